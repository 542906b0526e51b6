"""Workspaces: one call after another in the same arrays, and none of them notices."""

import copy
import pickle
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn import (
    RNN,
    Checkpoints,
    Chunked,
    Full,
    Loss,
    Params,
    Tail,
    Vanilla,
    Window,
    Workspace,
    relu,
    sigmoid,
    squared_error,
    tanh,
)

FLOATS = [np.float32, np.float64, np.longdouble]
TRUNCATIONS = [Full(), Window(0), Window(2), Chunked(2), Chunked(2, 1), Chunked(2, 3), Tail(0), Tail(3)]


def network(inputs=2, units=3, f=tanh):
    """A network of two outputs."""
    return RNN(Vanilla(inputs, units, f), outputs=2)


def draw(rng, net, records, steps, dtype, every_step=True):
    """Parameters, xs, targets and h0 at random: halves for Fractions."""

    def array(*shape):
        if dtype is object:
            return np.vectorize(lambda i: Fraction(int(i), 2), otypes=[object])(rng.integers(-2, 3, shape))
        return rng.standard_normal(shape).astype(dtype)

    units, inputs, outputs = net.cell.units, net.cell.inputs, net.outputs
    params = Params(
        array(units, inputs), array(units, units), array(units), array(outputs, units), array(outputs)
    )
    targets = array(records, steps, outputs) if every_step else array(records, outputs)
    return params, array(records, steps, inputs), targets, array(records, units)


def parts(result):
    """The loss and every block of the gradient."""
    value, grads = result
    return [value, *grads.params, grads.xs, grads.h0]


def arrays_of(tape):
    """Every array that a tape holds."""
    return [array for array in tape if isinstance(array, np.ndarray)]


def assert_same(got, want):
    """Two results of the same numbers, to the bit, and of the same kinds."""
    for one, other in zip(parts(got), parts(want), strict=True):
        np.testing.assert_array_equal(one, other, strict=True)
        if np.asarray(other).dtype != object:
            np.testing.assert_array_equal(np.signbit(one), np.signbit(other))


@given(
    st.tuples(*(st.integers(1, most) for most in (3, 6, 2, 4))),
    st.lists(st.tuples(st.sampled_from(TRUNCATIONS), st.booleans()), min_size=2, max_size=4),
    st.sampled_from([*FLOATS, object]),
    st.integers(0, 2**32),
)
def test_calls_in_a_workspace_are_calls_without(sizes, calls, dtype, seed):
    """Whatever other numbers, truncations and losses went before or come after, to the bit."""
    records, steps, inputs, units = sizes
    net, rng = network(inputs, units, relu if dtype is object else tanh), np.random.default_rng(seed)
    workspace = net.workspace(records, steps, dtype)
    got, want = [], []
    for truncation, every_step in calls:
        data = draw(rng, net, records, steps, dtype, every_step)
        got.append(net.loss_and_gradients(*data, truncation, workspace=workspace))
        want.append(net.loss_and_gradients(*data, truncation))
    # Compared after the last call, which would have spoilt what an earlier one left in the workspace.
    for each, other in zip(got, want, strict=True):
        assert_same(each, other)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("units", [100, 128])
def test_large_matrices_too(units, dtype):
    """Where [W U b]ᵀ begins with a cache line, and where products are made in parts."""
    net, rng = network(inputs=1, units=units), np.random.default_rng(0)
    workspace = net.workspace(64, 3, dtype)
    for _ in range(2):
        data = draw(rng, net, 64, 3, dtype)
        assert_same(net.loss_and_gradients(*data, workspace=workspace), net.loss_and_gradients(*data))


@pytest.mark.parametrize("truncation", TRUNCATIONS, ids=str)
def test_no_result_lies_in_the_workspace(truncation):
    """Nor do two blocks of a result share memory, or a block and what was given."""
    net = network()
    workspace = net.workspace(2, 6)
    params, *data = draw(np.random.default_rng(0), net, 2, 6, np.float64)
    _, *blocks = parts(net.loss_and_gradients(params, *data, truncation, workspace=workspace))
    for block in blocks:
        for array in (*arrays_of(workspace.tape), *params, *data):
            assert not np.shares_memory(block, array)
    for one, other in combinations(blocks, 2):
        assert not np.shares_memory(one, other)


def test_a_workspace_has_every_view_at_hand():
    """A list of T views for each of the tape's arrays that a step reads or writes."""
    tape = network().workspace(2, 5, np.float32).tape
    for kept, array in zip(tape.views, (tape.rows[:-1], tape.states[1:], tape.da_buffer), strict=True):
        assert [view.__array_interface__ for view in kept] == [view.__array_interface__ for view in array]
        assert isinstance(kept, list)


