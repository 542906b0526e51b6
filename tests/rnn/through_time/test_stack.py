"""Stacks: what a truncation means there, and how they are made and shown.

Their gradients beside autograd, and the names of their blocks, are in test_bidirectional.py.
"""

import numpy as np

from rnn import GRU, LSTM, RNN, Layer, NumPyLoops, Stack, Vanilla, Window, identity

D = 2
UNLIKE = Stack(LSTM(D, 4), GRU(4, 3), Vanilla(3, 5))


def test_a_window_on_every_level_is_another_rule():
    """What would reach k jumps on each level, 2 k in all, is not what a window of k is."""
    stack = Stack(Vanilla(1, 1, identity), Vanilla(1, 1, identity))
    one = np.ones((1, 1))
    params = stack.params(one, one, one[0], one, one, one[0], one, one[0])
    xs = np.ones((1, 5, 1))
    net = RNN(stack, outputs=1, loops=NumPyLoops())
    _, grads = net.loss_and_gradients(params, xs, one, truncation=Window(1))
    assert grads.xs.ravel().astype(bool).tolist() == [False, False, False, True, True]


def test_a_late_reach_leaves_last_states_of_earlier_records_alone():
    """Under a truncation of one's own, which lets a record's own last step reach nothing."""

    class Late:
        def first(self, t, steps):
            return 3

    stack = Stack(Vanilla(D, 2), Vanilla(2, 3))
    layer, rng = Layer(stack), np.random.default_rng(0)
    outputs, final, saved = layer.forward(layer.init(rng), rng.normal(size=(2, 6, D)), lengths=(2, 6))
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


def test_each_level_is_made_as_its_cell_makes_it():
    """By one generator, level after level."""
    made = UNLIKE.init(np.random.default_rng(3))
    rng = np.random.default_rng(3)
    own = [block for level in UNLIKE.levels for block in level.init(rng)]
    assert all(one.tolist() == other.tolist() for one, other in zip(made, own, strict=True))
