"""How an engine's arrays differ from the model's: names, orientations, the order of gates, biases, axes.

{"W": ("Wh", "T")}          the model's W is called Wh, and transposed
{"b": ("b_ih", "b_hh")}     a bias that is kept as two, whose sum is the model's
{"gates": "ifog"}           parts in another order
{"axes": "TN"}              inputs and outputs with steps first, (T, N, …)
{"axes": "NAT"}             with their first axis before steps, heads or channels, (N, A, T, …)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from verification.adapters.shapes import EXCHANGED, by_record
from verification.models.arrays import Array
from verification.models.model import Block, Model, Use

TRANSPOSED = "T"
GATES = "gates"
AXES = "axes"


@dataclass(frozen=True)
class BlockLayout:
    """How an engine stores a block: its names, transposed or not, and the order of its parts."""

    names: tuple[str, ...]
    transposed: bool = False
    order: tuple[int, ...] = ()

    def given(self, array: Array) -> dict[str, Array]:
        """The block as the engine stores it. Of a sum of two, the first has three quarters."""
        theirs = _parts_in(array, self.order)
        theirs = np.array(theirs.T, order="C") if self.transposed else theirs
        if len(self.names) == 1:
            return {self.names[0]: theirs}
        first = (theirs * 0.75).astype(theirs.dtype)
        return {self.names[0]: first, self.names[1]: theirs - first}

    def read(self, gradients: Mapping[str, Any]) -> list[Any]:
        """Gradients in the model's layout, one for each name, None for a missing one."""
        back = tuple(np.argsort(self.order)) if self.order else ()
        read = []
        for name in self.names:
            theirs = gradients.get(name)
            if isinstance(theirs, np.ndarray):
                theirs = theirs.T if self.transposed else theirs
                divides = not self.order or (theirs.ndim and len(theirs) % len(self.order) == 0)
                theirs = _parts_in(theirs, back) if divides else theirs
            read.append(theirs)
        return read


def _parts_in(array: Array, order: tuple[int, ...]) -> Array:
    """The array with the parts of its first axis in another order."""
    if not order:
        return array
    parts = np.split(array, len(order))
    return np.concatenate([parts[i] for i in order])


@dataclass(frozen=True)
class Layout:
    """The layout of every STEP and INPUT block, and the ``axes`` of inputs and outputs.

    ``described``: the user's description.
    """

    places: Mapping[str, BlockLayout]
    axes: str = "NT"
    described: Mapping[str, Any] = field(default_factory=dict)

    @property
    def axis_of_steps(self) -> int:
        """The index of the steps' axis in the engine's arrays."""
        return self.axes.index("T")

    def by_record(self, array: Array) -> Array:
        """A model's (N, T, …) in the engine's layout, or back; an input without axes stays as it is."""
        moved: Array = by_record(array, self.axes)
        return moved


def layout_of(model: Model, arrays: Mapping[str, Any] | None) -> Layout:
    """The layout that ``arrays`` describes; raises ValueError, in one line, if it is not valid."""
    given = dict(arrays or {})
    order = given.pop(GATES, None)
    axes = given.pop(AXES, "NT")
    if axes not in EXCHANGED:
        raise ValueError(f"arrays: axes: {axes!r}, needed 'NT', 'TN' or 'NAT'")
    places = {}
    parted = False
    for block in model.of(Use.STEP, Use.INPUT):
        names, transposed = _names(block, given.pop(block.name, block.name))
        parts: tuple[int, ...] = ()
        if order is not None and block.parts:
            parted = True
            if sorted(order) != sorted(block.parts):
                raise ValueError(f"arrays: gates: {order!r}, needed each of {', '.join(block.parts)} once")
            parts = tuple(block.parts.index(part) for part in order)
        places[block.name] = BlockLayout(names, transposed, parts)
    if given:
        known = ", ".join([*places, GATES, AXES])
        raise ValueError(f"arrays: {next(iter(given))!r}, needed some of {known}")
    if order is not None and not parted:
        raise ValueError(f"arrays: gates: {order!r}, needed none: no block of {model.name} has parts")
    taken = [name for place in places.values() for name in place.names]
    for name in taken:
        if taken.count(name) > 1:
            raise ValueError(f"arrays: {name!r} stands for {taken.count(name)} arrays, needed one")
    return Layout(places, axes, dict(arrays or {}))


def _names(block: Block, given: Any) -> tuple[tuple[str, ...], bool]:
    """The names of a block in the engine, and whether it is transposed."""
    if isinstance(given, str):
        return (given,), False
    named = isinstance(given, tuple) and len(given) == 2 and all(isinstance(each, str) for each in given)
    if named and given[1] == TRANSPOSED and len(block.axes) == 2 and block.use is Use.STEP:
        return (given[0],), True
    if named and given[1] != TRANSPOSED and len(block.axes) == 1 and block.use is Use.STEP:
        return (given[0], given[1]), False
    raise ValueError(
        f"arrays: {block.name}: {given!r}, needed a name, (name, 'T') for a matrix, or two names for a bias"
    )
