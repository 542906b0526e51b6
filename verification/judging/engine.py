"""An engine, as what judges it sees one, whatever door it came through; and its answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from rnn.arrays import Array
from verification.asked.case import Case
from verification.asked.model import Model, Use
from verification.asked.scope import Claim
from verification.truth.expectation import final_of


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

    def answer(self, case: Case) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """The forward's parts and the gradient's blocks, by name, of these very arrays.

        A block's gradient is one array, or two equal ones of an engine that keeps it as a sum of two.
        Raises InvalidAnswer where what comes back has not the door's form.
        """

    def program(self, case: Case, part: str, want: Array, bound: float, property_: str) -> str:
        """A program that asks for the part of the answer as a property does, and fails where it is wrong."""


def ask(engine: Engine, case: Case) -> Answer:
    """The engine's answer to a case, in arrays of its own; raises InvalidAnswer."""
    return ask_directly(engine, afresh(case))


def afresh(case: Case) -> Case:
    """The same numbers in arrays of their own."""
    return relaid(case, lambda array: array.copy(order="K"))


def relaid(case: Case, change: Any) -> Case:
    """The same with ``change(array)`` in the place of every array."""
    blocks = {name: change(array) for name, array in case.blocks.items()}
    return Case(case.model, blocks, case.objective.replaced(change), case.functions, case.first)


def ask_directly(engine: Engine, case: Case) -> Answer:
    """The engine's answer to a case, of these very arrays; raises InvalidAnswer."""
    dtype, state = case.dtype, case.state
    shapes = {"outputs": (case.records, case.steps, *state[0].shape[1:])}
    shapes |= {
        final_of(block): array.shape for block, array in zip(case.model.of(Use.STATE), state, strict=True)
    }
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
        {name: forward[name] for name in shapes},
        {name: blocks[name][0] for name in wanted},
        {name: blocks[name][1] for name in wanted if len(blocks[name]) > 1},
    )


def _in_a_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200] if lines else ''}"
