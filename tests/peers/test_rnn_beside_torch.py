"""The same weights in torch.nn.RNN, LSTM and GRU give the same outputs and gradients, in float64.

Weights go both ways by name, without a transposition: U is ``weight_ih_l0``, W is ``weight_hh_l0``, b is
``bias_ih_l0``, and a GRU's bn is the last block of ``bias_hh_l0``, all else of which is zero. Gradients come
back by the same names; of two biases that are added each has the gradient of their sum.
"""

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnn import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    BothEnds,
    Chunked,
    Layer,
    Stack,
    Vanilla,
    softmax_cross_entropy,
)
from rnn.interchange import from_torch, to_torch

# Libraries are loaded, and compile, in processes of each test's own.
pytestmark = pytest.mark.slow

N, T, D, H, K = 4, 7, 2, 3, 5
CELLS = {
    "RNN": (Vanilla(D, H), torch.nn.RNN),
    "LSTM": (LSTM(D, H), torch.nn.LSTM),
    "GRU": (GRU(D, H), torch.nn.GRU),
}

# A few hundred roundings of numbers of about 1, in two orders of summation.
CLOSE = {"rtol": 0, "atol": 1e-13}

every_cell = pytest.mark.parametrize("name", CELLS)


class BesideTorch:
    """A cell with weights at random, and the same in PyTorch."""

    def __init__(self, name, seed=0):
        rng = np.random.default_rng(seed)
        self.cell, kind = CELLS[name]
        self.layer = Layer(self.cell)
        weights = self.layer.init(rng)
        self.weights = weights._make(rng.uniform(-1, 1, block.shape) for block in weights)
        self.theirs = kind(D, H, batch_first=True, dtype=torch.float64)
        of_b_hh = np.zeros_like(self.weights.b)
        if name == "GRU":
            of_b_hh[2 * H :] = self.weights.bn
        blocks = (self.weights.U, self.weights.W, self.weights.b, of_b_hh)
        with torch.no_grad():
            for block, own in zip(self.theirs.parameters(), blocks, strict=True):
                block.copy_(torch.from_numpy(own))
        self.xs = rng.standard_normal((N, T, D))
        self.state = tuple(rng.standard_normal((N, H)) for _ in self.cell.state)
        self.d_outputs = rng.standard_normal((N, T, H))
        self.d_state = tuple(rng.standard_normal((N, H)) for _ in self.cell.state)

    def their_state(self, arrays=None):
        """A state as PyTorch takes it, with gradients asked for."""
        tensors = [torch.tensor(array[None], requires_grad=True) for array in arrays or self.state]
        return tensors, (tuple(tensors) if len(tensors) > 1 else tensors[0])

    def assert_weights(self, grads):
        """The gradients of the weights are theirs, by name."""
        U, W, b, b_hh = (block.grad.numpy() for block in self.theirs.parameters())
        np.testing.assert_allclose(grads.U, U, **CLOSE)
        np.testing.assert_allclose(grads.W, W, **CLOSE)
        np.testing.assert_allclose(grads.b, b, **CLOSE)
        if hasattr(grads, "bn"):
            np.testing.assert_allclose(grads.bn, b_hh[2 * H :], **CLOSE)
        assert all(block.any() for block in grads)

    def assert_same(self, theirs, last, inputs, tensors, options):
        """Outputs, last states, and every gradient, those of both cotangents, are theirs."""
        objective(self, theirs, last).backward()
        outputs, final, saved = self.layer.forward(self.weights, self.xs, self.state)
        grads = self.layer.backward(saved, self.d_outputs, self.d_state, *options)
        np.testing.assert_allclose(outputs, theirs.detach(), **CLOSE)
        for one, other in zip(final, as_tuple(last), strict=True):
            np.testing.assert_allclose(one, other.detach(), **CLOSE)
        self.assert_weights(grads.params)
        np.testing.assert_allclose(grads.xs, inputs.grad, **CLOSE)
        for one, other in zip(grads.state, tensors, strict=True):
            np.testing.assert_allclose(one, other.grad[0], **CLOSE)


