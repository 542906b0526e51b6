"""Parameters under torch.nn's names: the same network there and here."""

import re

import numpy as np
import pytest

from rnn import GRU, LSTM, RNN, Bidirectional, BothEnds, Stack, Vanilla
from rnn.interchange import from_torch, to_torch

NET = RNN(Vanilla(inputs=2, units=3), outputs=4)
PARAMS = NET.init(np.random.default_rng(0))._replace(b=np.arange(3.0), c=np.arange(4.0))
CELLS = {"RNN": Vanilla, "LSTM": LSTM, "GRU": GRU}


def test_names_and_orientation_are_those_of_torch():
    """With PyTorch, where it is installed, the outputs agree; else the shapes that it documents."""
    shapes = {name: array.shape for name, array in to_torch(PARAMS).items()}
    assert shapes == {
        "weight_ih_l0": (3, 2),
        "weight_hh_l0": (3, 3),
        "bias_ih_l0": (3,),
        "bias_hh_l0": (3,),
        "weight": (4, 3),
        "bias": (4,),
    }


def test_both_biases_count():
    """PyTorch adds two; here there is one."""
    state = to_torch(PARAMS) | {"bias_hh_l0": np.ones(3)}
    assert from_torch(state).b.tolist() == [1.0, 2.0, 3.0]


ONES = {"weight_ih_l0": np.ones((3, 2)), "weight_hh_l0": np.ones((3, 3)), "weight": np.ones((1, 3))}


def test_a_layer_may_have_no_biases():
    """Of which there are zeros here: neither of the two, or an error."""
    params = from_torch(ONES)
    assert (params.b.tolist(), params.c.tolist()) == ([0, 0, 0], [0])
    assert params.b.dtype == params.c.dtype == float
    gru = from_torch(
        ONES | {name: np.ones((3 * 3, n)) for name, n in (("weight_ih_l0", 2), ("weight_hh_l0", 3))}
    )
    assert (gru.b.tolist(), gru.bn.tolist()) == ([0] * 9, [0] * 3)
    with pytest.raises(ValueError, match=r"^state: no bias_hh_l0, needed "):
        from_torch(ONES | {"bias_ih_l0": np.ones(3)})


def test_parts_of_a_module_are_named_by_what_they_begin_with():
    """And a message says so; what is of neither part is not looked at, and what is too many within is."""
    parts = {f"lstm.{name}" if "_l0" in name else f"head.{name}": array for name, array in ONES.items()}
    found = from_torch({**parts, "other.weight": np.ones(9)}, layer="lstm.", readout="head.")
    assert found.U.tolist() == ONES["weight_ih_l0"].tolist()
    for given, said in (
        ({}, "; there is lstm.weight_ih_l0: from_torch(state, layer='lstm.')"),
        ({"layer": "lstm."}, "; there is head.weight: from_torch(state, readout='head.')"),
    ):
        with pytest.raises(ValueError, match=f"^state: no .*{re.escape(said)}$"):
            from_torch(parts, **given)
    with pytest.raises(ValueError, match=r"^state: 'lstm.weight_hr_l0', needed a layer"):
        from_torch({**parts, "lstm.weight_hr_l0": 1}, layer="lstm.", readout="head.")
    with pytest.raises(TypeError, match=r"^layer: 3, needed what names begin with, as 'lstm.'$"):
        from_torch(parts, layer=3)


SEVERAL = {
    "a layer": (lambda kind: kind(2, 3), {}),
    "a stack": (lambda kind: Stack(kind(2, 3), kind(3, 3)), {"num_layers": 2}),
    "both directions": (lambda kind: Bidirectional(kind(2, 3)), {"bidirectional": True}),
    "a stack of both": (
        lambda kind: Stack(*(Bidirectional(kind(n, 3)) for n in (2, 6, 6))),
        {"num_layers": 3, "bidirectional": True},
    ),
}


def several(kind, made):
    """A network of several cells, and parameters none of which are zero."""
    net, rng = RNN(SEVERAL[made][0](CELLS[kind]), outputs=4), np.random.default_rng(0)
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
    found = from_torch(state)
    assert type(found) is net.cell.params
    for block, other in zip(found, params, strict=True):
        np.testing.assert_array_equal(block, other)
        assert not any(np.shares_memory(block, array) for array in state.values())


@pytest.mark.parametrize("made", SEVERAL)
@pytest.mark.parametrize("kind", CELLS)
def test_torch_computes_the_same_of_several(kind, made):
    """Outputs and last states, of its layers and of ours."""
    torch = pytest.importorskip("torch")
    options = SEVERAL[made][1]
    layer = getattr(torch.nn, kind)(2, 3, batch_first=True, **options).double()
    readout = torch.nn.Linear(3 * (1 + options.get("bidirectional", False)), 4).double()
    net, ours = several(kind, made)
    xs = np.random.default_rng(1).normal(size=(2, 5, 2))
    for params in (from_torch(layer.state_dict() | readout.state_dict()), ours):
        state = {name: torch.from_numpy(array) for name, array in to_torch(params).items()}
        if params is ours:
            layer.load_state_dict({name: state[name] for name in layer.state_dict()})
            readout.load_state_dict({name: state[name] for name in readout.state_dict()})
        theirs = readout(layer(torch.from_numpy(xs))[0]).detach().numpy()
        np.testing.assert_allclose(net.predict(params, xs), theirs, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("kind", CELLS)
def test_both_ends_are_the_last_states_of_torch(kind):
    """Of its top level, side by side: what a classifier of whole sequences reads."""
    torch = pytest.importorskip("torch")
    layer = getattr(torch.nn, kind)(2, 3, num_layers=2, bidirectional=True, batch_first=True).double()
    readout = torch.nn.Linear(6, 4).double()
    one = CELLS[kind]
    net = RNN(Stack(Bidirectional(one(2, 3)), BothEnds(one(6, 3))), outputs=4)
    xs = np.random.default_rng(1).normal(size=(2, 5, 2))
    _, last = layer(torch.from_numpy(xs))
    h = last[0] if kind == "LSTM" else last
    theirs = readout(torch.cat([h[-2], h[-1]], dim=1)).detach().numpy()
    params = from_torch(layer.state_dict() | readout.state_dict())
    np.testing.assert_allclose(net.predict(params, xs)[:, -1], theirs, rtol=1e-12, atol=1e-14)
