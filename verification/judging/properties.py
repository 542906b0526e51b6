"""What must hold of an engine of any model, as plain functions of an engine and a case's truth.

A property yields findings, each about one part of the answer: the disagreement, or None if it held, and what
the finding is worth. Layouts and second calls are held to the bound, and not to the bit: a
matrix product may take another path for another layout.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from verification.arrays import Array
from verification.asked.case import Case, Cotangents
from verification.asked.model import Use
from verification.comparison import Disagreement, compare
from verification.judging.engine import Answer, Engine, InvalidAnswer, afresh, ask, ask_directly, relaid
from verification.tolerance import Expected
from verification.truth import replay
from verification.truth.table import LagTable, grouped_table


@dataclass(frozen=True, eq=False)
class Finding:
    """What a property found about one part: the disagreement, if any, and what the finding is worth."""

    property: str
    part: str
    wrong: str | None
    nonzero: bool = True
    determined: bool = True


@dataclass(frozen=True, eq=False)
class Truth:
    """What is true of a case, computed when it is first asked for."""

    case: Case

    @cached_property
    def table(self) -> LagTable:
        """The lag table, in groups."""
        return grouped_table(self.case)

    @cached_property
    def autograd(self) -> dict[str, Array]:
        """The gradient by replays."""
        return replay.gradient(self.case)

    @cached_property
    def blocks(self) -> dict[str, Expected]:
        """Every block's gradient, and how closely it must be met."""
        return self.table.expected()

    @cached_property
    def forward(self) -> dict[str, Expected]:
        """Outputs and final states."""
        return self.table.forward()

    @property
    def determined(self) -> bool:
        """Is there a truth at this precision?"""
        return self.table.determined

    def live(self, names: tuple[str, ...]) -> bool:
        """Does agreement on it say anything of one of these blocks?"""
        return self.determined and any(
            self.blocks[name].size > 0 and self.blocks[name].determined for name in names
        )


@dataclass(frozen=True, eq=False)
class Trial:
    """An engine before a case."""

    engine: Engine
    truth: Truth

    @cached_property
    def answer(self) -> Answer:
        """Its answer to the case itself."""
        return ask(self.engine, self.truth.case)


Looked = Iterator[tuple[str, Disagreement | str | None, Expected]]


def agreement(answer: Answer, truth: Truth, factor: float = 1.0) -> Looked:
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
        shared = {block.name for block in case.model.of(Use.STEP)}
        joined = {
            name: np.sum([each[name] for each in alone], axis=0)
            if name in shared
            else np.concatenate([each[name] for each in alone])
            for name in claim.blocks
        }
        yield from _joined(joined, truth)


def records_permute(trial: Trial) -> Looked:
    """Permuting the records permutes what is by record, and changes nothing else."""
    truth, case = trial.truth, trial.truth.case
    if case.records > 1:
        order = np.roll(np.arange(case.records), 1)
        answer = ask(trial.engine, case.of_records(order))
        shared = {block.name for block in case.model.of(Use.STEP)}
        back = np.argsort(order)
        blocks = {name: a if name in shared else a[back] for name, a in answer.blocks.items()}
        yield from _joined(blocks, truth)


def _joined(blocks: Mapping[str, Array], truth: Truth) -> Looked:
    for name, got in blocks.items():
        expected = truth.blocks[name]
        yield name, compare(f"d_{name}", got, expected.truth, 2 * expected.bound), expected


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
    states = {f"d_state[{i}]": array for i, array in enumerate(final_cotangents(case))}
    return {**case.blocks, "d_outputs": outputs_cotangent(case), **states}


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
    kept = {name: part.copy() for name, part in first.parts().items()}
    ask(engine, relaid(truth.case, lambda array: -array))
    some = next(iter(truth.blocks.values()))
    for name, part in first.parts().items():
        changed = not np.array_equal(part, kept[name], equal_nan=True)
        yield name, f"{name} of the first call is changed by a second one" if changed else None, some
    yield from agreement(ask(engine, truth.case), truth)


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "read-only": lambda array: _read_only(array),
    "Fortran order": lambda array: array.copy(order="F"),
    "a gap after each number": lambda array: np.repeat(array, 2, axis=-1)[..., ::2],
    "backwards": lambda array: array[::-1].copy()[::-1],
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


PROPERTIES: dict[str, Callable[[Trial], Looked]] = {
    "forward": forward,
    "autograd": autograd,
    "lags": lags,
    "records add up": records_add_up,
    "records permute": records_permute,
    "inputs stay": inputs_stay,
    "second call": second_call,
    "memory layout": memory_layout,
}

# Those about one call on one problem, which a program can show by itself.
PLAIN = ("forward", "autograd", "lags")

# An engine that does not answer in the agreed form is refuted by that.
FORM = "form"


def findings(engine: Engine, truth: Truth, names: tuple[str, ...] = tuple(PROPERTIES)) -> Iterator[Finding]:
    """What the properties find; a case that determines nothing is asked for the form alone."""
    trial = Trial(engine, truth)
    if not truth.determined:
        names = ()
    try:
        trial.answer  # noqa: B018
    except InvalidAnswer as invalid:
        yield Finding(FORM, "", str(invalid))
        return
    for name in names:
        try:
            for part, wrong, expected in PROPERTIES[name](trial):
                told = None if wrong is None else str(wrong)
                yield Finding(name, part, told, expected.size > 0, expected.determined)
        except InvalidAnswer as invalid:
            yield Finding(name, "", str(invalid))
