"""Diagnosis: from a failing engine alone, which block, which loss step t, which step of use s, and why.

The engine is put before a few *patients*, problems large enough to tell faults apart. Its own lag table, got
as in ``verification.embedding``, is compared with the truth entry by entry, which gives a map over (t, s) for
each block. The stages of a backward pass follow one another, so the first that is wrong is at fault:

==============  ==========================================================================
forward         the outputs are wrong
readout         V or c is wrong: they take every loss directly
truncation      nothing is wrong but that losses reach too far, or not far enough
recursion       a is wrong, the cotangent of the pre-activations, which the recursion makes
accumulation    a is right, and U, W, b, xs or h0, which are made from it, is wrong
==============  ==========================================================================

What the fault is like is found by trying known faults: an engine that gives the same gradients on every
patient is wrong in the same way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from rnn import Chunked, Full, Tail, Truncation, Window
from rnn.arrays import Array
from verification.embedding import LOUD, aloud, embed, read, shown
from verification.problem import BLOCKS, Engine, Gradients, Problem, Unsupported
from verification.properties import LAG_BLOCKS, compare
from verification.tolerance import SAFETY, unit
from verification.trial import Misbehaviour, Trial, Truth
from verification.workers import Line, Lost, spread

# Enough of each dimension that none is special, and that lags 0 … 5 can be told apart.
STEPS, RECORDS, INPUTS, UNITS, OUTPUTS = 6, 2, 2, 3, 2

POLICIES: tuple[Truncation, ...] = (
    Full(),
    Window(2),
    Chunked(2),
    Chunked(2, 3),
    Chunked(4, 2),
    Tail(4),
)

STAGES = {
    "forward": ("outputs", "value"),
    "readout": ("V", "c"),
    "recursion": ("a",),
    "accumulation": ("U", "W", "b", "xs", "h0"),
}


@dataclass(frozen=True, eq=False)
class Map:
    """Where a block is wrong: arrays by loss step t and step of use s, (T, T), or (T, 1) for V, c, h0.

    ``reached``: the truncation lets loss t reach step s. ``beyond``: it does not, and the engine went there.
    ``missing``: it does, and the engine has nothing there.
    """

    block: str
    wrong: Array
    reached: Array
    beyond: Array
    missing: Array

    def lags(self) -> tuple[set[int], set[int]]:
        """The lags t − s at which an entry is wrong, and those at which one that is reached is right."""
        lag = np.subtract.outer(np.arange(self.wrong.shape[0]), np.arange(self.wrong.shape[1]))
        right = self.reached & ~self.wrong
        return {int(i) for i in lag[self.wrong]}, {int(i) for i in lag[right]}

    @property
    def reaches_wrong(self) -> bool:
        """Is every wrong entry one that is there and should not be, or is not there and should be?"""
        return bool(np.array_equal(self.wrong, self.beyond | self.missing))


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What is wrong with an engine. ``stage`` is None where no patient shows a fault.

    ``problem`` is the patient on which it shows, ``maps`` its wrong blocks, ``as_if`` the known faults that
    give the same gradients, and ``misbehaviour`` how it did not answer in form.
    """

    stage: str | None
    problem: Problem
    maps: tuple[Map, ...] = ()
    as_if: tuple[str, ...] = ()
    misbehaviour: str | None = None
    forward: tuple[str, ...] = field(default=())

    @property
    def blocks(self) -> tuple[str, ...]:
        """The wrong blocks of the gradient."""
        return tuple(found.block for found in self.maps)

    def __str__(self) -> str:
        if self.misbehaviour is not None:
            return f"The engine does not answer in form: it {self.misbehaviour}"
        if self.stage is None:
            return "No patient shows a fault."
        if self.stage == "forward":
            told = f"{' and '.join(self.forward)} wrong: the forward is at fault"
        else:
            under = "" if self.problem.truncation == Full() else f" (under {self.problem.truncation})"
            told = f"{_together(self.maps)}{under}: the {self.stage} is at fault"
        return f"{told}, as if {' or '.join(self.as_if)}" if self.as_if else told


