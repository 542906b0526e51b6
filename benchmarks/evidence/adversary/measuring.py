"""The detection of an adversary: how many faults are refuted that are wrong under conditions alone.

A fault is a right LSTM layer whose gradient is wrong by a clear factor at every call that meets one, two or
three conditions of a published list (``published``), drawn by a seed among those that can hold together. So
it is refuted if a judgement makes such a call and looks at its gradient. One judgement of the right layer
says of every call which conditions it meets; a fault at the first call of an informative case is refuted,
for that is compared with the truth. What other calls alone meet is made again with a wrong gradient there.

Some faults are really planted, and judged: their verdicts have to be those predicted here.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from benchmarks.evidence.adversary.call import BackwardCall
from benchmarks.evidence.adversary.condition import Trigger, pairs_together, together
from benchmarks.evidence.adversary.published import CONDITIONS
from benchmarks.evidence.adversary.recording import Recording, Show, recorded, right
from benchmarks.evidence.adversary.replaying import Wrong, refutations
from benchmarks.evidence.adversary.watching import watched
from verification.judge import truths_kept, verify
from verification.judging.model_subject import OfModel
from verification.judging.profile import QUICK, Profile
from verification.models.arrays import Array
from verification.text import percent

# Faults under two and under three conditions: a share is good to two percent.
DRAWN = 1_500

# How many pairs of two classes are shown that no call meets.
EXAMPLES = 3

# The conditions of a fault, by their places in the list.
Fault: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class RefutedShare:
    """Of so many faults under some ``conditions`` each, how many are refuted, and of how many no call is met.

    ``survivors``: the others, by the names of their conditions.
    """

    conditions: int
    faults: int
    refuted: int
    unmet: int
    survivors: tuple[tuple[str, ...], ...]

    @property
    def share(self) -> float:
        """That are refuted."""
        return self.refuted / self.faults


@dataclass(frozen=True)
class Pairs:
    """Of the pairs of two classes that one call can meet how many there are, and which none meets."""

    classes: tuple[str, str]
    pairs: int
    unmet: tuple[tuple[str, str], ...]

    @property
    def share(self) -> float:
        """That some call meets."""
        return 1 - len(self.unmet) / self.pairs


@dataclass(frozen=True)
class PlantedFault:
    """A fault that was planted and judged, by the names of its conditions.

    ``refuted``: the prediction. ``verdict``: of its judgement.
    """

    conditions: tuple[str, ...]
    refuted: bool
    verdict: str

    @property
    def agrees(self) -> bool:
        """Does the verdict agree with the prediction?"""
        return self.refuted == (self.verdict == "refuted")


@dataclass(frozen=True)
class Adversary:
    """The whole measurement: of ``calls`` backwards on ``cases`` cases. ``classes``: how many conditions.

    ``refuted``: is it, of every fault that was drawn? ``pairs``: of classes, the least met first.
    """

    seed: int
    cases: int
    calls: int
    classes: Mapping[str, int]
    shares: tuple[RefutedShare, ...]
    refuted: Mapping[Fault, bool]
    pairs: tuple[Pairs, ...] = ()
    planted: tuple[PlantedFault, ...] = ()

    @property
    def agrees(self) -> bool:
        """Is every verdict as the measurement has it?"""
        return all(each.agrees for each in self.planted)


def drawn(
    conditions: Sequence[Trigger], count: int, faults: int, rng: np.random.Generator
) -> tuple[Fault, ...]:
    """Faults under so many conditions each, which can hold together; under one, all that there are."""
    if count == 1:
        return tuple((number,) for number in range(len(conditions)))
    found: dict[Fault, None] = {}
    while len(found) < faults:
        fault = tuple(sorted(int(n) for n in rng.choice(len(conditions), count, replace=False)))
        if together([conditions[number] for number in fault]):
            found[fault] = None
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Matrix:
    """The calls of a recording, one under another: which conditions each meets, and where it was made.

    ``places``: (block, case in it, call of it), by call. ``telling``: is it surely looked at, and evidence?
    ``large``: is its case?
    """

    met: Array
    places: Array
    telling: Array
    large: Array

    def refuted_by(self, fault: Fault) -> bool:
        """Is it refuted for sure?"""
        return bool((self._of(fault) & self.telling).any())

    def cases_of(self, fault: Fault) -> list[Wrong]:
        """The cases of which some calls meet it, small ones first, and these calls."""
        calls = np.flatnonzero(self._of(fault))
        found: dict[tuple[bool, int, int], set[int]] = {}
        for large, (block, case, call) in zip(self.large[calls], self.places[calls], strict=True):
            found.setdefault((bool(large), int(block), int(case)), set()).add(int(call))
        return [(block, case, frozenset(of)) for (_, block, case), of in sorted(found.items())]

    def _of(self, fault: Fault) -> Array:
        return np.asarray(self.met[:, list(fault)].all(axis=1))


def matrix(recording: Recording) -> Matrix:
    """Of all its calls."""
    met, places, telling, large = [], [], [], []
    for block, cases in enumerate(recording.cases):
        for number, seen in enumerate(cases):
            met.append(seen.met)
            for call in range(len(seen.met)):
                places.append((block, number, call))
                telling.append(seen.informative and call == 0)
                large.append(seen.large)
    return Matrix(np.concatenate(met), np.array(places), np.array(telling), np.array(large))


def refuted(
    subject: OfModel, recording: Recording, table: Matrix, faults: Sequence[Fault]
) -> dict[Fault, bool]:
    """Of each fault whether a judgement refutes it."""
    found = {fault: table.refuted_by(fault) for fault in faults}
    left = {fault: table.cases_of(fault) for fault, refuted in found.items() if not refuted}
    known: dict[Wrong, bool] = {}
    while left := {fault: cases for fault, cases in left.items() if cases and not found[fault]}:
        next_cases = {cases[0] for cases in left.values()} - set(known)
        known |= refutations(subject, recording, next_cases)
        for fault, (first, *others) in left.items():
            found[fault] = known[first]
            left[fault] = others
    return found


def measure(
    profile: Profile = QUICK,
    seed: int = 0,
    show: Show = lambda done, of: None,
    cache: bool = True,
    faults: int = DRAWN,
) -> Adversary:
    """The shares refuted under one, two and three conditions; ``faults``: of the last two, how many."""
    conditions = CONDITIONS
    rng = np.random.default_rng(seed)
    by_count = {count: drawn(conditions, count, faults, rng) for count in (1, 2, 3)}
    with truths_kept(right().subject(), cache) as subject:
        assert isinstance(subject, OfModel)  # as a layer's is
        recording = recorded(subject, conditions, profile, seed, show)
        table = matrix(recording)
        found = refuted(subject, recording, table, [fault for some in by_count.values() for fault in some])
    return Adversary(
        seed=seed,
        cases=sum(map(len, recording.cases)),
        calls=len(table.met),
        classes=dict(Counter(condition.kind for condition in conditions)),
        shares=tuple(_share(count, some, found, table) for count, some in by_count.items()),
        refuted=found,
        pairs=pairs_met(conditions, table.met),
    )


def pairs_met(conditions: Sequence[Trigger], met: Array) -> tuple[Pairs, ...]:
    """By classes, the pairs that one call can meet; ``met``: which conditions each call does."""
    can = np.triu(pairs_together(conditions))
    some, names = met.astype(np.float32), [each.name for each in conditions]
    classes = [*dict.fromkeys(each.kind for each in conditions)]
    do = some.T @ some > 0
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for first, second in np.argwhere(can):
        one, other = sorted((conditions[first].kind, conditions[second].kind), key=classes.index)
        found.setdefault((one, other), []).append((first, second))
    made = [
        Pairs(kinds, len(pairs), tuple((names[a], names[b]) for a, b in pairs if not do[a, b]))
        for kinds, pairs in found.items()
    ]
    return tuple(sorted(made, key=lambda each: each.share))


def confirmed(
    found: Adversary,
    count: int,
    profile: Profile = QUICK,
    show: Show = lambda done, of: None,
    cache: bool = True,
) -> Adversary:
    """The measurement, with so many of its faults planted and judged: refuted ones and others in turn."""
    rng = np.random.default_rng(found.seed)
    several = [
        [fault for fault, is_refuted in found.refuted.items() if is_refuted is wanted and len(fault) > 1]
        for wanted in (True, False)
    ]
    planted: list[PlantedFault] = []
    for number in range(count):
        some = several[number % 2] or several[0]
        fault = some[int(rng.integers(len(some)))]
        planted.append(_judged(fault, found.refuted[fault], profile, found.seed, cache))
        show(number + 1, count)
    return replace(found, planted=tuple(planted))


def _names(fault: Fault) -> tuple[str, ...]:
    return tuple(CONDITIONS[number].name for number in fault)


def _share(count: int, faults: Sequence[Fault], found: Mapping[Fault, bool], table: Matrix) -> RefutedShare:
    survivors = [fault for fault in faults if not found[fault]]
    unmet = sum(not table.cases_of(fault) for fault in survivors)
    return RefutedShare(
        count, len(faults), len(faults) - len(survivors), unmet, tuple(_names(fault) for fault in survivors)
    )


def _judged(fault: Fault, refuted: bool, profile: Profile, seed: int, cache: bool) -> PlantedFault:
    """The fault as a layer, judged."""
    some = [CONDITIONS[number] for number in fault]

    def holds(call: BackwardCall) -> bool:
        with np.errstate(all="ignore"):
            return all(condition.met(call) for condition in some)

    judgement = verify(watched(right(), holds), profile, seed=seed, cache=cache)
    return PlantedFault(_names(fault), refuted, judgement.verdict)


def as_json(found: Adversary) -> dict[str, Any]:
    """The measurement as JSON values."""
    shares = [asdict(share) | {"share": share.share} for share in found.shares]
    conditions = [{"name": each.name, "class": each.kind} for each in CONDITIONS]
    whole = asdict(replace(found, refuted={})) | {"shares": shares, "agrees": found.agrees}
    return {name: value for name, value in whole.items() if name != "refuted"} | {"conditions": conditions}


def as_text(found: Adversary) -> str:
    """The measurement as a table for the terminal, with what was never met by name."""
    return "\n".join(_lines(found))


def _lines(found: Adversary) -> Iterator[str]:
    total = sum(found.classes.values())
    classes = ", ".join(f"{name} {count}" for name, count in found.classes.items())
    yield f"A right LSTM layer, wrong under some of {total} conditions ({classes});"
    yield f"{found.calls:,} calls of {found.cases} cases, seed {found.seed}. Faults refuted:"
    yield ""
    yield f"{'conditions':>12}{'faults':>9}{'refuted':>9}{'share':>9}{'never met':>11}"
    for share in found.shares:
        shown = percent(share.share, 1)
        yield f"{share.conditions:>12}{share.faults:>9}{share.refuted:>9}{shown:>9}{share.unmet:>11}"
    yield ""
    single, *_ = found.shares
    yield "Single conditions under which a fault survives: " + (
        "; ".join(name for (name,) in single.survivors) or "none"
    )
    yield from _pairs_in_lines(found.pairs)
    if found.planted:
        agree = sum(each.agrees for each in found.planted)
        yield f"Planted and judged: {len(found.planted)} faults; {agree} as measured"
    for each in found.planted:
        if not each.agrees:
            measured = "refuted" if each.refuted else "not refuted"
            yield f"  {'; '.join(each.conditions)}: measured {measured}, judged {each.verdict}"


def _pairs_in_lines(pairs: Sequence[Pairs]) -> Iterator[str]:
    """Which pairs no call meets, by classes, with three of each, far from one another in the list."""
    total, unmet = sum(each.pairs for each in pairs), sum(len(each.unmet) for each in pairs)
    if not total:
        return
    yield ""
    yield f"Of {total:,} pairs that one call can meet, {percent(1 - unmet / total, 1)} are met by some call."
    yield "By class, what is met least first:"
    for each in pairs:
        if each.unmet:
            some = each.unmet[:: max(1, len(each.unmet) // EXAMPLES)][:EXAMPLES]
            shown = "; ".join(" with ".join(pair) for pair in some)
            yield f"{percent(each.share):>6} of {each.pairs:>5}  {' × '.join(each.classes)}: not {shown}"
