"""Several networks as one: each reads a column of its own, and has an output of its own.

With K networks of H units, D inputs and O outputs, the one has K·H units, K·D inputs and K·O outputs, and
every block is made of theirs, with zeros between: their states never meet.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rnn.common.arrays import Array
from rnn.network import RNN
from rnn.through_time.stack import Stack


def joined(net: RNN, members: Sequence[Any]) -> tuple[RNN, Any]:
    """The network of all members, which are parameters of ``net``, and its own; ``net`` of one alone."""
    count = len(members)
    if count == 1:
        return net, members[0]
    made: Any = net.cell
    levels = [_wider(level, count) for level in getattr(made, "levels", (made,))]
    cell = Stack(*levels) if type(made) is Stack else levels[0]
    blocks = {
        # The rows of V and c are outputs; all others are gates of units.
        name: _beside(blocks, 1 if name in ("V", "c") else len(blocks[0]) // _units(members[0], name))
        for name, blocks in (
            (name, [getattr(member, name) for member in members]) for name in members[0]._fields
        )
    }
    return RNN(cell, count * net.outputs, net.loss, net.loops), type(members[0])(**blocks)


def _wider(cell: Any, count: int) -> Any:
    """A cell for so many of its kind."""
    return replace(cell, inputs=count * cell.inputs, units=count * cell.units)


def _units(member: Any, name: str) -> int:
    """The units of the level that a block is of: its W's columns."""
    _, *level = name.split("_")
    units: int = getattr(member, "_".join(["W", *level])).shape[1]
    return units


def _beside(blocks: Sequence[Array], gates: int) -> Array:
    """Blocks of so many gates each as one: a gate's rows are those of all members, one after another."""
    rows, *columns = blocks[0].shape
    each = rows // gates
    shape = (gates, len(blocks), each, *(len(blocks) * width for width in columns))
    whole = np.zeros(shape, blocks[0].dtype)
    for place, block in enumerate(blocks):
        own = block.reshape(gates, each, *columns)
        if columns:
            whole[:, place, :, place * columns[0] : (place + 1) * columns[0]] = own
        else:
            whole[:, place] = own
    return whole.reshape(len(blocks) * rows, *shape[3:])