def patients(policies: Iterable[Truncation] = POLICIES) -> list[Truth]:
    """What a diagnosis looks at: for each policy a problem with a loss on every step, and one on the last."""
    found = []
    for every_step in (True, False):
        for policy in policies:
            rng = np.random.default_rng(20)
            N, T, D, H, K = RECORDS, STEPS, INPUTS, UNITS, OUTPUTS
            shapes = {"U": (H, D), "W": (H, H), "b": (H,), "V": (K, H), "c": (K,)}
            params = {name: rng.standard_normal(shape) / 2 for name, shape in shapes.items()}
            xs, h0 = rng.standard_normal((N, T, D)), rng.standard_normal((N, H))
            targets = rng.standard_normal((N, T, K))
            problem = Problem("tanh", params, xs, targets if every_step else targets[:, -1], h0, policy)
            found.append(Truth(problem))
    return found


@lru_cache(maxsize=1)
def _patients() -> tuple[Truth, ...]:
    """The patients, whose truths serve every engine."""
    return tuple(patients())


def diagnose(
    engine: Engine, known: Sequence[tuple[str, Engine]] = (), also: Sequence[Problem] = ()
) -> Diagnosis:
    """What is wrong with an engine, as far as the patients, and the problems in ``also``, show it.

    The engine is asked in a process of its own, where there can be one. A patient that it does not do
    (``Unsupported``) shows nothing.

    ``known`` holds faults to compare with: what each is like, and an engine that has it.
    """
    truths = [*_patients(), *map(Truth, also)]

    def work(_: None, line: Line) -> Diagnosis:
        return _among(truths, line.guarded(engine), known, line)

    (found,) = spread(work, [None])
    return Diagnosis("form", found.told, misbehaviour=found.how) if isinstance(found, Lost) else found


def _among(
    truths: Sequence[Truth], engine: Engine, known: Sequence[tuple[str, Engine]], line: Line
) -> Diagnosis:
    """What the first of the patients shows that shows a fault."""
    for truth in truths:
        line.tell(truth.problem)
        trial = Trial(engine, truth)
        try:
            found = _on(trial)
        except Misbehaviour as wrong:
            return Diagnosis("form", truth.problem, misbehaviour=str(wrong))
        except Unsupported:
            continue
        if found.stage is not None:
            as_if = tuple(name for name, other in known if _same(engine, other, truths))
            return Diagnosis(found.stage, truth.problem, found.maps, as_if, forward=found.forward)
    return Diagnosis(None, truths[0].problem)


def _on(trial: Trial) -> Diagnosis:
    """What one patient shows."""
    problem, answer = trial.problem, trial.answer
    forward = tuple(
        name
        for name, expected in trial.truth.forward.items()
        if compare(name, answer.named()[name], expected.truth, expected.bound)
    )
    if forward:
        return Diagnosis("forward", problem, forward=forward)
    found = {name: _map(trial, name, parts) for name, parts in observe(trial).items()}
    wrong = {name: each for name, each in found.items() if each.wrong.any()}
    # A fault may need the problem as it is, such as a symmetric W, and not show in an embedded one.
    for name, expected in trial.truth.blocks.items():
        if name not in wrong and compare(name, answer.blocks()[name], expected.truth, expected.bound):
            everywhere = found[name].reached
            wrong[name] = Map(name, everywhere, everywhere, everywhere & False, everywhere & False)
    for stage, blocks in STAGES.items():
        if any(name in wrong for name in blocks):
            maps = tuple(wrong[name] for name in LAG_BLOCKS if name in wrong and name != "a")
            reach = stage == "recursion" and all(each.reaches_wrong for each in wrong.values())
            truncated = reach and problem.truncation != Full()
            return Diagnosis("truncation" if truncated else stage, problem, maps)
    return Diagnosis(None, problem)


def observe(trial: Trial) -> dict[str, list[Array]]:
    """The engine's own lag table of the problem: for each block one array a loss (``embedding.read``)."""
    larger = embed(trial.problem)
    losses = len(trial.truth.reach)
    quiet = trial.ask(larger) if losses > 1 else None
    outputs = trial.truth.table.outputs[0]
    read_off = []
    for loss in range(losses):
        loud = trial.ask(larger if quiet is None else aloud(larger, outputs, loss))
        read_off.append(read(trial.problem, loud, quiet))
    return {name: [parts[name] for parts in read_off] for name in LAG_BLOCKS}


def _map(trial: Trial, name: str, parts: list[Array]) -> Map:
    """Where the observed parts of a block differ from the truth, within its own bound at each (t, s)."""
    truth = trial.truth
    rows = [_row(truth, loss, name, got) for loss, got in enumerate(parts)]
    table = [np.zeros_like(row) for row in (rows[0],) for _ in range(truth.problem.first_loss)] + rows
    wrong, reached, beyond, missing = np.moveaxis(np.array(table), 1, 0)
    return Map(name, wrong, reached, beyond, missing)


