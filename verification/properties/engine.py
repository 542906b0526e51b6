"""An engine, as what judges it sees one, whatever adapter it came through; and its answer."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from verification.models.arrays import Array
from verification.models.case import Case, Objective
from verification.models.code import Code
from verification.models.model import Model
from verification.properties.property import Property
from verification.sampling.claim import Claim


class InvalidAnswer(Exception):
    """An engine did not answer in the agreed form; the message says how.

    ``lost``: it is not worth while to ask it again.
    """

    lost = False


class TimedOut(InvalidAnswer):
    """An engine did not answer in time: to ask it again is to wait again."""

    lost = True


class Unsupported(Exception):
    """Raised by an engine for a problem of a kind that it does not do; the message says what.

    Such problems are counted separately, and an engine that declines one is not verified but *not exercised*.
    """


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


# A forward's parts by name, and its backward, which may be called later, and more than once: the gradient's
# blocks by name, for the cotangents of an objective.
Begun: TypeAlias = tuple[Mapping[str, Any], Callable[[Objective], Mapping[str, tuple[Any, ...]]]]


@dataclass(frozen=True, eq=False)
class FixedCase:
    """A case by its name; ``property``: that which alone asks it, None of one that is asked as any other."""

    property: Property[Any] | None
    name: str
    make: Callable[[], Case]


class Engine(Protocol):
    """What is judged."""

    @property
    def model(self) -> Model:
        """What it claims to compute."""

    @property
    def claim(self) -> Claim:
        """What it claims to do."""

    @property
    def fixed(self) -> tuple[FixedCase, ...]:
        """Cases that every run meets, beside those that its claim makes."""

    @property
    def arrays(self) -> Mapping[str, Any] | None:
        """How its arrays differ from the model's, by its adapter's description; None where that has none."""

    def otherwise(self, model: Model, arrays: Mapping[str, Any] | None) -> "Engine":
        """The same engine as one of another model, or of other arrays; raises ValueError for none."""

    def answer(self, case: Case) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """The forward's parts and the gradient's blocks, by name, of these very arrays.

        A block's gradient is one array, or two equal ones of an engine that keeps it as a sum of two.
        Raises InvalidAnswer where what comes back has not the adapter's form.
        """

    def begin(self, case: Case) -> Begun:
        """The forward alone, where a call comes in two (``Capabilities.in_two``); raises as ``answer``."""

    def wanting(self, blocks: tuple[str, ...], unused: tuple[str, ...]) -> "Engine":
        """The same, told which gradients are wanted and which outputs unused (``Capabilities.partial``)."""

    def code(self, case: Case) -> Code:
        """Statements that make ``engine`` again, and ``case``."""
