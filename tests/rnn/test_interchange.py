"""Parameters under torch.nn's names: the same network there and here."""

from types import SimpleNamespace

import numpy as np
import pytest

from rnn import GRU, LSTM, RNN, Vanilla
from rnn.interchange import from_torch, to_torch

NET = RNN(Vanilla(inputs=2, units=3), outputs=4)
PARAMS = NET.init(np.random.default_rng(0))._replace(b=np.arange(3.0), c=np.arange(4.0))
CELLS = {"RNN": Vanilla, "LSTM": LSTM, "GRU": GRU}


def some(kind):
    """A network of the kind, and parameters none of which are zero."""
    net, rng = RNN(CELLS[kind](inputs=2, units=3), outputs=4), np.random.default_rng(0)
    params = net.init(rng)
    return net, type(params)(*(rng.normal(size=block.shape) for block in params))


@pytest.mark.parametrize("kind", CELLS)
def test_there_and_back_is_the_same(kind):
    """And the arrays are new."""
    _, params = some(kind)
    state = to_torch(params)
    found = from_torch(state)
    assert type(found) is type(params)
    for block, other in zip(found, params, strict=True):
        np.testing.assert_array_equal(block, other)
    state["weight_ih_l0"] += 1
    assert not np.array_equal(state["weight_ih_l0"], params.U)


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


@pytest.mark.parametrize("kind", CELLS)
def test_torch_computes_the_same(kind):
    """Its own layer and readout, with these parameters, give these outputs; and theirs are read."""
    torch = pytest.importorskip("torch")
    layer = getattr(torch.nn, kind)(2, 3, batch_first=True).double()
    readout = torch.nn.Linear(3, 4).double()
    net, ours = some(kind)
    xs = np.random.default_rng(1).normal(size=(2, 5, 2))
    for params in (from_torch(layer.state_dict() | readout.state_dict()), ours):
        state = {name: torch.from_numpy(array) for name, array in to_torch(params).items()}
        if params is ours:
            layer.load_state_dict({name: state[name] for name in layer.state_dict()})
            readout.load_state_dict({name: state[name] for name in readout.state_dict()})
        theirs = readout(layer(torch.from_numpy(xs))[0]).detach().numpy()
        np.testing.assert_allclose(net.predict(params, xs), theirs, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"weight_ih_l0": np.ones(3)}, "weight_ih_l0: shape (3,), needed (G, D)"),
        ({"weight_hh_l0": np.ones(3)}, "weight_hh_l0: shape (3,), needed (G, H)"),
        ({"weight_ih_l0": np.ones((3, 2), np.float32)}, "weight_hh_l0: dtype float64, needed float32"),
        ({"weight_ih_l0": np.ones((4, 2))}, "weight_ih_l0: shape (4, 2), needed (3, D)"),
        ({"weight_hh_l0": np.ones((6, 3))}, "weight_hh_l0: shape (6, 3), needed 1, 3 or 4 times 3 rows"),
        ({"weight": np.ones((4, 2))}, "weight: shape (4, 2), needed (K, 3)"),
        ({"bias_ih_l0": np.ones(3, np.float32)}, "bias_ih_l0: dtype float32, needed float64"),
        ({"weight": np.ones((4, 3), np.float32)}, "weight: dtype float32, needed float64"),
        ({"bias": np.ones(4, np.float32)}, "bias: dtype float32, needed float64"),
        ({"bias": np.ones(3)}, "bias: shape (3,), needed (4,)"),
        ({"bias_ih_l0": np.array([np.nan] * 3)}, "bias_ih_l0: nan at (0,)"),
        ({"weight_ih_l1": np.ones((3, 3))}, "state: 'weight_ih_l1', needed one layer"),
    ],
)
def test_what_does_not_fit_is_refused(changed, said):
    """By the name that it has there."""
    with pytest.raises((TypeError, ValueError)) as caught:
        from_torch(to_torch(PARAMS) | changed)
    assert str(caught.value).startswith(said)


def test_what_is_missing_is_named():
    """The first that is."""
    state = to_torch(PARAMS)
    del state["bias_hh_l0"]
    needed = "weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, weight, bias"
    with pytest.raises(ValueError, match=f"^state: no bias_hh_l0, needed {needed}$"):
        from_torch(state)


@pytest.mark.parametrize(("function", "name"), [(to_torch, "params"), (from_torch, "state")])
def test_another_kind_is_refused(function, name):
    """By its kind."""
    with pytest.raises(TypeError, match=f"{name}: SimpleNamespace"):
        function(SimpleNamespace())


@pytest.mark.parametrize("kind", CELLS)
def test_every_block_has_to_fit_the_others(kind):
    """In number of axes and in each of them, and hold finite numbers; by the name that it has here."""
    _, params = some(kind)
    for name, block in params._asdict().items():
        wrong = [
            np.ones((*block.shape, 1)),
            np.ones(()),
            np.full_like(block, np.nan),
            np.full_like(block, -np.inf),
        ]
        for axis, size in enumerate(block.shape):
            # D and K are any.
            if (name, axis) not in (("U", 1), ("V", 0)):
                wrong.append(np.ones((*block.shape[:axis], size + 1, *block.shape[axis + 1 :])))
            wrong.append(np.ones((*block.shape[:axis], 0, *block.shape[axis + 1 :])))
        for each in wrong:
            with pytest.raises(ValueError, match=rf"^params\.{name}: .*, needed "):
                to_torch(params._replace(**{name: each}))


@pytest.mark.parametrize(
    ("kind", "rows", "needed"),
    [("RNN", 9, "1 or 4 times 3"), ("LSTM", 6, "1 or 4 times 3"), ("GRU", 3, "3 times 3")],
)
def test_as_many_gates_as_the_kind_has(kind, rows, needed):
    """Parameters of another cell under these names would be read as those of another layer."""
    _, params = some(kind)
    wrong = params._replace(U=np.ones((rows, 2)), W=np.ones((rows, 3)), b=np.ones(rows))
    with pytest.raises(ValueError, match=rf"^params\.W: shape \({rows}, 3\), needed {needed} rows$"):
        to_torch(wrong)


@pytest.mark.parametrize("block", ["U", "W", "b", "V", "c"])
def test_other_numbers_are_refused(block):
    """Integers, masked ones, a list, and those of another type than the block before."""
    given = getattr(PARAMS, block)
    wrong = [given.astype(int), np.ma.array(given), given.tolist()]
    if block != "U":
        wrong.append(given.astype(np.float32))
    for each in wrong:
        with pytest.raises(TypeError, match=rf"^params\.{block}: .*, needed "):
            to_torch(PARAMS._replace(**{block: each}))
