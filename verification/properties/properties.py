"""What must hold of an engine of any model, as plain functions of an engine and a case's truth.

A property yields findings, each about one part of the answer: the disagreement, or None if it held, and what
the finding is worth. Layouts and second calls are held to the bound, and not to the bit: a
matrix product may take another path for another layout.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Protocol

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, Targets, random_case
from verification.models.model import Block, Model, Use
from verification.models.tolerance import Expected
from verification.properties.asking import afresh, ask, ask_directly, is_large, relaid
from verification.properties.engine import Answer, Engine, InvalidAnswer
from verification.truth import replay
from verification.truth.comparison import Disagreement, compare
from verification.truth.replayed import Replayed, replayed
from verification.truth.table import LagTable, grouped_table


@dataclass(frozen=True, eq=False)
class Finding:
    """What a property found about one part: the disagreement, if any, and what the finding is worth.

    ``lost``: the engine did not come back. ``declined``: what it said of a case that it does not do.
    ``unanswered``: it does not answer in form, and fails by that whatever is asked.
    """

    property: str
    part: str
    wrong: str | None
    nonzero: bool = True
    determined: bool = True
    lost: bool = False
    declined: str = ""
    unanswered: bool = False


class Judged(Protocol):
    """What is true of a case."""

    @property
    def case(self) -> Case:
        """The case."""

    @property
    def autograd(self) -> Mapping[str, Array]:
        """The gradient by replays."""

    @property
    def blocks(self) -> Mapping[str, Expected]:
        """Every block's gradient, and how closely it must be met."""

    @property
    def forward(self) -> Mapping[str, Expected]:
        """What the forward computes."""


@dataclass(frozen=True, eq=False)
class Truth:
    """What is true of a case, computed when it is first asked for."""

    case: Case

    @cached_property
    def told(self) -> LagTable | Replayed:
        """The lag table, in groups; of a large case what replays tell."""
        return replayed(self.case) if self.large else grouped_table(self.case)

    @property
    def large(self) -> bool:
        """Is the case asked what one call tells, and no more?"""
        return is_large(self.case)

    @cached_property
    def autograd(self) -> dict[str, Array]:
        """The gradient by replays, in one pass or step by step."""
        if self.large:
            return {name: expected.truth for name, expected in self.blocks.items()}
        return replay.gradient(self.case)

    @cached_property
    def blocks(self) -> dict[str, Expected]:
        """Every block's gradient, and how closely it must be met."""
        return self.told.expected()

    @cached_property
    def forward(self) -> dict[str, Expected]:
        """Outputs and final states."""
        return self.told.forward()

    @property
    def determined(self) -> bool:
        """Is there a truth at this precision?"""
        return self.told.determined

    def want(self, part: str) -> tuple[Array, float]:
        """What a part has to be, and the error that is accepted."""
        expected = self.forward[part] if part in self.forward else self.blocks[part]
        return expected.truth, expected.bound

    def live(self, names: tuple[str, ...]) -> bool:
        """Does agreement on it say anything of one of these blocks?"""
        return self.determined and any(
            self.blocks[name].size > 0 and self.blocks[name].determined for name in names
        )


@dataclass(frozen=True, eq=False)
class Trial:
    """An engine before a case."""

    engine: Engine
    truth: Judged

    @cached_property
    def answer(self) -> Answer:
        """Its answer to the case itself."""
        return ask(self.engine, self.truth.case)


# An engine that does not answer in the agreed form is refuted by that.
FORM = "form"

# What padding is multiplied by, to see that it does not count.
OTHER_PADDING = -3

Looked = Iterator[tuple[str, Disagreement | str | None, Expected]]


def agreement(answer: Answer, truth: Judged, factor: float = 1.0) -> Looked:
    """Each part of an answer beside the table's truth."""
    for name, expected in truth.forward.items():
        yield name, compare(name, answer.forward[name], expected.truth, factor * expected.bound), expected
    for name, got in answer.gradients():
        expected = truth.blocks[name]
        yield name, compare(f"d_{name}", got, expected.truth, factor * expected.bound), expected


def forward(trial: Trial) -> Looked:
    """Outputs and final states agree with the model's."""
    for name, expected in trial.truth.forward.items():
        yield name, compare(name, trial.answer.forward[name], expected.truth, expected.bound), expected


def autograd(trial: Trial) -> Looked:
    """Each block agrees with autograd's gradient of the model."""
    for name, got in trial.answer.gradients():
        expected = trial.truth.blocks[name]
        yield name, compare(f"d_{name}", got, trial.truth.autograd[name], expected.bound), expected


