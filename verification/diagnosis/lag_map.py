"""The lag map: what an answer takes from each step, for each loss by itself, beside what is expected.

One loss at a time is left: the outputs' cotangent at a step, the final states' cotangents, or a target that
is not the model's own output. The contribution of each step to the answer is found

    INPUT             by its slice
    STATE, READOUT    by the one step that they are used at
    STEP              by a column for every step, where it multiplies an input
                      (``verification.properties.per_step``)
    other STEP        by *restarts*: the difference when the sequence begins one step earlier, from the
                      state that the model has there

A contribution that cannot be found in one of these ways is not in the map. An engine that is right for each
loss alone may be wrong for several; then the map shows nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, Targets
from verification.models.model import Block, State, Use
from verification.processes.processor import spent
from verification.properties.calling import run_case
from verification.properties.engine import Engine
from verification.properties.per_step import Places, widened
from verification.truth.lag_table import grouped_table
from verification.truth.parts import OUTPUTS
from verification.truth.substitute_types import held
from verification.truth.unroll import walk

# Seconds after which no map is drawn, but for waiting: it is one picture more, not the verdict.
SECONDS = 6.0

# From this part of the expected size on, an error counts as large.
LARGE = 0.1


class Mark(Enum):
    """A contribution compared with what is expected."""

    RIGHT = "right"
    CLOSE = "close"  # off by less than a tenth of the largest number expected there
    WRONG = "wrong"
    ABSENT = "absent"  # zero where something is expected
    SURPLUS = "surplus"  # not zero where nothing is expected
    NONE = "none"  # zero, and nothing is expected


WRONG = (Mark.CLOSE, Mark.WRONG, Mark.ABSENT, Mark.SURPLUS)

# How each way of telling steps apart is called, in words.
BY_SLICE = "by its slice at each step"
BY_COLUMN = "by an input column of its own for each step"
BY_RESTART = "by what a start one step earlier adds"
AT_ITS_STEP = "at the one step where it is used"


@dataclass(frozen=True, eq=False)
class Panel:
    """A block, or one of its parts: a mark for each loss (rows) and step of use.

    ``off``: the largest error of each share by the largest number due there, or by that of the panel where
    nothing is.
    """

    block: str
    part: str
    marks: tuple[tuple[Mark, ...], ...]
    off: Array

    @property
    def wrong(self) -> bool:
        """Is anything?"""
        return any(mark in WRONG for row in self.marks for mark in row)

    @property
    def wrong_at_once(self) -> bool:
        """Is the contribution of a loss's own step wrong, to which nothing has been carried back?"""
        return any(mark in WRONG for t, row in enumerate(self.marks) for mark in row[min(t, len(row) - 1) :])


@dataclass(frozen=True, eq=False)
class LagMap:
    """The panels of wrong blocks, in the engine's order, one of each block or of each of its parts.

    ``losses``: the rows, by name. ``views``: how steps were distinguished, by block. ``right``: the blocks
    that are right everywhere; ``unseen``: those whose steps are not distinguished.
    """

    losses: tuple[str, ...]
    panels: tuple[Panel, ...]
    views: dict[str, str]
    right: tuple[str, ...]
    unseen: tuple[str, ...]


class TooLong(Exception):
    """The map takes more time than a picture is worth."""


@dataclass(frozen=True, eq=False)
class _Share:
    """The contribution of a step to a block, for one loss: given, expected, and the error allowed."""

    got: Array
    want: Array
    bound: float

    def of(self, rows: slice) -> tuple[Array, Array]:
        """Given and expected in some rows; a single number as it is."""
        got, want = np.atleast_1d(self.got, self.want)
        return got[rows], want[rows]


def lag_map(engine: Engine, case: Case) -> LagMap | None:
    """The map on a case, of one length and few steps; None where it shows nothing.

    Raises TooLong after ``SECONDS`` of its own, and as ``run_case`` does.
    """
    ends = spent() + SECONDS
    losses = tuple(_losses(case))
    names = engine.claim.blocks
    views = {name: view for name in names if (view := _view(engine, case, name))}
    later = [name for name, view in views.items() if view == BY_RESTART]
    # By loss, block and step.
    shares = [_shares(engine, alone, later, ends) for _, alone in losses]
    panels, right = [], []
    for name in views:
        made = list(_panels(case, case.model.block(name), [by_block[name] for by_block in shares]))
        if any(panel.wrong for panel in made):
            panels += made
        else:
            right.append(name)
    unseen = tuple(name for name in names if name not in views)
    found = LagMap(tuple(name for name, _ in losses), tuple(panels), views, tuple(right), unseen)
    return found if panels else None


def _losses(case: Case) -> Iterator[tuple[str, Case]]:
    """The case with each loss alone, by the name of its row."""
    objective = case.objective
    if isinstance(objective, Cotangents):
        for t in range(case.steps):
            yield str(t), replace(case, objective=objective.of_output(t))
        if any(array.any() for array in objective.state):
            yield "end", replace(case, objective=Cotangents(0 * objective.outputs, objective.state))
        return
    assert isinstance(objective, Targets)  # there are no others
    if objective.last:
        yield str(case.steps - 1), case
        return
    outputs = held(case, grouped_table(case).forward()[OUTPUTS].truth)
    for t in range(case.steps):
        targets = outputs.copy()
        targets[:, t] = objective.targets[:, t]
        yield str(t), replace(case, objective=Targets(targets))