def _row(truth: Truth, loss: int, name: str, got: Array) -> Array:
    """(4, T): wrong, reached, beyond and missing, for one loss."""
    want, spread, terms = truth.table.at(loss, "b" if name == "W" else name)
    if name == "W":
        on = shown(truth.problem)
        want, spread, terms = want * on, spread * on, terms * on
    reached = truth.reach[loss]
    if name in ("V", "c", "h0"):
        got = got[None]
        reached = reached[:1] if name == "h0" else np.ones(1, bool)
    size = _largest(got)
    masked = want * reached.reshape(-1, *[1] * (want.ndim - 1))
    # What is left of the other losses when they are taken off is far below any part of a patient.
    bound = SAFETY * (spread + unit(truth.problem.dtype) * terms) + unit(truth.problem.dtype) / LOUD
    wrong = _largest(got - masked) > bound
    return np.array(
        [wrong, reached & (_largest(want) > 0), wrong & ~reached, wrong & reached & (size <= bound)]
    )


def _largest(parts: Array) -> Array:
    """The largest magnitude of each part along the first axis; NaN counts as infinitely large."""
    flat = np.abs(parts).reshape(len(parts), -1)
    return np.asarray(np.where(np.isnan(flat), np.inf, flat).max(axis=1))


def _same(engine: Engine, other: Engine, truths: Sequence[Truth]) -> bool:
    """Do two engines answer alike, within the bounds, on every patient?"""
    for truth in truths:
        try:
            first, second = Trial(engine, truth).answer, Trial(other, truth).answer
        except (Misbehaviour, Unsupported):
            return False
        for name in BLOCKS:
            bound = 2 * truth.blocks[name].bound * _magnification(first, truth, name)
            if compare(name, first.blocks()[name], second.blocks()[name], bound):
                return False
    return True


def _magnification(answer: Gradients, truth: Truth, name: str) -> float:
    """How much larger than the truth's a wrong block is, for rounding grows with it; at least 1."""
    size = truth.blocks[name].size
    return max(1.0, float(np.max(np.abs(answer.blocks()[name]))) / size) if size > 0 else 1.0


def _together(maps: Sequence[Map]) -> str:
    """Every block with where it is wrong, blocks that are wrong in the same places together."""
    places: dict[str, list[str]] = {}
    for found in maps:
        places.setdefault(_where(found), []).append(found.block)
    return "; ".join(
        f"{', '.join(blocks)} {'are' if len(blocks) > 1 else 'is'} {where}"
        for where, blocks in places.items()
    )


def _where(found: Map) -> str:
    """In words: at which lags, or steps, or losses a block is wrong."""
    if found.wrong.shape[1] == 1:
        losses = np.flatnonzero(found.wrong[:, 0])
        if np.array_equal(losses, np.flatnonzero(found.reached[:, 0])):
            return "wrong for every loss"
        return f"wrong for the loss at step {_listed(losses)}"
    how = "wrong"
    if found.beyond.any() and not (found.wrong & ~found.beyond).any():
        how = "not zero, beyond the truncation,"
    elif np.array_equal(found.missing, found.wrong):
        how = "missing"
    wrong, right = found.lags()
    if not right:
        return f"{how} at every lag"
    if not wrong & right:
        return f"{how} at {_runs(wrong, right)}, right at {_runs(right, wrong)}"
    right_at = found.reached & ~found.wrong
    for axis, name in ((1, "from step"), (0, "for the loss at step")):
        at = np.flatnonzero(found.wrong.any(axis=1 - axis))
        if len(at) < found.wrong.shape[axis] and not np.take(right_at, at, axis).any():
            return f"{how} {name} {_listed(at)} alone"
    places = [f"({t}, {s})" for t, s in np.argwhere(found.wrong)]
    shown_places = ", ".join(places[:6]) + (", …" if len(places) > 6 else "")
    return f"{how} at lags {_listed(sorted(wrong))}, for (t, s) in {shown_places}"


def _runs(lags: set[int], others: set[int]) -> str:
    """Lags as a reader says them: every lag ≥ 1, or lag 0, or lags 1, 3."""
    least = min(lags)
    if len(lags) > 1 and all(other < least for other in others) and max(lags) - least + 1 == len(lags):
        return f"every lag ≥ {least}"
    return f"lag{'s' if len(lags) > 1 else ''} {_listed(sorted(lags))}"


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(int(number)) for number in numbers)
