"""The same weights in torch.nn.RNN, LSTM and GRU give the same outputs and gradients, in float64.

Weights go both ways by name, without a transposition: U is ``weight_ih_l0``, W is ``weight_hh_l0``, b is
``bias_ih_l0``, and a GRU's bn is the last block of ``bias_hh_l0``, all else of which is zero. Gradients come
back by the same names; of two biases that are added each has the gradient of their sum.
"""

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnn import GRU, LSTM, RNN, Bidirectional, BothEnds, Chunked, Full, Layer, Stack, Vanilla
from rnn.interchange import from_torch, to_torch
from rnn.losses import softmax_cross_entropy

# Libraries are loaded, and compile, in processes of each test's own.
pytestmark = pytest.mark.slow

N, T, D, H, K = 4, 7, 2, 3, 5
CELLS = {"RNN": (Vanilla, torch.nn.RNN), "LSTM": (LSTM, torch.nn.LSTM), "GRU": (GRU, torch.nn.GRU)}

# A few hundred roundings of numbers of about 1, in two orders of summation.
CLOSE = {"rtol": 0, "atol": 1e-13}

every_cell = pytest.mark.parametrize("name", CELLS)


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


class BesideTorch:
    """Layers with weights at random, and the same in PyTorch."""

    def __init__(self, name, made="one layer"):
        (kind, theirs), (make, options) = CELLS[name], SEVERAL[made]
        self.cell, rng = make(kind), np.random.default_rng(0)
        self.layer = Layer(self.cell)
        weights = self.layer.init(rng)
        self.weights = weights._make(rng.uniform(-1, 1, block.shape) for block in weights)
        self.theirs = theirs(D, H, batch_first=True, dtype=torch.float64, **options)
        V = np.zeros((1, self.cell.units))
        blocks = to_torch(self.cell.params(*self.weights, V, V[:, 0]))
        self.theirs.load_state_dict(
            {each: torch.from_numpy(blocks[each]) for each in self.theirs.state_dict()}
        )
        self.xs, self.state = rng.standard_normal((N, T, D)), self.states(rng)
        self.d_outputs, self.d_state = rng.standard_normal((N, T, self.cell.units)), self.states(rng)
        self.inputs = torch.tensor(self.xs, requires_grad=True)
        self.starts = [start.requires_grad_() for start in self.of_letters(self.state)]

    def states(self, rng):
        """An array of each state."""
        return tuple(rng.standard_normal((N, H)) for _ in self.cell.state)

    def of_letters(self, arrays):
        """The arrays of h, and of c, as theirs are: one above another."""
        letters = sorted({each[0] for each in self.cell.state}, reverse=True)
        named = [*zip(self.cell.state, arrays, strict=True)]
        return [torch.tensor(np.stack([a for each, a in named if each[0] == letter])) for letter in letters]

    def their_state(self):
        """The initial state as PyTorch takes it."""
        return tuple(self.starts) if len(self.starts) > 1 else self.starts[0]

    def assert_weights(self, grads, **close):
        """The gradients of the weights are theirs, by name."""
        learned = dict(self.theirs.named_parameters())
        for each, block in grads._asdict().items():
            own = learned[their_name(each)].grad
            np.testing.assert_allclose(block, own[-H:] if each.startswith("bn") else own, **close)
            assert block.any()

    def assert_same(self, theirs, last, lengths=None, truncation=Full(), **close):
        """Outputs, last states, and every gradient, those of both cotangents, are theirs."""
        last = last if isinstance(last, tuple) else (last,)
        total = (theirs * torch.from_numpy(self.d_outputs)).sum()
        for part, d in zip(last, self.of_letters(self.d_state), strict=True):
            total = total + (part * d).sum()
        total.backward()
        outputs, final, saved = self.layer.forward(self.weights, self.xs, self.state, lengths)
        grads = self.layer.backward(saved, self.d_outputs, self.d_state, truncation)
        np.testing.assert_allclose(outputs, theirs.detach(), **CLOSE)
        for one, other in zip(self.of_letters(final), last, strict=True):
            np.testing.assert_allclose(one, other.detach(), **CLOSE)
        self.assert_weights(grads.params, **close)
        np.testing.assert_allclose(grads.xs, self.inputs.grad, **close)
        for one, other in zip(self.of_letters(grads.state), self.starts, strict=True):
            np.testing.assert_allclose(one, other.grad, **close)


