"""The parameters of somebody's module beside the blocks of a model, by name and shape.

A name in ``arrays`` may hold "{}", for a module that keeps its gates apart: ``{"U": ("i{}.kernel", "T")}`` is
one kernel for each part of U, ``ii.kernel`` that of part i.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from verification.adapters.layout import GATES, Layout
from verification.adapters.shapes import Parameter, Shapes
from verification.models.model import Model, Use

# How many names of each side a message shows, so that it fits into a line.
SHOWN = 3

# The sizes of a module that is created to look at its parameters; all are different.
SIZES = (2, 3, 5, 7, 11)

ByName = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Known:
    """What is known of a library's class: its model, its names, and the order of its states if it differs."""

    model: Model
    arrays: Mapping[str, Any]
    carry: tuple[str, ...] = ()


def known(made: object, table: Mapping[str, Known], package: str) -> Known | None:
    """What is known of an object, by the name of its class, or of a base class, in the package."""
    for each in type(made).__mro__:
        if f"{each.__module__}.".startswith(f"{package}.") and each.__name__ in table:
            return table[each.__name__]
    return None


def made_with(model: Model) -> tuple[str, ...]:
    """The dimensions that a module is created with, in this order: of inputs, of states, and all others."""
    uses = (Use.INPUT, Use.STATE, Use.STEP)
    return tuple(dict.fromkeys(name for use in uses for name in model.dimensions_of(use)))


def shapes_of(model: Model, layout: Layout) -> Shapes:
    """What a module of the model is made with, and given."""
    params = []
    for block in model.of(Use.STEP):
        place = layout.places[block.name]
        axes = block.axes[::-1] if place.transposed else block.axes
        parts = tuple(layout.described.get(GATES, block.parts))
        params += [Parameter(name, axes, parts, place.transposed) for name in place.names]
    inputs, states = (tuple(block.axes for block in model.of(use)) for use in (Use.INPUT, Use.STATE))
    return Shapes(made_with(model), inputs, states, tuple(params), layout.axes)


def needed(model: Model, layout: Layout) -> ByName:
    """The parameters that a module needs for the model's STEP blocks, created with ``SIZES``."""
    sizes = dict(zip(made_with(model), SIZES, strict=False))
    given: dict[str, Any] = {}
    for block in model.of(Use.STEP):
        given |= layout.places[block.name].given(np.zeros(block.shape(sizes)))
    return {name: array.shape for name, array in shapes_of(model, layout).apart(given).items()}


def together(arrays: Mapping[str, Any], model: Model, layout: Layout) -> dict[str, Any]:
    """The reverse of ``Shapes.apart``, for NumPy arrays; missing ones stay missing."""
    found = dict(arrays)
    for block in model.of(Use.STEP):
        place = layout.places[block.name]
        for name in place.names if "{}" in "".join(place.names) else ():
            parts = [arrays.get(name.format(part)) for part in layout.described.get(GATES, block.parts)]
            there = [part for part in parts if part is not None]
            if len(there) == len(parts):
                found[name] = np.concatenate(there, axis=-1 if place.transposed else 0)
    return found


def matched(found: ByName, model: Model, layout: Layout) -> None:
    """Raises ValueError, with the names of both, if a module's parameters do not fit the model's."""
    wanted = needed(model, layout)
    if dict(found) == dict(wanted):
        return
    theirs = sorted(f"{name} {shape}" for name, shape in found.items() if wanted.get(name) != shape)
    ours = sorted(f"{name} {shape}" for name, shape in wanted.items() if found.get(name) != shape)
    sizes = ", ".join(f"{name} {size}" for name, size in zip(made_with(model), SIZES, strict=False))
    raise ValueError(
        f"module: made with {sizes} it has {_listed(theirs)}; model {model.name} needs {_listed(ours)}: "
        "say arrays={...}, or another model"
    )


def _listed(names: list[str]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN]) or 'nothing more'}{more}"