def lags(trial: Trial) -> Looked:
    """Each block agrees with the sum of the lag table."""
    for name, got in trial.answer.gradients():
        expected = trial.truth.blocks[name]
        yield name, compare(f"d_{name}", got, expected.truth, expected.bound), expected


def records_add_up(trial: Trial) -> Looked:
    """A batch's gradient is the sum of its records', each computed alone."""
    truth, engine = trial.truth, trial.engine
    case, claim = truth.case, engine.claim
    if case.records > 1 and claim.records[0] == 1:
        alone = [ask(engine, case.of_records(slice(n, n + 1))).blocks for n in range(case.records)]
        shared = {block.name for block in case.model.of(Use.STEP, Use.READOUT)}
        joined = {
            name: np.sum([each[name] for each in alone], axis=0)
            if name in shared
            else np.concatenate([each[name] for each in alone])
            for name in claim.blocks
        }
        yield from _joined(joined, trial)


def records_permute(trial: Trial) -> Looked:
    """Permuting the records permutes what is by record, and changes nothing else."""
    case = trial.truth.case
    if case.records > 1:
        order = np.roll(np.arange(case.records), 1)
        answer = ask(trial.engine, case.of_records(order))
        shared = {block.name for block in case.model.of(Use.STEP, Use.READOUT)}
        back = np.argsort(order)
        blocks = {name: a if name in shared else a[back] for name, a in answer.blocks.items()}
        yield from _joined(blocks, trial)


def _joined(blocks: Mapping[str, Array], trial: Trial) -> Looked:
    """What has to be the truth, and the answer to the case itself: each is within the bound."""
    for name, got in blocks.items():
        expected = trial.truth.blocks[name]
        wrong = compare(f"d_{name}", got, expected.truth, 2 * expected.bound)
        wrong = wrong or compare(f"d_{name}", got, trial.answer.blocks[name], 2 * expected.bound)
        yield name, wrong, expected


def inputs_stay(trial: Trial) -> Looked:
    """No array that is given is changed, and no answer is a view of one."""
    given, before = afresh(trial.truth.case), _arrays(trial.truth.case)
    answer = ask_directly(trial.engine, given)
    some = next(iter(trial.truth.blocks.values()))
    for name, array in _arrays(given).items():
        changed = not np.array_equal(array, before[name])
        wrong = f"{name} is changed in place" if changed else None
        for part, got in answer.parts().items():
            if np.may_share_memory(got, array):
                wrong = f"{part} is a view of {name}"
        yield name, wrong, some


def _arrays(case: Case) -> dict[str, Array]:
    return {**case.blocks, **case.objective.arrays()}


def outputs_cotangent(case: Case) -> Array:
    """d_outputs of a layer's case."""
    assert isinstance(case.objective, Cotangents)
    return case.objective.outputs


def final_cotangents(case: Case) -> tuple[Array, ...]:
    """d_state of a layer's case."""
    assert isinstance(case.objective, Cotangents)
    return case.objective.state


def second_call(trial: Trial) -> Looked:
    """After a call for another problem a call is as right as the first, whose answer has not changed."""
    engine, truth, first = trial.engine, trial.truth, trial.answer
    parts = {**first.forward, **first.blocks}
    kept = {name: part.copy() for name, part in parts.items()}
    ask(engine, relaid(truth.case, lambda array: -array))
    some = next(iter(truth.blocks.values()))
    for name, part in parts.items():
        changed = not np.array_equal(part, kept[name], equal_nan=True)
        told = name if name in first.forward else f"d_{name}"
        yield name, f"{told} of the first call is changed by a second one" if changed else None, some
    yield from agreement(ask(engine, truth.case), truth)


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "read-only": lambda array: _read_only(array),
    "Fortran order": lambda array: array.copy(order="F"),
    "a gap after each number": lambda array: (
        np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array.copy()
    ),
    "backwards": lambda array: array[::-1].copy()[::-1] if array.ndim else array.copy(),
}


def memory_layout(trial: Trial) -> Looked:
    """Read-only, Fortran-ordered, strided and reversed arrays give the same gradient, within the bound."""
    for how, lay_out in LAYOUTS.items():
        otherwise = f"with arrays laid out otherwise ({how})"
        try:
            answer = ask_directly(trial.engine, relaid(trial.truth.case, lay_out))
        except InvalidAnswer as invalid:
            raise InvalidAnswer(f"{otherwise}: {invalid}") from invalid
        for name, wrong, expected in agreement(answer, trial.truth):
            yield name, f"{otherwise}: {wrong}" if wrong else None, expected


