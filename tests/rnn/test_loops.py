"""Loops: one place chooses, either can be asked for, and both compute the same."""

import re
from itertools import cycle

import numpy as np
import pytest

import rnn
from rnn import (
    GRU,
    LSTM,
    RNN,
    Checkpoints,
    Chunked,
    CompiledLoops,
    Full,
    Layer,
    NumPyLoops,
    Tail,
    Vanilla,
    Window,
    loops,
)
from rnn.common.products import BLAS_ALONE
from tests.rnn.fractions import as_fractions
from tests.rnn.gradients import blocks
from tests.rnn.problems import arguments

CELLS = (Vanilla, LSTM, GRU)
LENGTHS = np.array([9, 3, 1, 5])


class OwnCell(Vanilla):
    """A cell of one's own, which may compute something else."""


def call_of(net, records=4, steps=9, dtype=float, losses="every"):
    """Arguments of a call at random, with parameters as they are at the start."""
    rng = np.random.default_rng(0)
    given = arguments(net, lambda *shape: rng.standard_normal(shape).astype(dtype), records, steps, losses)
    return given | {"params": net.init(rng, dtype)}


def assert_agree(cell, *sizes, dtype=float, losses="every", **options):
    """Both loops come as near to each other as two orders of summation are, by the size of the block."""
    numpy, compiled = (RNN(cell, 3, loops=each) for each in (NumPyLoops(), CompiledLoops()))
    given = call_of(numpy, *sizes, dtype=dtype, losses=losses)
    want, want_grads = numpy.loss_and_gradients(**given, **options)
    got, grads = compiled.loss_and_gradients(**given, **options)
    eps = 100 * np.finfo(dtype).eps
    assert abs(got - want) <= eps * abs(want)
    for a, b in zip(blocks(grads), blocks(want_grads), strict=True):
        assert a.dtype == b.dtype == dtype
        assert a.shape == b.shape
        assert np.abs(a - b).max() <= eps * max(1e-3, np.abs(b).max())


OPTIONS = [
    *(
        {"truncation": each}
        for each in (Full(), Window(0), Window(3), Chunked(4), Chunked(2, 5), Chunked(4, 2))
    ),
    *({"truncation": Tail(3)}, {"truncation": Tail(0)}, {"checkpoints": Checkpoints(3)}),
    *({"checkpoints": Checkpoints(2), "truncation": Window(2)}, {"lengths": LENGTHS}),
    {"lengths": LENGTHS, "truncation": Window(2)},
]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    ("options", "dtype"), [*zip(OPTIONS, cycle([np.float32, np.float64]), strict=False)], ids=str
)
def test_both_give_the_same_gradients(cell, dtype, options):
    """To rounding, under every truncation, with checkpoints and with lengths, last loss or every one."""
    for losses in ("every", "last"):
        assert_agree(cell(2, 5), dtype=dtype, losses=losses, **options)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("records", "steps", "units"), [(1, 1, 1), (1, 300, 3), (70, 3, 65), (3, 2, 129)])
def test_both_give_the_same_at_any_size(cell, records, steps, units):
    """From one number to more than a vector's, a line of cache, or one block of BLAS."""
    for truncation in (Full(), Window(1)):
        assert_agree(cell(2, units), records, steps, truncation=truncation)


FUNCTIONS = [*rnn.ACTIVATIONS.values(), rnn.rational_gate]


@pytest.mark.parametrize("place", range(len(FUNCTIONS)), ids=lambda place: FUNCTIONS[place].name)
def test_both_give_the_same_for_every_function(place):
    """Each scalar function in each role, with others in the other roles."""
    f, g, h = (FUNCTIONS[(place + k) % len(FUNCTIONS)] for k in range(3))
    for cell in (Vanilla(2, 5, f), LSTM(2, 5, f, g, h), GRU(2, 5, f, g)):
        assert_agree(cell, 3, 4)


@pytest.mark.parametrize("cell", CELLS)
def test_compiled_calls_repeat_to_the_bit(cell):
    """Again, in a workspace, and whatever the layout and the flags of what is given."""
    net = RNN(cell(2, 5), 3, loops=CompiledLoops())
    given = call_of(net)
    _, want = net.loss_and_gradients(**given)
    other = given["params"]._make(map(np.asfortranarray, given["params"]))
    for block in other:
        block.flags.writeable = False
    workspace = net.workspace(4, 9)
    for again in (given["params"], other):
        for room in (None, workspace, workspace):
            _, got = net.loss_and_gradients(**given | {"params": again}, workspace=room)
            for a, b in zip(blocks(got), blocks(want), strict=True):
                np.testing.assert_array_equal(a, b, strict=True)