def as_tuple(state):
    """Their state as a tuple of arrays (N, H)."""
    return tuple(part[0] for part in (state if isinstance(state, tuple) else (state,)))


def objective(pair, outputs, state):
    """Σ ⟨d_outputs, outputs⟩ + Σ ⟨d_state, last state⟩."""
    total = (torch.from_numpy(pair.d_outputs) * outputs).sum()
    for d, part in zip(pair.d_state, as_tuple(state), strict=True):
        total = total + (torch.from_numpy(d) * part).sum()
    return total


@every_cell
def test_chunks_are_detached_states(name):
    """Chunked(3) is the state detached at the start of every chunk of three steps."""
    pair = BesideTorch(name)
    xs = torch.tensor(pair.xs, requires_grad=True)
    tensors, state = pair.their_state()
    pieces = []
    for start in range(0, T, 3):
        if start:
            state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        piece, state = pair.theirs(xs[:, start : start + 3], state)
        pieces.append(piece)
    pair.assert_same(torch.cat(pieces, dim=1), state, xs, tensors, options=(Chunked(3),))


@every_cell
def test_a_network_of_classes_is_theirs(name):
    """A linear readout and the cross entropy of classes on every step, weighted by record and step."""
    pair = BesideTorch(name)
    rng = np.random.default_rng(1)
    V, c = rng.standard_normal((K, H)), rng.standard_normal(K)
    classes, weights = rng.integers(0, K, (N, T)), rng.uniform(0, 2, (N, T))
    net = RNN(pair.cell, outputs=K, loss=softmax_cross_entropy)
    params = pair.cell.params(*pair.weights, V, c)
    value, grads = net.loss_and_gradients(params, pair.xs, classes, pair.state, weights=weights)
    their_V, their_c = (torch.tensor(array, requires_grad=True) for array in (V, c))
    _, state = pair.their_state()
    states, _ = pair.theirs(torch.tensor(pair.xs), state)
    logits = states @ their_V.T + their_c
    losses = torch.nn.functional.cross_entropy(
        logits.reshape(-1, K), torch.from_numpy(classes).reshape(-1), reduction="none"
    )
    total = (losses * torch.from_numpy(weights).reshape(-1)).sum()
    total.backward()
    assert abs(value - total.item()) < 1e-12
    pair.assert_weights(pair.cell.weights(*grads.params[:-2]))
    np.testing.assert_allclose(grads.params.V, their_V.grad, **CLOSE)
    np.testing.assert_allclose(grads.params.c, their_c.grad, **CLOSE)


# Of one cell and of several, of which each level has H units: how they are made, and what the same is there.
SEVERAL = {
    "one layer": (lambda kind: kind(D, H), {}),
    "two layers": (lambda kind: Stack(kind(D, H), kind(H, H)), {"num_layers": 2}),
    "both directions": (lambda kind: Bidirectional(kind(D, H)), {"bidirectional": True}),
    "three layers in both directions": (
        lambda kind: Stack(*(Bidirectional(kind(n, H)) for n in (D, 2 * H, 2 * H))),
        {"num_layers": 3, "bidirectional": True},
    ),
}


def their_name(name):
    """What a block is called there: U_l1_reverse is weight_ih_l1_reverse."""
    letter, *others = name.split("_")
    level = others if others and others[0].startswith("l") else ["l0", *others]
    return "_".join([{"U": "weight_ih", "W": "weight_hh", "b": "bias_ih", "bn": "bias_hh"}[letter], *level])


