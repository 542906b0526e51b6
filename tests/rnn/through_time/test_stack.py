"""Stacks: what a truncation means there, every way that a cell can be asked, and what is refused."""

import pickle
from fractions import Fraction

import numpy as np
import pytest

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
    Stack,
    Tail,
    Vanilla,
    Window,
    identity,
    relu,
    softsign,
)
from tests.rnn.fractions import fractions

N, T, D, K = 2, 6, 2, 1
TRUNCATIONS = [
    *(Full(), Window(0), Window(1), Window(2), Chunked(1), Chunked(2), Chunked(4)),
    *(Chunked(2, 3), Chunked(3, 5), Chunked(3, 1), Tail(0), Tail(2)),
]
every_truncation = pytest.mark.parametrize("truncation", TRUNCATIONS, ids=str)

EXACT = Stack(Vanilla(D, 2, softsign), Vanilla(2, 1, identity), Vanilla(1, 2, relu))
UNLIKE = Stack(LSTM(D, 4), GRU(4, 3), Vanilla(3, 5))


def floats(rng, *shape):
    """Between −1 and 1."""
    return rng.uniform(-1, 1, shape)


def problem(stack, draw=floats, losses="every", seed=0, steps=T):
    """A network's arguments."""
    rng = np.random.default_rng(seed)
    shapes = {**stack.shapes, "V": (K, stack.units), "c": (K,)}
    return {
        "params": stack.params(*(draw(rng, *shape) for shape in shapes.values())),
        "xs": draw(rng, N, steps, D),
        "targets": draw(rng, N, steps, K) if losses == "every" else draw(rng, N, K),
        "h0": tuple(draw(rng, N, width) for width in stack.widths),
    }


def numbers(value, grads):
    """A loss, and every number of its gradients."""
    return [value, *(block.tolist() for block in (*grads.params, grads.xs, *grads.state))]


def assert_near(one, other):
    """To rounding, block by block."""
    for got, want in zip(one, other, strict=True):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)


# Each function, and its slope by its value.
FUNCTIONS = {
    softsign: (lambda a: a / (1 + abs(a)), lambda h: (1 - abs(h)) ** 2),
    identity: (lambda a: a, lambda h: h * 0 + 1),
    relu: (lambda a: np.where(a > 0, a, 0 * a), lambda h: np.where(h > 0, h * 0 + 1, h * 0)),
}


def plain(stack, params, xs, targets, h0, truncation):
    """The gradient by its definition: the loss of each step alone, step by step, all levels at each.

    At every step s ≥ first(t), from the last to the first, the level on top takes its dh, and hands its dx
    down to the level below, at that step.
    """
    levels, count = stack.levels, len(stack.levels)
    own = [params[3 * level : 3 * level + 3] for level in range(count)]
    hs = [h0]
    for s in range(xs.shape[1]):
        x, after = xs[:, s], []
        for level, (U, W, b) in enumerate(own):
            after.append(FUNCTIONS[levels[level].activation][0](x.dot(U.T) + hs[s][level].dot(W.T) + b))
            x = after[-1]
        hs.append(tuple(after))
    grads = [block * 0 for block in params]
    d_xs, d_state = xs * 0, [array * 0 for array in h0]
    first_loss = 0 if targets.ndim == 3 else xs.shape[1] - 1
    for t in range(first_loss, xs.shape[1]):
        o = hs[t + 1][-1].dot(params.V.T) + params.c
        do = o - (targets[:, t] if targets.ndim == 3 else targets)
        grads[-2] = grads[-2] + do.T.dot(hs[t + 1][-1])
        grads[-1] = grads[-1] + do.sum(axis=0)
        dhs = [array * 0 for array in h0]
        dhs[-1] = do.dot(params.V)
        first = truncation.first(t, xs.shape[1])
        for s in range(t, first - 1, -1):
            down = 0
            for level in reversed(range(count)):
                U, W, _ = own[level]
                below = hs[s + 1][level - 1] if level else xs[:, s]
                da = (dhs[level] + down) * FUNCTIONS[levels[level].activation][1](hs[s + 1][level])
                for place, addend in enumerate((da.T.dot(below), da.T.dot(hs[s][level]), da.sum(axis=0))):
                    grads[3 * level + place] = grads[3 * level + place] + addend
                dhs[level], down = da.dot(W), da.dot(U)
            d_xs[:, s] = d_xs[:, s] + down
        if first == 0:
            d_state = [total + dh for total, dh in zip(d_state, dhs, strict=True)]
    return [block.tolist() for block in (*grads, d_xs, *d_state)]


