"""Parameters under torch.nn's names: there and back. ``tests/peers`` computes with them there."""

import re

import numpy as np
import pytest

from rnn import GRU, LSTM, RNN, Bidirectional, Stack, Vanilla
from rnn.interchange import from_torch, to_torch

CELLS = {"RNN": Vanilla, "LSTM": LSTM, "GRU": GRU}


ONES = {"weight_ih_l0": np.ones((3, 2)), "weight_hh_l0": np.ones((3, 3)), "weight": np.ones((1, 3))}


def test_a_layer_may_have_no_biases():
    """Of which there are zeros here: neither of the two, or an error; of two the sum."""
    both = from_torch(ONES | {"bias_ih_l0": np.ones(3), "bias_hh_l0": np.arange(3.0)})
    assert both.b.tolist() == [1.0, 2.0, 3.0]
    params = from_torch({name: array.astype("f4") for name, array in ONES.items()})
    assert (params.b.tolist(), params.c.tolist()) == ([0, 0, 0], [0])
    assert params.b.dtype == params.c.dtype == np.float32
    weights = ONES | {name: np.ones((3 * 3, n)) for name, n in (("weight_ih_l0", 2), ("weight_hh_l0", 3))}
    gru = from_torch(weights)
    assert (gru.b.tolist(), gru.bn.tolist()) == ([0] * 9, [0] * 3)
    gru = from_torch(weights | {"bias_ih_l0": np.ones(9), "bias_hh_l0": np.arange(9.0)})
    assert (gru.b.tolist(), gru.bn.tolist()) == ([1, 2, 3, 4, 5, 6, 1, 1, 1], [6, 7, 8])
    with pytest.raises(ValueError, match=r"^state: no bias_hh_l0, needed "):
        from_torch(ONES | {"bias_ih_l0": np.ones(3)})


def test_parts_of_a_module_are_named_by_what_they_begin_with():
    """And a message says so; what is of neither part is not looked at, and what is too many within is."""
    parts = {f"lstm.{name}" if "_l0" in name else f"head.{name}": array for name, array in ONES.items()}
    others = {"other.weight": np.ones(9), "weight_ih_l1": 1}
    found = from_torch(parts | others, layer="lstm.", readout="head.")
    assert found.U.tolist() == ONES["weight_ih_l0"].tolist()
    for given, said in (
        ({}, "; there is lstm.weight_ih_l0: from_torch(state, layer='lstm.')"),
        ({"layer": "a.gru."}, "; there is lstm.weight_ih_l0: from_torch(state, layer='lstm.')"),
        ({"layer": "lstm."}, "; there is head.weight: from_torch(state, readout='head.')"),
    ):
        with pytest.raises(ValueError, match=f"^state: no .*{re.escape(said)}$"):
            from_torch(parts, **given)
    with pytest.raises(ValueError, match=r"^state: 'lstm.weight_hr_l0', needed a layer"):
        from_torch({**parts, "lstm.weight_hr_l0": 1}, layer="lstm.", readout="head.")


SEVERAL = {
    "a layer": lambda kind: kind(2, 3),
    "a stack": lambda kind: Stack(kind(2, 3), kind(3, 3)),
    "both directions": lambda kind: Bidirectional(kind(2, 3)),
    "a stack of both": lambda kind: Stack(*(Bidirectional(kind(n, 3)) for n in (2, 6, 6))),
}


def several(kind, made):
    """A network of several cells, and parameters none of which are zero."""
    net, rng = RNN(SEVERAL[made](CELLS[kind]), outputs=4), np.random.default_rng(0)
    params = net.init(rng)
    return net, type(params)(*(rng.normal(size=block.shape) for block in params))


@pytest.mark.parametrize("made", SEVERAL)
@pytest.mark.parametrize("kind", CELLS)
def test_several_cells_have_their_names_there(kind, made):
    """And come back as the same, by the class that the network has."""
    net, params = several(kind, made)
    state = to_torch(params)
    assert ("weight_ih_l1" in state) == ("stack" in made)
    assert ("bias_hh_l0_reverse" in state) == ("both" in made)
    found = from_torch({f"net.{name}": array for name, array in state.items()}, layer="net.", readout="net.")
    assert type(found) is type(from_torch(state)) is net.cell.params
    for block, other in zip(found, params, strict=True):
        np.testing.assert_array_equal(block, other)
        assert not any(np.shares_memory(block, array) for array in state.values())
