"""An engine, as what judges it sees one, whatever door it came through; and its answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from verification.arrays import Array
from verification.asked.case import Case, Cotangents, output_of
from verification.asked.claim import Claim
from verification.asked.layouts import laid_out
from verification.asked.model import Model, Use
from verification.truth.parts import OUTPUTS, VALUE, final_of


class InvalidAnswer(Exception):
    """An engine did not answer in the agreed form; the message says how."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What an engine says of a case: the outputs and final states, and the gradient of every claimed block.

    ``second``: the gradients by the second of two arrays that an engine keeps for one block.
    """

    forward: Mapping[str, Array]
    blocks: Mapping[str, Array]
    second: Mapping[str, Array]

    def gradients(self) -> Iterator[tuple[str, Array]]:
        """Every gradient by its block, two of a block that is kept in two arrays."""
        yield from self.blocks.items()
        yield from self.second.items()

    def parts(self) -> dict[str, Array]:
        """All of it, by name."""
        return {**self.forward, **{f"d_{name}": array for name, array in self.blocks.items()}}


class Engine(Protocol):
    """What is judged."""

    @property
    def model(self) -> Model:
        """What it claims to compute."""

    @property
    def claim(self) -> Claim:
        """What it claims to do."""

    @property
    def arrays(self) -> Mapping[str, Any] | None:
        """How its arrays differ from the model's, by its door's description; None where that has none."""

    def otherwise(self, model: Model, arrays: Mapping[str, Any] | None) -> "Engine":
        """The same engine as one of another model, or of other arrays; raises ValueError for none."""

    def answer(self, case: Case) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """The forward's parts and the gradient's blocks, by name, of these very arrays.

        A block's gradient is one array, or two equal ones of an engine that keeps it as a sum of two.
        Raises InvalidAnswer where what comes back has not the door's form.
        """

    def program(self, case: Case, part: str, want: Array, bound: float | Array, property_: str) -> str:
        """A program that asks for the part of the answer as a property does, and fails where it is wrong.

        ``bound``: the error that is accepted, in all entries or in each.
        """


def ask(engine: Engine, case: Case) -> Answer:
    """The engine's answer to a case, in arrays of its own; raises InvalidAnswer."""
    return ask_directly(engine, afresh(case))


def afresh(case: Case) -> Case:
    """The same numbers in arrays of their own, which lie in memory as the case says."""
    layouts, names = case.layouts, iter(case.objective.arrays())
    blocks = {name: laid_out(array, layouts.get(name)) for name, array in case.blocks.items()}
    objective = case.objective.replaced(lambda array: laid_out(array, layouts.get(next(names))))
    return replace(case, blocks=blocks, objective=objective)


def relaid(case: Case, change: Any) -> Case:
    """The same with ``change(array)`` in the place of every array."""
    blocks = {name: change(array) for name, array in case.blocks.items()}
    return replace(case, blocks=blocks, objective=case.objective.replaced(change))


def ask_directly(engine: Engine, case: Case) -> Answer:
    """The engine's answer to a case, of these very arrays; raises InvalidAnswer."""
    dtype, shapes = case.dtype, _forward_shapes(case)
    wanted = {name: case.blocks[name].shape for name in engine.claim.blocks}
    try:
        with np.errstate(all="ignore"):
            forward, blocks = engine.answer(case)
    except (KeyboardInterrupt, InvalidAnswer):
        raise
    except Exception as error:
        raise InvalidAnswer(f"raised {_in_a_line(error)}") from error
    parts = [(name, forward.get(name), shape) for name, shape in shapes.items()]
    for name, shape in wanted.items():
        parts += [(f"the gradient of {name}", part, shape) for part in blocks.get(name, (None,))]
    for name, part, shape in parts:
        if part is None:
            raise InvalidAnswer(f"{name} is missing, needed an array {shape}")
        if not isinstance(part, np.ndarray):
            raise InvalidAnswer(f"{name} is a {type(part).__name__}, needed an ndarray")
        if part.shape != shape:
            raise InvalidAnswer(f"{name} has shape {part.shape}, needed {shape}")
        if part.dtype != dtype:
            raise InvalidAnswer(f"{name} has dtype {part.dtype}, needed {dtype}")
    return Answer(
        {name: _cut(case, forward[name]) if name == OUTPUTS else forward[name] for name in shapes},
        {name: blocks[name][0] for name in wanted},
        {name: blocks[name][1] for name in wanted if len(blocks[name]) > 1},
    )


def _cut(case: Case, outputs: Array) -> Array:
    """The outputs with zeros after the ends of records that end early: what is there is not asked."""
    if case.lengths is None:
        return outputs
    within = np.arange(case.steps) < np.asarray(case.lengths)[:, None]
    return np.where(within.reshape(*within.shape, *[1] * (outputs.ndim - 2)), outputs, 0)


def _forward_shapes(case: Case) -> dict[str, tuple[int, ...]]:
    """The shapes of the forward's parts."""
    if isinstance(case.objective, Cotangents):
        shapes = {OUTPUTS: (case.records, case.steps, *case.state[0].shape[1:])}
        states = zip(case.model.of(Use.STATE), case.state, strict=True)
        return shapes | {final_of(block): array.shape for block, array in states}
    return {OUTPUTS: (case.records, case.steps, *output_of(case)), VALUE: ()}


def _in_a_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200] if lines else ''}"