@pytest.mark.parametrize("options", [{}, {"checkpoints": Checkpoints(2)}, {"workspace": True}], ids=str)
@pytest.mark.parametrize("losses", ["every", "last"])
@every_truncation
def test_every_path_is_within_its_loss_s_steps(truncation, losses, options):
    """In Fractions, equal to the gradient by its definition, of each loss by itself, on three levels."""
    given = problem(EXACT, fractions, losses, steps=5)
    net = RNN(EXACT, outputs=K)
    if "workspace" in options:
        options = {"workspace": net.workspace(N, 5, object)}
    value, grads = net.loss_and_gradients(**given, truncation=truncation, **options)
    assert numbers(value, grads)[1:] == plain(EXACT, **given, truncation=truncation)
    entries = [entry for block in (*grads.params, grads.xs, *grads.state) for entry in block.flat]
    assert all(type(entry) is Fraction for entry in entries)


def test_a_window_on_every_level_is_another_rule():
    """What would reach k jumps on each level, 2 k in all, is not what a window of k is."""
    stack = Stack(Vanilla(1, 1, identity), Vanilla(1, 1, identity))
    one = np.ones((1, 1))
    params = stack.params(one, one, one[0], one, one, one[0], one, one[0])
    xs = np.ones((1, 5, 1))
    net = RNN(stack, outputs=1, loops=NumPyLoops())
    _, grads = net.loss_and_gradients(params, xs, one, truncation=Window(1))
    assert grads.xs.ravel().astype(bool).tolist() == [False, False, False, True, True]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize("truncation", [Full(), Window(2), Chunked(4)], ids=str)
def test_the_loops_agree(truncation, dtype):
    """NumPy's and compiled ones, of three unlike cells, in any type of number."""
    given = problem(UNLIKE)
    given = {name: _as(dtype, value) for name, value in given.items()}
    found = [
        RNN(UNLIKE, outputs=K, loops=loops).loss_and_gradients(**given, truncation=truncation)
        for loops in (NumPyLoops(), CompiledLoops())
    ]
    tolerance = 100 * np.finfo(dtype).eps
    for one, other in zip(*(blocks(grads) for _, grads in found), strict=True):
        assert one.dtype == dtype
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance)


def _as(dtype, value):
    if isinstance(value, tuple):
        made = [array.astype(dtype) for array in value]
        return value._make(made) if hasattr(value, "_make") else tuple(made)
    return value.astype(dtype)


def blocks(grads):
    """Every array of a gradient."""
    return [*grads.params, grads.xs, *grads.state]


@every_truncation
@pytest.mark.parametrize("loops", [NumPyLoops(), CompiledLoops()], ids=str)
def test_a_layer_is_a_network_without_its_readout(truncation, loops):
    """Under the readout's own cotangents the layer's gradient is the network's."""
    given = problem(UNLIKE)
    net, layer = RNN(UNLIKE, outputs=K, loops=loops), Layer(UNLIKE, loops)
    _, grads = net.loss_and_gradients(**given, truncation=truncation)
    weights = UNLIKE.weights(*given["params"][:-2])
    outputs, final, saved = layer.forward(weights, given["xs"], given["h0"])
    do = outputs @ given["params"].V.T + given["params"].c - given["targets"]
    of_layer = layer.backward(saved, do @ given["params"].V, truncation=truncation)
    assert_near([*of_layer.params, of_layer.xs, *of_layer.state], [*grads.params[:-2], *blocks(grads)[-5:]])
    for one, other in zip(final, net.forward(given["params"], given["xs"], given["h0"]).state, strict=True):
        assert one.tolist() == other.tolist()
    assert [array.shape for array in final] == [(N, width) for width in UNLIKE.widths]
    assert outputs[:, -1].tolist() == final[-1].tolist()


