"""Workspaces: one call after another in the same arrays, and none of them notices."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn import RNN, Chunked, Full, Loss, Tail, Vanilla, Window, relu, tanh
from tests.rnn.fractions import fractions
from tests.rnn.gradients import blocks
from tests.rnn.problems import arguments

FLOATS = [np.float32, np.float64, np.longdouble]
TRUNCATIONS = [Full(), Window(0), Window(2), Chunked(2), Chunked(2, 1), Chunked(2, 3), Tail(0), Tail(3)]


def network(inputs=2, units=3, f=tanh):
    """A network of two outputs."""
    return RNN(Vanilla(inputs, units, f), outputs=2)


def draw(rng, net, records=2, steps=4, dtype=float, losses="every"):
    """Arguments of a call at random: halves for Fractions."""

    def array(*shape):
        if dtype is object:
            return fractions(rng, *shape)
        return rng.standard_normal(shape).astype(dtype)

    return arguments(net, array, records, steps, losses)


def arrays_of(tape):
    """Every array that a tape holds."""
    return [array for array in tape if isinstance(array, np.ndarray)]


def assert_same(got, want):
    """Two results of the same numbers, to the bit, and of the same kinds."""
    (value, grads), (wanted, others) = got, want
    for one, other in zip((value, *blocks(grads)), (wanted, *blocks(others)), strict=True):
        np.testing.assert_array_equal(one, other, strict=True)
        if np.asarray(other).dtype != object:
            np.testing.assert_array_equal(np.signbit(one), np.signbit(other))


@settings(max_examples=settings.default.max_examples // 3)
@given(
    st.tuples(*(st.integers(1, most) for most in (3, 6, 2, 4))),
    st.lists(
        st.tuples(st.sampled_from(TRUNCATIONS), st.sampled_from(["every", "last"])), min_size=2, max_size=4
    ),
    st.sampled_from([*FLOATS, object]),
    st.integers(0, 2**32),
)
def test_calls_in_a_workspace_are_calls_without(sizes, calls, dtype, seed):
    """Whatever other numbers, truncations and losses went before or come after, to the bit."""
    records, steps, inputs, units = sizes
    net, rng = network(inputs, units, relu if dtype is object else tanh), np.random.default_rng(seed)
    workspace = net.workspace(records, steps, dtype)
    got, want = [], []
    for truncation, losses in calls:
        data = draw(rng, net, records, steps, dtype, losses)
        got.append(net.loss_and_gradients(**data, truncation=truncation, workspace=workspace))
        want.append(net.loss_and_gradients(**data, truncation=truncation))
    # Compared after the last call, which would have spoilt what an earlier one left in the workspace.
    for each, other in zip(got, want, strict=True):
        assert_same(each, other)


@pytest.mark.parametrize(("units", "dtype"), [(100, np.float32), (128, np.float64)])
def test_large_matrices_too(units, dtype):
    """Where [W U b]ᵀ begins with a cache line, and where products are made in parts."""
    net, rng = network(inputs=1, units=units), np.random.default_rng(0)
    workspace = net.workspace(64, 3, dtype)
    for _ in range(2):
        data = draw(rng, net, 64, 3, dtype)
        assert_same(net.loss_and_gradients(**data, workspace=workspace), net.loss_and_gradients(**data))


def test_networks_that_differ_in_what_a_tape_does_not_hold_can_share():
    """Another activation, or other outputs, over cells of one kind and size."""
    workspace = network(f=tanh).workspace(2, 4)
    net = RNN(Vanilla(2, 3, relu), outputs=1)
    data = draw(np.random.default_rng(0), net)
    assert_same(net.loss_and_gradients(**data, workspace=workspace), net.loss_and_gradients(**data))


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda workspace: pickle.loads(pickle.dumps(workspace)),
    "replace": replace,
}


@pytest.mark.parametrize(("kind", "dtype"), [*zip(COPIES, [*FLOATS, object], strict=True)])
def test_a_copy_is_a_workspace_of_its_own(kind, dtype):
    """Of the same size, on arrays of its own: calls in both, one after another, are calls without."""
    net, rng = network(f=relu), np.random.default_rng(0)
    workspace = net.workspace(2, 4, dtype)
    data, other = (draw(rng, net, dtype=dtype) for _ in range(2))
    net.loss_and_gradients(**other, workspace=workspace)
    copied = COPIES[kind](workspace)
    assert copied.size == workspace.size
    for one, another in zip(arrays_of(copied.tape), arrays_of(workspace.tape), strict=True):
        assert not np.shares_memory(one, another)
    for room in (copied, workspace, copied):
        assert_same(net.loss_and_gradients(**data, workspace=room), net.loss_and_gradients(**data))


def test_a_copy_of_one_in_use_is_free():
    """The lock is not copied."""
    workspace = network().workspace(2, 4)
    with workspace, copy.deepcopy(workspace) as tape:
        assert tape is not workspace.tape


IN_USE = "^workspace: in use by another call, needed one of its own for each thread$"


def test_a_workspace_in_use_is_refused():
    """By a call from within the first, and it is free again after that, whatever was raised."""
    workspace = network().workspace(2, 4)

    def again(outputs, targets):
        network().loss_and_gradients(**data, workspace=workspace)

    net = RNN(Vanilla(2, 3), outputs=2, loss=Loss("again", again, lambda outputs, targets: outputs - targets))
    data = draw(np.random.default_rng(0), net)
    for _ in range(2):
        with pytest.raises(RuntimeError, match=IN_USE):
            net.loss_and_gradients(**data, workspace=workspace)
    got = network().loss_and_gradients(**data, workspace=workspace)
    assert_same(got, network().loss_and_gradients(**data))
