"""What is printed of an object says what it is, in a line, and makes it again."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rnn
from rnn import GRU, LSTM, RNN, Layer, NumPyLoops, Vanilla, optimisers
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


def mine(a, out):
    """A function that an activation holds."""


def test_it_leaves_out_what_is_as_it_is_by_default():
    """A count is a plain one, and a function is shown by where it is."""
    workspace = RNN(LSTM(1, 2), 1).workspace(np.int64(2), np.int64(3), "f8")
    assert repr(workspace) == "Workspace(LSTM(inputs=1, units=2), records=2, steps=3)"
    own = f"{__name__}.mine"
    assert repr(rnn.Activation("my", mine, mine)) == f"Activation(name='my', value={own}, slope={own})"


def test_a_copy_is_shown_as_what_it_is_a_copy_of():
    """It is equal, though another object."""
    for owner in (*OURS, *LOSSES):
        for again in (copy.deepcopy(owner), pickle.loads(pickle.dumps(owner))):
            assert repr(again) == owner.name