@pytest.mark.parametrize("lengths", [None, (3, 6)], ids=["whole", "ending early"])
@pytest.mark.parametrize("truncation", [Full(), Window(1), Chunked(2), Chunked(2, 3)], ids=str)
def test_the_last_state_of_a_level_is_of_the_last_step(truncation, lengths):
    """Its cotangent reaches back as a loss of that step does, on every level, once."""
    stack = Stack(Vanilla(D, 2), Vanilla(2, 3))
    given, layer = problem(stack), Layer(stack)
    weights = stack.weights(*given["params"][:-2])
    rng = np.random.default_rng(1)
    d_state = tuple(floats(rng, N, width) for width in stack.widths)
    found = []
    for n in range(N):
        own = {"xs": given["xs"][n : n + 1], "state": tuple(part[n : n + 1] for part in given["h0"])}
        stop = T if lengths is None else lengths[n]
        # A loss at the last step alone, from the state that it may reach back to.
        first = truncation.first(stop - 1, stop)
        start = own["state"]
        if first:
            _, start, _ = layer.forward(weights, own["xs"][:, :first], start)
        outputs, _, saved = layer.forward(weights, own["xs"][:, first:stop], start)
        ended = tuple(part[n : n + 1] for part in d_state)
        grads = layer.backward(saved, 0 * outputs, ended)
        reached = [array * (first == 0) for array in grads.state]
        xs = np.concatenate((np.zeros((1, first, D)), grads.xs, np.zeros((1, T - stop, D))), axis=1)
        found.append([*grads.params, xs, *reached])
    outputs, _, saved = layer.forward(weights, given["xs"], given["h0"], lengths)
    grads = layer.backward(saved, 0 * outputs, d_state, truncation)
    weights_count = len(stack.shapes)
    assert_near(
        grads.params, [sum(each) for each in zip(*(one[:weights_count] for one in found), strict=True)]
    )
    joined = [np.concatenate(each) for each in zip(*(one[weights_count:] for one in found), strict=True)]
    assert_near([grads.xs, *grads.state], joined)


def test_a_late_reach_leaves_last_states_of_earlier_records_alone():
    """Under a truncation of one's own, which lets a record's own last step reach nothing."""

    class Late:
        def first(self, t, steps):
            return 3

    stack = Stack(Vanilla(D, 2), Vanilla(2, 3))
    given, layer = problem(stack), Layer(stack)
    weights = stack.weights(*given["params"][:-2])
    lengths = (2, 6)
    outputs, final, saved = layer.forward(weights, given["xs"], given["h0"], lengths)
    ones = tuple(np.ones_like(array) for array in final)
    grads = layer.backward(saved, 0 * outputs, ones, Late())
    assert not grads.xs[0].any()
    assert grads.xs[1, 3:].any()


def test_a_stack_of_stacks_is_one_of_all_levels():
    """Which equals the other, has its hash, and shows itself as a call that makes it."""
    inner, last = Stack(LSTM(2, 4), GRU(4, 3)), Vanilla(3, 5)
    assert Stack(inner, last) == Stack(LSTM(2, 4), GRU(4, 3), last) != Stack(LSTM(2, 4), GRU(4, 3))
    assert hash(Stack(inner, last)) == hash(Stack(LSTM(2, 4), GRU(4, 3), last))
    assert repr(Stack(inner)) == "Stack(LSTM(inputs=2, units=4), GRU(inputs=4, units=3))"
    assert eval(repr(UNLIKE)) == UNLIKE
    assert repr(RNN(inner, outputs=1)).startswith("RNN(Stack(LSTM(inputs=2, units=4), ")


def test_names_have_their_level():
    """Of blocks and of the state's arrays, in the order of the levels; each is made as its cell makes it."""
    assert UNLIKE.weights._fields == (
        *("U_l0", "W_l0", "b_l0", "U_l1", "W_l1", "b_l1", "bn_l1", "U_l2", "W_l2", "b_l2"),
    )
    assert UNLIKE.params._fields == (*UNLIKE.weights._fields, "V", "c")
    assert UNLIKE.state == ("h_l0", "c_l0", "h_l1", "h_l2")
    made = UNLIKE.init(np.random.default_rng(3))
    rng = np.random.default_rng(3)
    own = [block for level in UNLIKE.levels for block in level.init(rng)]
    assert all(one.tolist() == other.tolist() for one, other in zip(made, own, strict=True))


def test_parameters_are_pickled():
    """As those of a cell are, and are of the same class again."""
    params = RNN(UNLIKE, outputs=1).init(np.random.default_rng(0))
    again = pickle.loads(pickle.dumps(params))
    assert type(again) is type(params) is UNLIKE.params
    assert all(one.tolist() == other.tolist() for one, other in zip(again, params, strict=True))
    assert pickle.loads(pickle.dumps(UNLIKE)) == UNLIKE


def test_loops_that_a_level_cannot_have_are_refused():
    """By the argument's name, whichever level it is; and the usual ones are then NumPy's."""

    class Own(Vanilla):
        """Its text is not compiled."""

    stack = Stack(LSTM(1, 2), Own(2, 2))
    assert RNN(stack, outputs=1).loops == NumPyLoops()
    assert RNN(Stack(LSTM(1, 2), Vanilla(2, 2)), outputs=1).loops == CompiledLoops()
    with pytest.raises(TypeError, match=r"^RNN.loops: CompiledLoops\(\) of Own\(inputs=2, units=2\), needed"):
        RNN(stack, outputs=1, loops=CompiledLoops())
