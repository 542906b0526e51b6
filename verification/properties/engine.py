"""The engine interface, the same for every adapter, and an engine's answer."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from verification.models.arrays import Array
from verification.models.case import Case, Objective
from verification.models.code import Code
from verification.models.model import Model
from verification.processes.hosts import Host
from verification.processes.place import Place
from verification.properties.property import Property
from verification.sampling.claim import Claim


@dataclass(frozen=True, eq=False)
class Answer:
    """An engine's result for a case: the outputs and final states, and the gradient of every claimed block.

    ``second``: the second gradient of a block that the engine stores as a sum of two arrays.
    """

    forward: Mapping[str, Array]
    blocks: Mapping[str, Array]
    second: Mapping[str, Array]

    def gradients(self) -> Iterator[tuple[str, Array]]:
        """Every gradient with the name of its block; two for a block that is stored as two arrays."""
        yield from self.blocks.items()
        yield from self.second.items()

    def parts(self) -> dict[str, Array]:
        """All parts, by name."""
        return {**self.forward, **{f"d_{name}": array for name, array in self.blocks.items()}}


# A forward's parts by name, and its backward, which may be called later, and more than once: from an
# objective's cotangents to the gradient's blocks by name.
Begun: TypeAlias = tuple[Mapping[str, Any], Callable[[Objective], Mapping[str, tuple[Any, ...]]]]


@dataclass(frozen=True, eq=False)
class FixedCase:
    """A case with a name; ``property``: the only property that is checked on it, None for every one that
    applies.
    """

    property: Property[Any] | None
    name: str
    make: Callable[[], Case]


class Engine(Protocol):
    """The implementation under test."""

    @property
    def functions(self) -> tuple[Any, ...]:
        """What a host runs of it; empty for one whose functions run where it is."""

    def hosted(self, host: Host) -> "Engine":
        """The same, whose ``functions`` run in a host that was started with them."""

    @property
    def place(self) -> Place:
        """Where its functions run."""

    @property
    def model(self) -> Model:
        """The model that it claims to compute."""

    @property
    def claim(self) -> Claim:
        """The claim: everything that it supports."""

    @property
    def fixed(self) -> tuple[FixedCase, ...]:
        """Cases that every run includes, beside those that follow from the claim."""

    @property
    def arrays(self) -> Mapping[str, Any] | None:
        """How its arrays differ from the model's, as given to its adapter; None where the adapter has no such
        argument.
        """

    def otherwise(self, model: Model, arrays: Mapping[str, Any] | None) -> "Engine":
        """The same engine for another model, or with other arrays; raises ValueError if it cannot be."""

    @property
    def arguments(self) -> tuple[str, ...] | None:
        """By name, the arrays that a user's function takes one after another; None where it does not."""

    def reordered(self, arguments: tuple[str, ...]) -> "Engine":
        """The same engine with its function's arguments in this order, for one that has ``arguments``."""

    def answer(self, case: Case) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """The forward's parts and the gradient's blocks, by name, for these very arrays.

        A block's gradient is one array, or two equal ones for an engine that stores the block as a sum of
        two. Raises InvalidAnswer if the result does not have the adapter's form.
        """

    def repeat(
        self, case: Case, goes_on: Callable[[Any], bool]
    ) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """The call for these very arrays again and again, as long as that holds of what was returned, in
        whatever form it has; the last answer, as ``answer`` gives it. One call to who guards calls.
        """

    def begin(self, case: Case) -> Begun:
        """The forward alone, if calls come in two (``Capabilities.in_two``); raises as ``answer``."""

    def wanting(self, blocks: tuple[str, ...], unused: tuple[str, ...]) -> "Engine":
        """The same, which is told the wanted gradients and the unused outputs (``Capabilities.partial``)."""

    def code(self, case: Case) -> Code:
        """Statements that make ``engine`` again, and ``case``."""