def test_a_call_in_a_workspace_makes_no_tape():
    """Neither for the forward nor for the backward."""

    class Counting(Vanilla):
        def tape(self, records, steps, dtype):
            made.append(None)
            return super().tape(records, steps, dtype)

    made = []
    net = RNN(Counting(2, 3), outputs=2)
    workspace = net.workspace(1, 4)
    net.loss_and_gradients(*draw(np.random.default_rng(0), net, 1, 4, np.float64), workspace=workspace)
    assert len(made) == 1


def test_networks_that_differ_in_what_a_tape_does_not_hold_can_share():
    """Another activation, or other outputs, over cells of one kind and size."""
    workspace = network(f=tanh).workspace(2, 4)
    net = RNN(Vanilla(2, 3, relu), outputs=1)
    data = draw(np.random.default_rng(0), net, 2, 4, np.float64)
    assert_same(net.loss_and_gradients(*data, workspace=workspace), net.loss_and_gradients(*data))


class Other(Vanilla):
    """A cell of another kind."""


SIZE = "xs (2, 4, 2) of float64 and 3 units of Vanilla"


@pytest.mark.parametrize(
    ("workspace", "shown"),
    [
        (network().workspace(3, 4), "xs (3, 4, 2) of float64 and 3 units of Vanilla"),
        (network().workspace(2, 5), "xs (2, 5, 2) of float64 and 3 units of Vanilla"),
        (network(inputs=1).workspace(2, 4), "xs (2, 4, 1) of float64 and 3 units of Vanilla"),
        (network(units=4).workspace(2, 4), "xs (2, 4, 2) of float64 and 4 units of Vanilla"),
        (network().workspace(2, 4, np.float32), "xs (2, 4, 2) of float32 and 3 units of Vanilla"),
        (RNN(Other(2, 3), outputs=2).workspace(2, 4), "xs (2, 4, 2) of float64 and 3 units of Other"),
    ],
)
def test_a_workspace_of_another_size_is_refused(workspace, shown):
    """Shown beside the size that is needed."""
    net = network()
    data = draw(np.random.default_rng(0), net, 2, 4, np.float64)
    with pytest.raises(ValueError, match=f"^{re.escape(f'workspace: for {shown}, needed one for {SIZE}')}$"):
        net.loss_and_gradients(*data, workspace=workspace)


@pytest.mark.parametrize(
    ("stranger", "kind"), [(3, "int"), (Workspace, "type"), (network().workspace(2, 4).tape, "VanillaTape")]
)
def test_what_is_no_workspace_is_refused(stranger, kind):
    """Its type, for it may be large, beside what is needed."""
    net = network()
    data = draw(np.random.default_rng(0), net, 2, 4, np.float64)
    message = f"workspace: {kind}, needed what RNN.workspace makes, or None"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        net.loss_and_gradients(*data, workspace=stranger)


def test_checkpoints_are_refused_in_a_workspace():
    """It holds every state, which is what checkpoints are to avoid."""
    net = network()
    data = draw(np.random.default_rng(0), net, 2, 4, np.float64)
    message = "checkpoints: Checkpoints(every=2), needed None in a workspace, which holds every state"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        net.loss_and_gradients(*data, checkpoints=Checkpoints(2), workspace=net.workspace(2, 4))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 4), ValueError, "records: 0, needed at least 1"),
        ((2, 0), ValueError, "steps: 0, needed at least 1"),
        ((2.0, 4), TypeError, "records: 2.0, needed an integer of at least 1"),
        ((2, "4"), TypeError, "steps: '4', needed an integer of at least 1"),
        ((2, 4, np.int64), TypeError, "dtype: int64, needed float32, float64, longdouble, or object"),
        ((2, 4, "halves"), TypeError, "dtype: 'halves', needed float32, float64, longdouble, or object"),
        (
            (2, 4, np.float16),
            TypeError,
            "dtype: float16, needed float32, float64, longdouble, or object for Fractions",
        ),
    ],
)
def test_a_workspace_that_cannot_be_is_refused(arguments, error, message):
    """With the argument's name, what was given and what is needed."""
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        network().workspace(*arguments)


def test_a_workspace_has_counts_as_ints():
    """Whatever integers they were given as."""
    workspace = network().workspace(np.int8(2), np.uint16(4))
    assert (workspace.records, workspace.steps) == (2, 4)
    assert {type(workspace.records), type(workspace.steps)} == {int}
    assert isinstance(network().workspace(2, 4, "float32").dtype, np.dtype)