def _read_only(array: Array) -> Array:
    frozen = array.copy()
    frozen.flags.writeable = False
    return frozen


def units_permute(trial: Trial) -> Looked:
    """Permuting the units of a state permutes the gradients alike, where it does so in the model itself."""
    case = trial.truth.case
    for name in unit_dimensions(case.model, _losses(case)):
        size = case.sizes[name]
        if size > 1:
            order = np.roll(np.arange(size), 1)
            answer = ask(trial.engine, _of_units(case, name, order))
            back = np.argsort(order)
            blocks = {
                key: _permuted(array, case.model.block(key), name, back)
                for key, array in answer.blocks.items()
            }
            yield from _joined(blocks, trial)


def permuted(case: Case, part: str, want: tuple[Array, float]) -> tuple[Case, Array, float]:
    """What ``units_permute`` asks first: the case, a block's gradient there, and how closely it is held."""
    name = next(name for name in unit_dimensions(case.model, _losses(case)) if case.sizes[name] > 1)
    order = np.roll(np.arange(case.sizes[name]), 1)
    other = _of_units(case, name, order)
    return other, _permuted(want[0], case.model.block(part), name, order), 2 * want[1]


@cache
def unit_dimensions(model: Model, losses: str) -> tuple[str, ...]:
    """The dimensions of states whose entries are alike: permuted, everything is permuted alike.

    ``losses`` as of ``random_case``: units that a target tells apart are not alike.
    """
    names = dict.fromkeys(name for block in model.of(Use.STATE) for name in block.dimensions)
    return tuple(name for name in names if _are_alike(model, name, losses))


def _are_alike(model: Model, name: str, losses: str) -> bool:
    sizes = {each: 4 + i for i, each in enumerate(model.dimensions)}
    dtype = np.complex128 if model.complex else np.float64
    case = random_case(model, np.random.default_rng(0), sizes, 2, 2, dtype, losses=losses)
    order = np.roll(np.arange(sizes[name]), 1)
    shuffled, truth = replay.gradient(_of_units(case, name, order)), replay.gradient(case)
    return all(
        np.allclose(shuffled[key], _permuted(array, model.block(key), name, order))
        for key, array in truth.items()
    )


def _losses(case: Case) -> str:
    return "every" if isinstance(case.objective, Targets) else "cotangents"


def _of_units(case: Case, name: str, order: Array) -> Case:
    """The case with the entries of a dimension in another order."""
    blocks = {key: _permuted(array, case.model.block(key), name, order) for key, array in case.blocks.items()}
    first = case.model.of(Use.STATE)
    objective = case.objective
    if isinstance(objective, Cotangents):
        state = tuple(
            _permuted(array, block, name, order) for array, block in zip(objective.state, first, strict=True)
        )
        objective = Cotangents(_permuted(objective.outputs, first[0], name, order), state)
    return replace(case, blocks=blocks, objective=objective)


def _permuted(array: Array, block: Block, name: str, order: Array) -> Array:
    """The array with the entries of a dimension in another order, in each part that an axis stacks."""
    for i, dimension in enumerate(block.dimensions):
        if dimension == name:
            axis = array.ndim - len(block.axes) + i
            parts = array.shape[axis] // len(order)
            whole = (np.arange(parts)[:, None] * len(order) + order).ravel()
            array = np.take(array, whole, axis=axis)
    return array


def padding(trial: Trial) -> Looked:
    """What follows a record's end has a gradient of exactly zero, and changes nothing."""
    truth, case = trial.truth, trial.truth.case
    if case.lengths is None:
        return
    beyond = np.arange(case.steps) >= np.asarray(case.lengths)[:, None]
    for block in case.model.of(Use.INPUT):
        if block.name in trial.answer.blocks:
            there = trial.answer.blocks[block.name][beyond]
            told = f"d_{block.name} is not zero after the end of a record" if there.any() else None
            yield block.name, told, truth.blocks[block.name]
    padded = {}
    for block in case.model.of(Use.INPUT):
        padded[block.name] = case.blocks[block.name].copy()
        padded[block.name][beyond] *= OTHER_PADDING
    answer = ask(trial.engine, replace(case, blocks={**case.blocks, **padded}))
    for name, wrong, expected in agreement(answer, truth):
        yield name, f"with other padding: {wrong}" if wrong else None, expected