@pytest.mark.parametrize("cell", CELLS)
def test_what_has_vanished_is_set_to_zero(cell):
    """No denormal number is left in a long chain of weights that shrink."""
    net, rng = RNN(cell(1, 4), 1, loops=CompiledLoops()), np.random.default_rng(0)
    params = net.init(rng, np.float32)
    params = params._replace(W=params.W / 8, b=params.b * 0)
    _, grads = net.loss_and_gradients(params, np.zeros((1, 400, 1), np.float32), np.ones((1, 1), np.float32))
    found = np.abs(grads.xs[grads.xs != 0])
    assert found.size > 0
    assert found.min() >= np.finfo(np.float32).tiny
    assert np.all(grads.state[0] == 0)


@pytest.mark.parametrize("cell", [Vanilla(1, 2, rnn.relu), LSTM(1, 2, rnn.relu, rnn.relu, rnn.relu)])
def test_other_numbers_go_by_numpy(cell):
    """Long doubles and Fractions give the same bits with either loops."""
    rng = np.random.default_rng(0)
    layers = [Layer(cell, each) for each in (NumPyLoops(), CompiledLoops())]
    weights = layers[0].init(rng)
    xs, d_outputs = rng.integers(-3, 4, (2, 4, 1)), rng.integers(-3, 4, (2, 4, 2))
    for as_numbers in (np.longdouble, as_fractions):
        given = weights._make(as_numbers(np.rint(4 * block).astype(int)) for block in weights)
        grads = []
        for each in layers:
            saved = each.forward(given, as_numbers(xs)).saved
            grads.append(each.backward(saved, as_numbers(d_outputs)))
        for a, b in zip(*map(blocks, grads), strict=True):
            np.testing.assert_array_equal(a, b, strict=True)


def test_the_usual_loops(monkeypatch):
    """Compiled for a cell that has such a text where the extra is there; a network shows what it has."""
    for cell in (Vanilla(1, 2), LSTM(1, 2), GRU(1, 2)):
        assert RNN(cell, 1).loops == Layer(cell).loops == CompiledLoops()
        assert "loops=CompiledLoops()" in repr(RNN(cell, 1))
    own = rnn.Activation("own", np.tanh, rnn.tanh.slope)
    for cell in (OwnCell(1, 2), Vanilla(1, 2, own), LSTM(1, 2, own)):
        assert RNN(cell, 1).loops == NumPyLoops()
    for missing in loops.LIBRARIES:
        monkeypatch.setattr(loops, "find_spec", lambda name, missing=missing: name != missing or None)
        assert RNN(Vanilla(1, 2), 1).loops == NumPyLoops()
        assert "loops=NumPyLoops()" in repr(Layer(LSTM(1, 2)))


def test_loops_that_cannot_be_had_are_refused(monkeypatch):
    """Before any work, by the name of the argument and with what is needed."""
    monkeypatch.setattr(loops, "find_spec", lambda name: None)
    message = "RNN.loops: CompiledLoops(), needed the extra: pip install 'verified-rnn[compiled]'"
    with pytest.raises(ImportError, match=re.escape(message)):
        RNN(Vanilla(1, 2), 1, loops=CompiledLoops())


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__)
def test_only_the_loops_that_were_asked_for_run(monkeypatch, cell):
    """Forward and back, with checkpoints too, with lengths, of a network and of a layer."""

    def never(*given):
        pytest.fail("by NumPy's loops")

    for name in ("of_rows", "over_rows", "project_back", "forward", "local_derivatives", "back"):
        monkeypatch.setattr(NumPyLoops, name, never)
    net, layer = RNN(cell(2, 3), 3, loops=CompiledLoops()), Layer(cell(2, 3), CompiledLoops())
    given, weights = call_of(net), layer.init(np.random.default_rng(0))
    for lengths in (None, LENGTHS):
        net.predict(given["params"], given["xs"], lengths=lengths)
        net.loss_value(**given, lengths=lengths)
        for checkpoints in (None, Checkpoints(2)):
            net.loss_and_gradients(**given, lengths=lengths, checkpoints=checkpoints)
        outputs, state, saved = layer.forward(weights, given["xs"], lengths=lengths)
        layer.backward(saved, outputs, state)


@pytest.mark.parametrize("number", [np.float64, np.longdouble])
def test_a_large_product_of_any_numbers_is_numpys(number):
    """Of those that compiled loops do not take as well, of which they make no product of their own."""
    rng = np.random.default_rng(0)
    a, b, M = (rng.integers(-9, 9, shape).astype(number) for shape in ((70, 64), (70, 65), (64, 65)))
    assert len(a) * M.size > BLAS_ALONE < a.shape[1] * b.size
    compiled = CompiledLoops()
    assert compiled.of_rows(a, M).tolist() == (a @ M).tolist()
    assert compiled.over_rows(a, b).tolist() == (a.T @ b).tolist()