def test_workspaces_are_told_apart():
    """Two of one size are two, since their arrays are."""
    net = network()
    assert net.workspace(2, 4) != net.workspace(2, 4)


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda workspace: pickle.loads(pickle.dumps(workspace)),
    "replace": replace,
}


@pytest.mark.parametrize("kind", COPIES)
@pytest.mark.parametrize("dtype", [*FLOATS, object])
def test_a_copy_is_a_workspace_of_its_own(kind, dtype):
    """Of the same size, on arrays of its own: calls in both, one after another, are calls without."""
    net, rng = network(f=relu), np.random.default_rng(0)
    workspace = net.workspace(2, 4, dtype)
    data, other = draw(rng, net, 2, 4, dtype), draw(rng, net, 2, 4, dtype)
    net.loss_and_gradients(*other, workspace=workspace)
    copied = COPIES[kind](workspace)
    assert copied.size == workspace.size
    for one, another in zip(arrays_of(copied.tape), arrays_of(workspace.tape), strict=True):
        assert not np.shares_memory(one, another)
    for room in (copied, workspace, copied):
        assert_same(net.loss_and_gradients(*data, workspace=room), net.loss_and_gradients(*data))


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
        network().loss_and_gradients(*data, workspace=workspace)

    net = RNN(Vanilla(2, 3), outputs=2, loss=Loss("again", again, lambda outputs, targets: outputs - targets))
    data = draw(np.random.default_rng(0), net, 2, 4, np.float64)
    for _ in range(2):
        with pytest.raises(RuntimeError, match=IN_USE):
            net.loss_and_gradients(*data, workspace=workspace)
    got = network().loss_and_gradients(*data, workspace=workspace)
    assert_same(got, network().loss_and_gradients(*data))


def test_a_workspace_is_for_one_thread_at_a_time():
    """A call that comes while another thread's is under way is refused at once, and neither is wrong."""
    inside, leave = threading.Event(), threading.Event()

    def slow(outputs, targets):
        inside.set()
        assert leave.wait(timeout=60)
        return squared_error.value(outputs, targets)

    net = network()
    workspace = net.workspace(2, 4)
    data = draw(np.random.default_rng(0), net, 2, 4, np.float64)
    waiting = replace(net, loss=Loss("slow", slow, squared_error.gradient))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(waiting.loss_and_gradients, *data, workspace=workspace)
        try:
            assert inside.wait(timeout=60)
            with pytest.raises(RuntimeError, match=IN_USE):
                net.loss_and_gradients(*data, workspace=workspace)
        finally:
            leave.set()
        assert_same(first.result(), net.loss_and_gradients(*data))
    assert_same(net.loss_and_gradients(*data, workspace=workspace), net.loss_and_gradients(*data))


def test_two_threads_get_right_numbers_or_are_refused():
    """However their calls fall, no answer is made of two problems."""
    net, rng = network(units=16), np.random.default_rng(0)
    workspace = net.workspace(1, 50)
    problems = [draw(rng, net, 1, 50, np.float64) for _ in range(2)]
    wanted = [net.loss_and_gradients(*data) for data in problems]

    def work(data, want):
        right = 0
        for _ in range(200):
            with suppress(RuntimeError):
                assert_same(net.loss_and_gradients(*data, workspace=workspace), want)
                right += 1
        return right

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(work, problems, wanted)) > 0


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (None, "cell: None, needed a cell, as rnn.Vanilla(inputs=1, units=16)"),
        (
            Vanilla,
            "cell: <class 'rnn.cells.vanilla.Vanilla'>, needed a cell, as rnn.Vanilla(inputs=1, units=16)",
        ),
    ],
)
def test_a_workspace_is_for_a_cell(cell, message):
    """Its class is none."""
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        Workspace(cell, 2, 4)


@pytest.mark.parametrize(("records", "steps"), [(10**9, 10**9), (1, 10**18), (10**18, 1), (10**15, 2)])
def test_a_workspace_that_does_not_fit_in_memory_is_refused(records, steps):
    """With both counts, for either may be too large."""
    message = f"records and steps: {records} and {steps}, needed fewer: it does not fit in memory"
    with pytest.raises(MemoryError, match=f"^{message}$"):
        network().workspace(records, steps)


@pytest.mark.parametrize("f", [tanh, sigmoid], ids=lambda f: f.name)
def test_fractions_need_an_activation_that_takes_them(f):
    """One whose values are no fractions is named before any work."""
    message = f"Vanilla.activation: {f.name}, needed one that takes Fractions, as rnn.relu, or floats"
    net = network(f=f)
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        net.workspace(2, 4, object)
    params, xs, *_ = draw(np.random.default_rng(0), net, 2, 4, object)
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        net.predict(params, xs)
