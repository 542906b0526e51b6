"""What is printed of an object says what it is, in a line, and makes it again."""

import copy
import pickle
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnn
from rnn import GRU, LSTM, RNN, Activation, ClassLoss, Layer, Loss, NumPyLoops, Vanilla, optimisers
from rnn.activations import OURS
from rnn.losses import OURS as LOSSES

NAMES = {**vars(optimisers), **vars(rnn)}

counts = st.integers(1, 2**40)
functions = st.sampled_from(OURS)
cells = st.one_of(
    st.builds(Vanilla, counts, counts, functions),
    st.builds(LSTM, counts, counts, functions, functions, functions),
    st.builds(GRU, counts, counts, functions, functions),
)
loops = st.sampled_from([NumPyLoops(), rnn.CompiledLoops()])
rates = st.floats(1e-9, 1e3)
schedules = st.one_of(st.builds(optimisers.Constant, rates), st.builds(optimisers.Cosine, rates))
clips = st.one_of(st.none(), st.builds(optimisers.ClipNorm, rates), st.builds(optimisers.ClipValue, rates))
decays = st.floats(0, 0.999)
truncations = st.one_of(
    st.builds(rnn.Full), st.builds(rnn.Window, counts), st.builds(rnn.Chunked, counts, counts)
)


@given(
    st.one_of(
        cells,
        functions,
        st.sampled_from(LOSSES),
        st.builds(RNN, cells, counts, st.sampled_from(LOSSES), loops),
        st.builds(Layer, cells, loops),
        st.builds(optimisers.SGD, schedules, clips),
        st.builds(optimisers.Adam, schedules, clips, decays, decays, rates),
        truncations,
        st.builds(rnn.Checkpoints, st.none() | counts),
    )
)
def test_it_evaluates_to_an_equal_object(owner):
    """By the names of ``rnn`` and of its optimisers, whatever it was made with."""
    text = repr(owner)
    found = eval(text, dict(NAMES))
    assert type(found) is type(owner)
    assert found == owner
    assert "0x" not in text


@pytest.mark.parametrize("dtype", [np.float32, object])
def test_a_workspace_evaluates_to_one_of_its_size(dtype):
    """Two are never equal, for each has arrays of its own."""
    cell = LSTM(1, 2, candidate=rnn.relu) if dtype is not object else Vanilla(1, 2, rnn.relu)
    workspace = RNN(cell, 1).workspace(2, 3, dtype)
    assert eval(repr(workspace), dict(NAMES)).size == workspace.size


def own(a, out):
    """A function of somebody's own."""


class Own(Vanilla):
    """A cell of somebody's own."""


@pytest.mark.parametrize(
    ("owner", "text"),
    [
        (
            RNN(LSTM(1, 16), 1, loops=NumPyLoops()),
            "RNN(LSTM(inputs=1, units=16), outputs=1, loops=NumPyLoops())",
        ),
        (
            RNN(Own(1, 2, rnn.relu), 3, rnn.softmax_cross_entropy),
            "RNN(Own(inputs=1, units=2, activation=relu), outputs=3, loss=softmax_cross_entropy, "
            "loops=NumPyLoops())",
        ),
        (
            RNN(Vanilla(1, 2), 1).workspace(2, 3, np.float32),
            "Workspace(Vanilla(inputs=1, units=2), records=2, steps=3, dtype='float32')",
        ),
        (
            optimisers.Adam(optimisers.Cosine(0.5), optimisers.ClipNorm(1), beta2=0.5),
            "Adam(Cosine(rate=0.5), clip=ClipNorm(limit=1.0), beta2=0.5)",
        ),
        (
            Activation("tanh", own, rnn.tanh.slope),
            f"Activation(name='tanh', value={__name__}.own, slope=rnn.activations._tanh_slope)",
        ),
        (
            Loss("squared_error", max, partial(own, 1)),
            f"Loss(name='squared_error', value=builtins.max, gradient={partial(own, 1)!r})",
        ),
        (
            ClassLoss("own", max, min, own),
            f"ClassLoss(name='own', value=builtins.max, gradient=builtins.min, each={__name__}.own)",
        ),
    ],
)
def test_it_says_what_it_is(owner, text):
    """By default values left out, what is the package's own by its name, and functions without addresses."""
    assert repr(owner) == str(owner) == text


def test_a_copy_is_shown_as_what_it_is_a_copy_of():
    """It is equal, though another object."""
    for owner in (*OURS, *LOSSES):
        for again in (copy.deepcopy(owner), pickle.loads(pickle.dumps(owner))):
            assert repr(again) == owner.name


def test_what_a_layer_saves_is_shown_without_its_arrays():
    """Of a long sequence they are pages."""
    layer = Layer(LSTM(1, 2))
    saved = layer.forward(layer.init(np.random.default_rng(0)), np.ones((4, 5, 1))).saved
    assert repr(saved) == "<rnn.layer.Saved of xs (4, 5, 1)>"
