"""The probe: a few small cases of healthy numbers, run by an engine, and the result of each.

The cases are within the engine's claim, and differ in T. Numbers are between −1 and 1, no two dimensions are
equal, every record has an initial state, and everything has a cotangent, as far as the claim allows it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.case import WIDER, Case, drawn_in, random_case, stored
from verification.models.stored import dtype_of, limits
from verification.models.tolerance import Expected, half_of_digits
from verification.processes.invalid import InvalidAnswer, Unsupported
from verification.properties.calling import run_case
from verification.properties.engine import Answer, Engine
from verification.properties.ragged import rounded_truth
from verification.properties.remarks import coarse, shown_by, suspects
from verification.properties.truth import Truth
from verification.sampling.admitting import as_claimed
from verification.sampling.draws import some_truncation
from verification.sampling.factors import dimensions, within
from verification.truth import perturbed_replays, replay
from verification.truth.comparison import compare, near
from verification.truth.memo import remembered

# Steps of the cases: one, the shortest recursion, and two in which a step has neighbours on both sides. None
# is left out between, so that what is said to begin with some is right with one less.
STEPS = (1, 2, 3, 4)
RECORDS = 3

# From so many steps on, one step traced and played takes less time than autograd at each.
PLAYED = 8

# The share of digits that a glance compares.
HALF = 0.5


class OfSome:
    """An engine of which only some blocks are compared."""

    def __init__(self, engine: Engine, blocks: tuple[str, ...]) -> None:
        self._engine, self.claim = engine, replace(engine.claim, blocks=blocks)
        self.model, self.answer = engine.model, engine.answer

    def __getattr__(self, name: str) -> Any:
        # All else is as it is.
        return getattr(self._engine, name)


@dataclass(frozen=True, eq=False)
class Seen:
    """The result of one case: its truth, the answer, and the wrong parts of the forward and of the gradient.

    ``values``: the forward's parts. ``got``: the gradients, of one that is kept in two arrays the wrong one.
    ``raised``: how the engine did not answer in form, and ``missing`` the name that it looked up in vain;
    both are empty where it answered.
    """

    truth: Truth
    values: Mapping[str, Array] = field(default_factory=dict)
    got: Mapping[str, Array] = field(default_factory=dict)
    forward: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    raised: str = ""
    missing: str = ""

    @property
    def wrong(self) -> bool:
        """Is anything?"""
        return bool(self.raised or self.forward or self.blocks)

    def bound(self, name: str) -> float:
        """The error that a block may have."""
        return self.truth.blocks[name].bound

    def want(self, name: str) -> Array:
        """A block's gradient."""
        return self.truth.blocks[name].truth


def look(engine: Engine, truth: Truth) -> Seen:
    """The result of a case whose truth is given."""
    try:
        answer = run_case(engine, truth.case)
    except Unsupported:
        # What it does not do shows nothing.
        return Seen(truth)
    except InvalidAnswer as invalid:
        cause = invalid.__cause__
        missing = cause.args[0] if isinstance(cause, KeyError) and cause.args else ""
        return Seen(truth, raised=str(invalid), missing=missing if isinstance(missing, str) else "")
    forward, wrong = _wrong(answer.forward.items(), truth.forward), _wrong(answer.gradients(), truth.blocks)
    if (forward or wrong) and _is_remarked(engine, answer, truth, bool(forward)):
        forward, wrong = {}, {}
    blocks = tuple(name for name in answer.blocks if name in wrong)
    return Seen(truth, answer.forward, {**answer.blocks, **wrong}, tuple(forward), blocks)


def look_at(engine: Engine, case: Case) -> Seen:
    """The result of a case."""
    return look(engine, rounded_truth(case, remembered))


def glance_at(engine: Engine, case: Case) -> Seen | None:
    """The result of a case if some number is off by more than half of its digits: a tenth of a truth's cost.

    None where no more than that is, or there is no truth at this precision.
    """
    if case.lengths is None and not is_off(engine, case):
        return None
    seen = look_at(engine, case)
    return seen if seen.wrong and seen.truth.determined else None


