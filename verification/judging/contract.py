"""The exercise contract of any model: what informative cases must have met, as far as the claim allows it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from verification.models.case import Case, Cotangents, Targets, name_of
from verification.models.model import Use
from verification.models.truncation import Standard
from verification.sampling.chunks import borders
from verification.sampling.claim import FEW, FEW_STEPS, Claim
from verification.sampling.draws import TIMES
from verification.sampling.factors import classes


@dataclass(frozen=True)
class Requirement:
    """A circumstance, how it is recognised in a case, and how many informative cases must have it."""

    name: str
    met: Callable[[Case], bool]
    least: int = TIMES


def contract(claim: Claim) -> tuple[Requirement, ...]:
    """The entries that apply to this claim."""
    return (
        *_sizes(claim),
        *_borders(claim),
        *_states(claim),
        *_types(claim),
        *_functions(claim),
        *_losses(claim),
        *_truncations(claim),
    )


def _sizes(claim: Claim) -> Iterator[Requirement]:
    (few, many), (short, long) = claim.records, claim.steps
    if claim.compiled:
        many, long = classes(claim.records, FEW)[-1][1], classes(claim.steps, FEW_STEPS)[-1][1]
    if short == 1:
        yield Requirement("T = 1", lambda case: case.steps == 1)
    for least in (2, 5):
        if long >= least:
            yield Requirement(f"T ≥ {least}", lambda case, least=least: case.steps >= least)  # type: ignore[misc]
    if few == 1:
        yield Requirement("N = 1", lambda case: case.records == 1)
    if many >= 2:
        yield Requirement("N ≥ 2", lambda case: case.records >= 2)
    # Only the few larger cases meet these, rarely three times.
    if long >= 33:
        yield Requirement("T ≥ 33", lambda case: case.steps >= 33, 1)
    if many >= 33:
        yield Requirement("N ≥ 33", lambda case: case.records >= 33, 1)


def _borders(claim: Claim) -> Iterator[Requirement]:
    for words, steps, chunk in borders(claim):
        yield Requirement(
            f"{words} of {chunk}",
            lambda case, steps=steps, chunk=chunk: (case.steps, case.chunk) == (steps, chunk),  # type: ignore[misc]
            1,
        )


def _states(claim: Claim) -> Iterator[Requirement]:
    yield Requirement("initial state zero", _still)
    if claim.lengths and claim.records[1] > 1 and claim.steps[0] < claim.steps[1]:
        yield Requirement("records that end early", lambda case: len(set(case.lengths or ())) > 1)
        if claim.packed:
            yield Requirement(
                "slack behind the last sequence",
                lambda case: (case.lengths or (case.steps,))[-1] < case.steps,
            )
            if claim.steps[0] == 1:
                yield Requirement(
                    "a sequence of one step beside a longer one", lambda case: _has_short(case.lengths)
                )
    if claim.free:
        yield Requirement("initial state not zero", lambda case: any(array.any() for array in case.state))


def _has_short(lengths: tuple[int, ...] | None) -> bool:
    ends = lengths or ()
    return 1 in ends and len({*ends}) > 1


def _still(case: Case) -> bool:
    """Are all states zero that may be?"""
    return not any(case.blocks[block.name].any() for block in case.model.of(Use.STATE) if block.has_zero)


def _types(claim: Claim) -> Iterator[Requirement]:
    for name in claim.dtypes:
        yield Requirement(name, lambda case, name=name: name_of(case.dtype) == name)  # type: ignore[misc]


def _functions(claim: Claim) -> Iterator[Requirement]:
    for role, names in claim.functions.items():
        for name in names if len(names) > 1 else ():
            yield Requirement(
                f"{role} {name}",
                lambda case, role=role, name=name: case.chosen[role].name == name,  # type: ignore[misc]
            )


def _losses(claim: Claim) -> Iterator[Requirement]:
    def by_final_state(case: Case) -> bool:
        return isinstance(case.objective, Cotangents) and not case.objective.outputs.any()

    def on(last: bool) -> Callable[[Case], bool]:
        return lambda case: isinstance(case.objective, Targets) and case.objective.last is last

    entries = {
        "cotangents": Requirement("loss by the final state alone", by_final_state),
        "last": Requirement("loss on the last step", on(True)),
        "every": Requirement("loss on every step", on(False)),
    }
    yield from (entries[name] for name in claim.losses if name != "cotangents" or claim.ends)


# For each kind of truncation, the circumstances of its numbers and the number of steps.
CIRCUMSTANCES: dict[str, dict[str, Callable[..., bool]]] = {
    "Full": {"Full": lambda steps: True},
    "Window": {
        "Window(0)": lambda steps, k: k == 0,
        "Window of a part": lambda steps, k: 0 < k < steps - 1,
        "Window of all": lambda steps, k: k >= steps,
    },
    "Chunked": {
        "Chunked, k2 = k1": lambda steps, k1, k2: k1 == k2 < steps,
        "Chunked, k2 > k1": lambda steps, k1, k2: k1 < k2 and k1 < steps,
        "Chunked, k2 < k1": lambda steps, k1, k2: k1 > k2 and k1 < steps,
        "a ragged last chunk": lambda steps, k1, k2: 0 < steps % k1 < steps,
        "one chunk": lambda steps, k1, k2: k1 >= steps,
    },
    "Tail": {
        "Tail of a part": lambda steps, k: k < steps,
        "Tail of all": lambda steps, k: k >= steps,
    },
}


def _truncations(claim: Claim) -> Iterator[Requirement]:
    if claim.truncations == ("Full",):
        return
    for kind in (truncation for truncation in claim.truncations if isinstance(truncation, str)):
        for name, met in CIRCUMSTANCES[kind].items():
            yield Requirement(name, _under(kind, met))


def _under(kind: str, met: Callable[..., bool]) -> Callable[[Case], bool]:
    def under(case: Case) -> bool:
        truncation = case.truncation
        return (
            isinstance(truncation, Standard)
            and truncation.kind == kind
            and met(case.steps, *truncation.numbers)
        )

    return under
