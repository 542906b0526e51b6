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


def joined(net: RNN, members: Sequence[Any]) -> tuple[RNN, Any]:
    """The network of all members, which are parameters of ``net``, and its own; ``net`` of one alone."""
    count, units = len(members), net.cell.units
    if count == 1:
        return net, members[0]
    made: Any = net.cell
    cell = replace(made, inputs=count * net.cell.inputs, units=count * units)
    blocks = {
        # The rows of V and c are outputs; all others are gates of units.
        name: _beside(blocks, 1 if name in ("V", "c") else len(blocks[0]) // units)
        for name, blocks in (
            (name, [getattr(member, name) for member in members]) for name in members[0]._fields
        )
    }
    return RNN(cell, count * net.outputs, net.loss, net.loops), type(members[0])(**blocks)


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