def is_off(engine: Engine, case: Case, digits: float = HALF) -> bool:
    """Is more than half of the digits off, or than this share of them? Of records that do not end early."""
    try:
        answer = run_case(engine, case)
    except Unsupported:
        return False
    except InvalidAnswer:
        return True
    return is_answer_off(answer, case, digits)


def is_answer_off(answer: Answer, case: Case, digits: float = HALF) -> bool:
    """The same of an answer."""
    with np.errstate(all="ignore"):
        due = remembered(case).once("glance", lambda: _due(case))
        close = float(limits(case.dtype).eps) ** digits
        return not all(
            near(got, due[name], close) for name, got in (*answer.forward.items(), *answer.gradients())
        )


def _due(case: Case) -> dict[str, Array]:
    gradient = perturbed_replays.gradient if case.steps >= PLAYED else replay.gradient
    return {**replay.forward(case), **gradient(case)}


def _wrong(parts: Iterable[tuple[str, Array]], due: Mapping[str, Expected]) -> dict[str, Array]:
    """Those that are wrong; of a block that is kept in two arrays the one that is."""
    return {name: got for name, got in parts if compare(name, got, due[name].truth, due[name].bound)}


def _is_remarked(engine: Engine, answer: Answer, truth: Truth, forward: bool) -> bool:
    """Is all that is wrong, of the forward as well, what a verdict remarks alone?"""
    names, close = suspects(truth.case)[-1:], half_of_digits(truth.case.dtype)
    due, parts = {**truth.forward, **truth.blocks}, [*answer.forward.items(), *answer.gradients()]
    errors = [(float(np.max(np.abs(got - due[name].truth))), close * due[name].size) for name, got in parts]
    # Most faults are so large that no truth has to be made to know it.
    if not names or any(error > most > close**2 for error, most in errors):
        return False
    other = coarse(truth, names[0])
    right = not _wrong(parts, {**other.forward, **other.blocks})
    return right and (forward or shown_by(engine, names[0]) is not None)


def steps_of(engine: Engine) -> list[int]:
    """The numbers of steps that the claim admits."""
    least, most = engine.claim.steps
    return sorted({min(max(steps, least), most) for steps in STEPS})


def healthy_case(
    engine: Engine,
    steps: int = max(STEPS),
    records: int = RECORDS,
    sizes: Mapping[str, int] | None = None,
    dtype: np.dtype[np.generic] | None = None,
) -> Case:
    """A case of healthy numbers, in the widest claimed type that has a wider one, which sees most."""
    claim, model = engine.claim, engine.model
    records = min(max(records, claim.records[0]), claim.records[1])
    steps = min(max(steps, claim.steps[0]), claim.steps[1])
    claimed = [*map(dtype_of, claim.dtypes)]
    # The truth of a type without a wider one is that of double precision.
    wide = [each for each in claimed if each in WIDER] or claimed
    dtype = dtype or max(wide, key=lambda each: each.itemsize)
    losses = claim.losses[-1]
    named = dimensions(model, losses != "cotangents")
    sizes = sizes or {name: claim.least.get(name, 2 + i) for i, name in enumerate(named)}
    sizes = {name: within(claim, name, size) for name, size in sizes.items()}
    functions = {role: names[0] for role, names in claim.functions.items()}
    held = drawn_in(dtype)
    case = random_case(model, np.random.default_rng(7), sizes, records, steps, held, functions, losses)
    case = replace(case if held == dtype else stored(case, dtype), least=claim.least)
    if claim.chunks:
        # The smallest has borders in the shortest sequences.
        case = replace(case, chunk=claim.chunks[0])
    if "Full" not in claim.truncations:
        case = replace(case, truncation=some_truncation(claim.truncations[0]))
    return as_claimed(claim, case)