def _view(engine: Engine, case: Case, name: str) -> str:
    """How the contributions of steps to a block are separated, or "" where they are not."""
    use = case.model.block(name).use
    if use is Use.INPUT:
        return BY_SLICE
    if use is not Use.STEP:
        return AT_ITS_STEP
    if any(step is not None for step, _ in widened(case, engine.claim)[1][name]):
        return BY_COLUMN
    return BY_RESTART if _restarts(engine, case) else ""


def _restarts(engine: Engine, case: Case) -> bool:
    """Can the sequence begin later, with every loss still reaching back as far?"""
    claim, steps = engine.claim, range(case.steps)
    alike = all(
        max(s, case.reach[t]) == s + case.truncation.first(t - s, case.steps - s)
        for s in steps
        for t in steps[s:]
    )
    return len(claim.free) == len(claim.states) and claim.steps[0] == 1 and alike


def _shares(engine: Engine, case: Case, later: list[str], ends: float) -> dict[str, dict[int, _Share]]:
    """The contribution of each step to each block, for a case with one loss; ``later``: those by restarts."""
    wide, places = widened(case, engine.claim)
    made = _by_places(engine, wide, places, max(case.losses))
    return made | (_by_restarts(engine, case, later, ends) if later else {})


def _by_places(engine: Engine, case: Case, places: Places, loss: int) -> dict[str, dict[int, _Share]]:
    """The contributions that are separate entries; a READOUT's is at the loss's step, a STATE's at 0."""
    answer, table, made = run_case(engine, case), grouped_table(case), {}
    for name, got in answer.gradients():
        use = case.model.block(name).use
        only = {Use.STATE: 0, Use.READOUT: loss}.get(use)
        shares = {}
        for step, index in places[name]:
            at = only if step is None else step
            if at is not None:
                expected = table.part(name, index)
                shares[at] = _Share(got[index], expected.truth, expected.bound)
        made[name] = shares
    return made


def _by_restarts(engine: Engine, case: Case, names: list[str], ends: float) -> dict[str, dict[int, _Share]]:
    """The contributions by restarts: the difference when the sequence begins one step earlier."""
    made: dict[str, dict[int, _Share]] = {name: {} for name in names}
    after: dict[str, _Share] = {}
    states = states_before(case)
    for s in range(case.steps - 1, -1, -1):
        if spent() > ends:
            raise TooLong
        later = _later(case, s, states[s])
        answer, expected = run_case(engine, later), grouped_table(later).expected()
        for name in names:
            want, last = expected[name], after.get(name)
            now = _Share(answer.blocks[name], want.truth, want.bound)
            if last is None:
                made[name][s] = now
            else:
                made[name][s] = _Share(now.got - last.got, now.want - last.want, now.bound + last.bound)
            after[name] = now
    return made


def states_before(case: Case) -> list[State]:
    """The state before each step, in the case's own type."""
    before = islice(walk(case), case.steps)
    return [tuple(np.asarray(array, case.dtype) for array in state) for state in before]


def _later(case: Case, start: int, state: State) -> Case:
    """The case from a step on, from the model's state before it."""
    case = case.of_steps(slice(start, None))
    states = zip(case.model.of(Use.STATE), state, strict=True)
    return replace(case, blocks={**case.blocks, **{block.name: held(case, array) for block, array in states}})


def _panels(case: Case, block: Block, losses: list[dict[int, _Share]]) -> Iterator[Panel]:
    """One panel, or one for each part where they are not wrong alike."""
    whole = _panel(case, block, "", losses, slice(None))
    if not block.parts or block.use is not Use.STEP or not whole.wrong:
        yield whole
        return
    size = case.blocks[block.name].shape[0] // len(block.parts)
    parts = [
        _panel(case, block, part, losses, slice(i * size, (i + 1) * size))
        for i, part in enumerate(block.parts)
    ]
    yield from [whole] if len({panel.marks for panel in parts}) == 1 else parts


def _panel(case: Case, block: Block, part: str, losses: list[dict[int, _Share]], rows: slice) -> Panel:
    largest = max((float(np.max(np.abs(s.of(rows)[1]))) for row in losses for s in row.values()), default=0.0)
    off = np.zeros((len(losses), case.steps))
    marks = []
    for t, row in enumerate(losses):
        marked = []
        for s in range(case.steps):
            share = row.get(s)
            if share is None:
                marked.append(Mark.NONE)
                continue
            got, want = share.of(rows)
            size = float(np.max(np.abs(want)))
            error = float(np.max(np.abs(got - want)))
            off[t, s] = error / (size or largest or 1.0)
            marked.append(_mark(got, size, error, share.bound))
        marks.append(tuple(marked))
    return Panel(block.name, part, tuple(marks), off)


def _mark(got: Array, size: float, error: float, bound: float) -> Mark:
    given = float(np.max(np.abs(got)))
    if error <= bound:
        return Mark.RIGHT if size > bound else Mark.NONE
    if size <= bound:
        return Mark.SURPLUS
    if given <= bound:
        return Mark.ABSENT
    return Mark.CLOSE if error < LARGE * size else Mark.WRONG