@every_cell
def test_chunks_are_detached_states(name):
    """Chunked(3) is the state detached at the start of every chunk of three steps."""
    pair = BesideTorch(name)
    state, pieces = pair.their_state(), []
    for start in range(0, T, 3):
        if start:
            state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        piece, state = pair.theirs(pair.inputs[:, start : start + 3], state)
        pieces.append(piece)
    pair.assert_same(torch.cat(pieces, dim=1), state, truncation=Chunked(3), **CLOSE)


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
    states, _ = pair.theirs(pair.inputs, pair.their_state())
    logits = states @ their_V.T + their_c
    losses = torch.nn.functional.cross_entropy(
        logits.reshape(-1, K), torch.from_numpy(classes).reshape(-1), reduction="none"
    )
    total = (losses * torch.from_numpy(weights).reshape(-1)).sum()
    total.backward()
    assert abs(value - total.item()) < 1e-12
    pair.assert_weights(pair.cell.weights(*grads.params[:-2]), **CLOSE)
    np.testing.assert_allclose(grads.params.V, their_V.grad, **CLOSE)
    np.testing.assert_allclose(grads.params.c, their_c.grad, **CLOSE)


@every_cell
@pytest.mark.parametrize("made", SEVERAL)
@pytest.mark.parametrize("lengths", [None, [7, 5, 5, 1], [2, 7, 1, 4]], ids=str)
def test_layers_are_theirs(name, made, lengths):
    """Outputs, last states, and every gradient, by the names that they have there; records may end early."""
    pair = BesideTorch(name, made)
    given = pair.inputs
    if lengths is not None:
        given = pack_padded_sequence(given, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    outputs, last = pair.theirs(given, pair.their_state())
    if lengths is not None:
        outputs, _ = pad_packed_sequence(outputs, batch_first=True, total_length=T)
    pair.assert_same(outputs, last, lengths, rtol=0, atol=1e-12)


@every_cell
@pytest.mark.parametrize("made", SEVERAL)
def test_their_parameters_are_read(name, made):
    """Of a layer and a linear readout: what is predicted is what they put out."""
    (kind, theirs), (make, options) = CELLS[name], SEVERAL[made]
    net = RNN(make(kind), outputs=K)
    theirs = theirs(D, H, batch_first=True, dtype=torch.float64, **options)
    readout = torch.nn.Linear(net.cell.units, K, dtype=torch.float64)
    xs = np.random.default_rng(1).standard_normal((N, T, D))
    params = from_torch(theirs.state_dict() | readout.state_dict())
    np.testing.assert_allclose(
        net.predict(params, xs), readout(theirs(torch.from_numpy(xs))[0]).detach(), **CLOSE
    )


@every_cell
def test_both_ends_are_the_last_states(name):
    """Of their top level, side by side: what a classifier of whole sequences reads."""
    kind, theirs = CELLS[name]
    theirs = theirs(D, H, 2, batch_first=True, bidirectional=True, dtype=torch.float64)
    readout = torch.nn.Linear(2 * H, K, dtype=torch.float64)
    net = RNN(Stack(Bidirectional(kind(D, H)), BothEnds(kind(2 * H, H))), outputs=K)
    xs = np.random.default_rng(1).standard_normal((N, T, D))
    _, last = theirs(torch.from_numpy(xs))
    h = last[0] if isinstance(last, tuple) else last
    params = from_torch(theirs.state_dict() | readout.state_dict())
    np.testing.assert_allclose(
        net.predict(params, xs)[:, -1], readout(torch.cat([h[-2], h[-1]], dim=1)).detach(), **CLOSE
    )
