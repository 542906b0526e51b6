"""The arguments of a call, as every method of a network and a layer checks them."""

import numpy as np

from rnn import GRU, Vanilla
from rnn.calls.arguments import checked_call, checked_params
from rnn.cells.gru import GRUParams
from rnn.through_time.recurrence import Single

SHAPES = {"params.a": (2,), "params.b": (1, 2)}


class Pair(tuple):
    """Stands in for a NamedTuple."""

    _fields = ("a", "b")
    _make = classmethod(lambda cls, blocks: cls(blocks))


def test_blocks_come_back_by_name_and_kind():
    """As the NamedTuple that was asked for."""
    blocks = (np.ones(2), np.ones((1, 2)))
    found = checked_params(Pair, SHAPES, list(blocks))
    assert isinstance(found, Pair)
    assert all(one is other for one, other in zip(found, blocks, strict=True))


def test_a_call_holds_what_it_was_given():
    """Arrays that fit are not copied; without lengths nothing is put in another order."""
    cell = Vanilla(1, 2)
    params = GRU(1, 2).params(*(np.ones(1) for _ in GRUParams._fields))
    xs, h0 = np.ones((3, 2, 1)), np.ones((3, 2))
    call = checked_call(Single(cell), params, xs, h0, None)
    assert call.xs is xs
    assert call.state[0] is h0
    assert call.inputs.active is call.ends is None


def test_records_of_several_lengths_are_put_in_order():
    """Longest first, their states with them, and what is padding is zero."""
    cell = Vanilla(1, 2)
    params = cell.weights(np.ones((2, 1)), np.ones((2, 2)), np.ones(2))
    xs, h0 = np.arange(1.0, 7).reshape(3, 2, 1), np.arange(6.0).reshape(3, 2)
    call = checked_call(Single(cell), params, xs, h0, [1, 2, 1])
    assert call.xs[:, :, 0].tolist() == [[3, 4], [1, 0], [5, 0]]
    assert call.state[0].tolist() == [[2, 3], [0, 1], [4, 5]]
    assert call.inputs.active == [3, 1]
    assert xs.all()
