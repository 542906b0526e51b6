"""Several networks as one: each reads a column of its own, and has an output of its own.

With K networks of H units, D inputs and O outputs, the one has K·H units, K·D inputs and K·O outputs, and
every block is made of theirs, with zeros between: their states never meet. Of both directions the one has all
members' first ones side by side, then their second ones.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rnn.common.arrays import Array
from rnn.network import RNN
from rnn.through_time.bidirectional import Bidirectional
from rnn.through_time.stack import Stack


def joined(net: RNN, members: Sequence[Any]) -> tuple[RNN, Any]:
    """The network of all members, which are parameters of ``net``, and its own; ``net`` of one alone."""
    count = len(members)
    if count == 1:
        return net, members[0]
    made: Any = net.cell
    levels = getattr(made, "levels", (made,))
    wider = [_wider(level, count) for level in levels]
    cell = Stack(*wider) if type(made) is Stack else wider[0]
    blocks = {
        name: _beside([getattr(member, name) for member in members], *_groups(members[0], name, levels))
        for name in members[0]._fields
    }
    return RNN(cell, count * net.outputs, net.loss, net.loops), type(members[0])(**blocks)


def _wider(cell: Any, count: int) -> Any:
    """A cell for so many of its kind, in as many directions."""
    if _directions(cell) > 1:
        return type(cell)(_wider(cell.cell, count))
    return replace(cell, inputs=count * cell.inputs, units=count * cell.units)


def _directions(level: Any) -> int:
    """How many h a level puts out side by side."""
    return 2 if isinstance(level, Bidirectional) else 1


def _groups(member: Any, name: str, levels: Sequence[Any]) -> tuple[int, int]:
    """Of how many gates a block's rows are, and of how many directions its columns."""
    if name in ("V", "c"):
        return 1, _directions(levels[-1])
    letter, *others = name.split("_")
    gates = len(getattr(member, name)) // _units(member, name)
    place = int(others[0].removeprefix("l")) if len(levels) > 1 else 0
    return gates, _directions(levels[place - 1]) if letter == "U" and place else 1


def _units(member: Any, name: str) -> int:
    """The units of the level that a block is of: its W's columns."""
    _, *level = name.split("_")
    units: int = getattr(member, "_".join(["W", *level])).shape[1]
    return units


def _beside(blocks: Sequence[Array], gates: int, directions: int) -> Array:
    """Blocks of so many gates each as one: a gate's rows are those of all members, one after another.

    So are the columns of each of the ``directions`` of what a block reads.
    """
    rows, *columns = blocks[0].shape
    each = rows // gates
    count = len(blocks)
    if not columns:
        return np.stack([block.reshape(gates, each) for block in blocks], axis=1).ravel()
    width = columns[0] // directions
    whole = np.zeros((gates, count, each, directions, count, width), blocks[0].dtype)
    for place, block in enumerate(blocks):
        whole[:, place, :, :, place] = block.reshape(gates, each, directions, width)
    return whole.reshape(count * rows, count * columns[0])
