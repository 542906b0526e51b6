"""The parameters of somebody's module beside the blocks of a model, by name and shape.

A name in ``arrays`` may hold "{}", for a module that keeps its gates apart: ``{"U": ("i{}.kernel", "T")}`` is
one kernel for each part of U, ``ii.kernel`` that of part i.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from verification.adapters.layout import GATES, Layout
from verification.models.axes import Axis, measured
from verification.models.model import Model, Use

# How many names of each side a message shows, so that it fits into a line.
SHOWN = 3

# The sizes of a module that is created to look at its parameters; all are different.
SIZES = (2, 3, 5, 7, 11)

Shapes = Mapping[str, tuple[int, ...]]


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


def sizes_of(
    model: Model, layout: Layout, params: Mapping[str, Any], records: Sequence[tuple[int, ...]]
) -> list[int]:
    """The sizes of ``made_with``, from parameters, and from one record's shape of each INPUT and STATE."""
    found: list[tuple[Axis, int]] = []
    for block, shape in zip(model.of(Use.INPUT) + model.of(Use.STATE), records, strict=True):
        found += zip(block.axes, shape, strict=True)
    for block in model.of(Use.STEP):
        place = layout.places[block.name]
        shape = params[place.names[0]].shape
        found += zip(block.axes, shape[::-1] if place.transposed else shape, strict=True)
    sizes = measured(found)
    return [sizes[name] for name in made_with(model)]


def needed(model: Model, layout: Layout) -> Shapes:
    """The parameters that a module needs for the model's STEP blocks, created with ``SIZES``."""
    sizes = dict(zip(made_with(model), SIZES, strict=False))
    given: dict[str, Any] = {}
    for block in model.of(Use.STEP):
        given |= layout.places[block.name].given(np.zeros(block.shape(sizes)))
    return {name: array.shape for name, array in apart(given, model, layout).items()}


def apart(params: Mapping[str, Any], model: Model, layout: Layout) -> dict[str, Any]:
    """The parameters, split into gates where their names say so; arrays of any library."""
    found: dict[str, Any] = {}
    for block in model.of(Use.STEP):
        place = layout.places[block.name]
        parts = tuple(layout.described.get(GATES, block.parts))
        for name in place.names:
            array = params[name]
            if "{}" not in name:
                found[name] = array
                continue
            each = array.shape[-1 if place.transposed else 0] // len(parts)
            for i, part in enumerate(parts):
                cut = slice(i * each, (i + 1) * each)
                found[name.format(part)] = array[:, cut] if place.transposed else array[cut]
    return found


def together(arrays: Mapping[str, Any], model: Model, layout: Layout) -> dict[str, Any]:
    """The reverse of ``apart``, for NumPy arrays; missing ones stay missing."""
    found = dict(arrays)
    for block in model.of(Use.STEP):
        place = layout.places[block.name]
        for name in place.names if "{}" in "".join(place.names) else ():
            parts = [arrays.get(name.format(part)) for part in layout.described.get(GATES, block.parts)]
            there = [part for part in parts if part is not None]
            if len(there) == len(parts):
                found[name] = np.concatenate(there, axis=-1 if place.transposed else 0)
    return found


def matched(found: Shapes, model: Model, layout: Layout) -> None:
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