@every_cell
@pytest.mark.parametrize("made", SEVERAL)
@pytest.mark.parametrize("lengths", [None, [7, 5, 5, 1], [2, 7, 1, 4]], ids=str)
def test_layers_are_theirs(name, made, lengths):
    """Outputs, last states, and every gradient, by the names that they have there; records may end early."""
    make, options = SEVERAL[made]
    cell, rng = make(type(CELLS[name][0])), np.random.default_rng(0)
    layer = Layer(cell)
    weights = layer.init(rng)
    weights = weights._make(rng.uniform(-1, 1, block.shape) for block in weights)
    theirs = CELLS[name][1](D, H, batch_first=True, dtype=torch.float64, **options)
    V = np.zeros((1, cell.units))
    by_name = to_torch(cell.params(*weights, V, V[:, 0]))
    theirs.load_state_dict({each: torch.from_numpy(by_name[each]) for each in theirs.state_dict()})

    xs, state = rng.standard_normal((N, T, D)), [rng.standard_normal((N, H)) for _ in cell.state]
    d_outputs = rng.standard_normal((N, T, cell.units))
    d_state = [rng.standard_normal((N, H)) for _ in cell.state]
    letters = sorted({each[0] for each in cell.state}, reverse=True)

    def of_letters(arrays):
        """The arrays of h, and of c, as theirs are: one above another."""
        return [
            torch.tensor(
                np.stack([a for a, each in zip(arrays, cell.state, strict=True) if each[0] == letter])
            )
            for letter in letters
        ]

    inputs, starts = torch.tensor(xs, requires_grad=True), of_letters(state)
    for start in starts:
        start.requires_grad_()
    given = inputs
    if lengths is not None:
        given = pack_padded_sequence(inputs, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    outputs, last = theirs(given, tuple(starts) if len(starts) > 1 else starts[0])
    if lengths is not None:
        outputs, _ = pad_packed_sequence(outputs, batch_first=True, total_length=T)
    last = last if isinstance(last, tuple) else (last,)
    total = (outputs * torch.from_numpy(d_outputs)).sum()
    for part, d in zip(last, of_letters(d_state), strict=True):
        total = total + (part * d).sum()
    total.backward()

    got, final, saved = layer.forward(weights, xs, tuple(state), lengths)
    grads = layer.backward(saved, d_outputs, tuple(d_state))
    np.testing.assert_allclose(got, outputs.detach(), **CLOSE)
    for one, other in zip(of_letters(final), last, strict=True):
        np.testing.assert_allclose(one, other.detach(), **CLOSE)
    np.testing.assert_allclose(grads.xs, inputs.grad, rtol=0, atol=1e-12)
    for one, other in zip(of_letters(grads.state), starts, strict=True):
        np.testing.assert_allclose(one, other.grad, rtol=0, atol=1e-12)
    learned = dict(theirs.named_parameters())
    for each, block in grads.params._asdict().items():
        own = learned[their_name(each)].grad
        own = own[-H:] if each.startswith("bn") else own
        np.testing.assert_allclose(block, own, rtol=0, atol=1e-12)


@every_cell
@pytest.mark.parametrize("made", SEVERAL)
def test_their_parameters_are_read(name, made):
    """Of a layer and a linear readout: what is predicted is what they put out."""
    make, options = SEVERAL[made]
    net = RNN(make(type(CELLS[name][0])), outputs=K)
    theirs = CELLS[name][1](D, H, batch_first=True, dtype=torch.float64, **options)
    readout = torch.nn.Linear(net.cell.units, K, dtype=torch.float64)
    xs = np.random.default_rng(1).standard_normal((N, T, D))
    params = from_torch(theirs.state_dict() | readout.state_dict())
    np.testing.assert_allclose(
        net.predict(params, xs), readout(theirs(torch.from_numpy(xs))[0]).detach(), **CLOSE
    )


@every_cell
def test_both_ends_are_the_last_states(name):
    """Of their top level, side by side: what a classifier of whole sequences reads."""
    kind = type(CELLS[name][0])
    theirs = CELLS[name][1](D, H, 2, batch_first=True, bidirectional=True, dtype=torch.float64)
    readout = torch.nn.Linear(2 * H, K, dtype=torch.float64)
    net = RNN(Stack(Bidirectional(kind(D, H)), BothEnds(kind(2 * H, H))), outputs=K)
    xs = np.random.default_rng(1).standard_normal((N, T, D))
    _, last = theirs(torch.from_numpy(xs))
    h = last[0] if isinstance(last, tuple) else last
    params = from_torch(theirs.state_dict() | readout.state_dict())
    np.testing.assert_allclose(
        net.predict(params, xs)[:, -1], readout(torch.cat([h[-2], h[-1]], dim=1)).detach(), **CLOSE
    )
