"""A cell, stacks and both directions beside autograd of the whole, under every truncation."""

import pickle
import re
from functools import partial

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from autograd.tracer import getval

from rnn import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    BothEnds,
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
)
from rnn.through_time.recurrence import recurrence
from tests.rnn.gradients import assert_near, blocks
from tests.rnn.problems import arguments, assert_as_if_alone, assert_predictions_end
from verification import models
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import NamedArrays, Use

N, T, D, K = 2, 5, 2, 1
LENGTHS = np.array([3, 5, 1, 4])
MODELS = {"Vanilla": models.vanilla, "LSTM": models.lstm, "GRU": models.gru}
TRUNCATIONS = [
    *(Full(), Window(0), Window(1), Window(3), Chunked(1), Chunked(2), Chunked(3)),
    *(Chunked(2, 3), Chunked(3, 1), Tail(0), Tail(2)),
]
EACH = [
    Bidirectional(GRU(D, 3)),
    Stack(Bidirectional(Vanilla(D, 2)), LSTM(4, 3)),
    Stack(GRU(D, 3), Bidirectional(Vanilla(3, 2)), Bidirectional(LSTM(4, 2))),
    Bidirectional(Stack(Vanilla(D, 3), GRU(3, 2))),
    Stack(Bidirectional(Stack(Vanilla(D, 3), Vanilla(3, 2))), Vanilla(4, 2)),
    BothEnds(LSTM(D, 2)),
    Stack(Bidirectional(GRU(D, 2)), BothEnds(LSTM(4, 2)), Vanilla(4, 3)),
    Stack(LSTM(D, 3), GRU(3, 4), Vanilla(4, 2)),
    LSTM(D, 3),
]

# A level by itself, under which and over which there is none.
ALONE = [Stack(EACH[0]), Stack(EACH[5])]


def has_levels(cell):
    """Is it a stack of more than one?"""
    return isinstance(cell, Stack) and len(cell.levels) > 1


def refuses(cell, truncation):
    """Is it a stack with a level that reads from both ends, and a truncation?"""
    within = has_levels(cell) and any(isinstance(level, BothEnds) for level in cell.levels)
    return within and any(truncation.first(t, T) for t in range(T))


WHOLE = r"^truncation: .+, needed rnn\.Full\(\) with levels of which one reads from both ends$"


class AtEnds:
    """A truncation of one's own, in which losses reach what is not their own step."""

    def first(self, t, steps):
        return [0, 3, 1, 0, 4][t]

    def __repr__(self):
        return "AtEnds()"


def problem(cell, losses="every", records=N, dtype=float):
    """A network's arguments."""
    draw = partial(np.random.default_rng(0).uniform, -1, 1)
    return arguments(RNN(cell, outputs=K), lambda *shape: draw(shape).astype(dtype), records, T, losses)


def run(cell, weights, state, xs, live, masks=()):
    """What a recurrence puts out after each step and its last state, by the models' steps.

    ``live(t, back)``: do numbers flow back through step t, in this direction? Weights and state are used up.
    """
    if isinstance(cell, Stack):
        last = []
        for place, level in enumerate(cell.levels):
            xs, ended = run(level, weights, state, xs, live)
            last += ended
            if place < len(masks):
                xs = [x * masks[place][:, t] for t, x in enumerate(xs)]
        return xs, last
    if type(cell) is Bidirectional:
        ahead, last = run(cell.cell, weights, state, xs, live)
        back, last_back = run(cell.cell, weights, state, xs[::-1], lambda t, _: live(len(xs) - 1 - t, True))
        joined = [anp.concatenate(each, axis=1) for each in zip(ahead, back[::-1], strict=True)]
        return joined, [*last, *last_back]
    if isinstance(cell, BothEnds):
        # Each is cut in its own time.
        ahead, last = run(cell.cell, weights, state, xs, live)
        back, last_back = run(cell.cell, weights, state, xs[::-1], live)
        return [anp.concatenate(each, axis=1) for each in zip(ahead, back, strict=True)], [*last, *last_back]
    model = MODELS[type(cell).__name__]
    p = NamedArrays({name: weights.pop(0) for name in cell.weights._fields})
    h = tuple(state.pop(0) for _ in cell.state)
    f, found = Namespace(model.chosen({}), Arithmetic()), []
    (read,) = (block.name for block in model.of(Use.INPUT))
    for t, x in enumerate(xs):
        if live(t, False):
            h = model.advance(f, p, {read: x}, h)
        else:
            still = NamedArrays({name: getval(block) for name, block in p.items()})
            h = model.advance(f, still, {read: getval(x)}, tuple(map(getval, h)))
        found.append(h[0])
    return found, list(h)


def by_autograd(cell, params, xs, targets, h0, truncation, masks=()):
    """The gradient: each loss alone, of numbers that flow back within its window only."""
    steps, total = xs.shape[1], None
    for t in range(steps) if targets.ndim == 3 else [steps - 1]:
        first, end = truncation.first(t, steps), steps - truncation.first(steps - 1 - t, steps)

        def loss(given, t=t, first=first, end=end):
            blocks, xs, state = given
            *weights, V, c = blocks
            live = lambda s, back: s < end if back else s >= first  # noqa: E731
            hs, _ = run(cell, list(weights), list(state), [xs[:, s] for s in range(steps)], live, masks)
            target = targets[:, t] if targets.ndim == 3 else targets
            return anp.sum((anp.dot(hs[t], V.T) + c - target) ** 2) / 2

        of_params, of_xs, of_state = grad(loss)((list(params), xs, list(h0)))
        found = [*of_params, of_xs, *of_state]
        total = found if total is None else [one + other for one, other in zip(total, found, strict=True)]
    return total


# Each pair of any two of them.
PATHS = [
    (cell, truncation, ("every", "last")[(i + j) % 2])
    for i, cell in enumerate(EACH)
    for j, truncation in enumerate([*TRUNCATIONS, AtEnds()])
]
PATHS += [(cell, Window(1), "every") for cell in ALONE]


@pytest.mark.parametrize(("cell", "truncation", "losses"), PATHS, ids=str)
def test_every_path_is_within_its_loss_s_window(cell, truncation, losses):
    """As autograd has it, of each loss by itself, however levels and directions are put together."""
    given = problem(cell, losses)
    net = RNN(cell, outputs=K, loops=NumPyLoops())
    if refuses(cell, truncation):
        with pytest.raises(ValueError, match=WHOLE):
            net.loss_and_gradients(**given, truncation=truncation)
        return
    _, grads = net.loss_and_gradients(**given, truncation=truncation)
    assert_near(blocks(grads), by_autograd(cell, **given, truncation=truncation))
    for every in (1, 2, T):
        _, again = net.loss_and_gradients(**given, truncation=truncation, checkpoints=Checkpoints(every))
        assert_near(blocks(again), blocks(grads))
    workspace = net.workspace(N, T)
    for _ in range(2):
        _, again = net.loss_and_gradients(**given, truncation=truncation, workspace=workspace)
    assert [block.tolist() for block in blocks(again)] == [block.tolist() for block in blocks(grads)]
    compiled = RNN(cell, outputs=K, loops=CompiledLoops())
    assert_near(blocks(compiled.loss_and_gradients(**given, truncation=truncation)[1]), blocks(grads))


@pytest.mark.parametrize("dtype", [np.float32, np.longdouble], ids=str)
@pytest.mark.parametrize("cell", [EACH[0], EACH[4], EACH[6]], ids=str)
def test_numbers_keep_their_type(cell, dtype):
    """Whatever is put side by side, kept in a workspace, which holds what was computed, or computed again."""
    given, net = problem(cell, "last", dtype=dtype), RNN(cell, outputs=K, loops=NumPyLoops())
    params = given["params"]
    workspace = net.workspace(N, T, dtype)
    for asked in ({}, {"workspace": workspace}, {"checkpoints": Checkpoints(2)}):
        _, grads = net.loss_and_gradients(**given, **asked)
        assert {block.dtype for block in blocks(grads)} == {np.dtype(dtype)}
    outputs, state = net.forward(params, given["xs"], given["h0"])
    own, tape = recurrence("cell", cell), workspace.tape
    found = own.outputs(tape), *(array[-1] for array in own.states(tape))
    assert {array.dtype for array in (outputs, *state, *found)} == {np.dtype(dtype)}
    for one, other in zip(found[1:], state, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(found[0].swapaxes(0, 1) @ params.V.T + params.c, outputs, atol=1e-5)


IN_LEVELS = [EACH[7], EACH[1], EACH[2]]


def drawn_masks(cell, records=N):
    """What each level but the one on top hands up, halved or doubled or dropped, no two levels alike."""
    rng = np.random.default_rng(5)
    levels = [recurrence("level", level) for level in cell.levels[:-1]]
    return [rng.choice([0.0, 2.0, 0.5], (records, T, level.units)) for level in levels]


MASKED = [
    (cell, truncation, ("every", "last")[(i + j) % 2])
    for i, cell in enumerate(IN_LEVELS)
    for j, truncation in enumerate([Full(), Window(2), Chunked(2, 3), Tail(2), AtEnds()])
]


@pytest.mark.parametrize(("cell", "truncation", "losses"), MASKED, ids=str)
def test_what_is_handed_up_is_masked(cell, truncation, losses):
    """As autograd has it with the masks given, under any truncation, in a workspace and by checkpoints."""
    given, masks = problem(cell, losses), drawn_masks(cell)
    net = RNN(cell, outputs=K, loops=NumPyLoops())
    value, grads = net.loss_and_gradients(**given, truncation=truncation, masks=masks)
    assert value == net.loss_value(**given, masks=masks) != net.loss_value(**given)
    assert_near(blocks(grads), by_autograd(cell, **given, truncation=truncation, masks=masks))
    workspace = net.workspace(N, T)
    for these in (None, masks):
        of_these = net.loss_and_gradients(**given, truncation=truncation, masks=these)[1]
        asked = {"truncation": truncation, "workspace": workspace, "masks": these}
        again = net.loss_and_gradients(**given, **asked)[1]
        assert [block.tolist() for block in blocks(again)] == [block.tolist() for block in blocks(of_these)]
    asked = {"truncation": truncation, "checkpoints": Checkpoints(2), "masks": masks}
    assert_near(blocks(net.loss_and_gradients(**given, **asked)[1]), blocks(grads))
    asked = {"truncation": truncation, "masks": masks}
    compiled = RNN(cell, outputs=K, loops=CompiledLoops()).loss_and_gradients(**given, **asked)[1]
    assert_near(blocks(compiled), blocks(grads))


def test_a_layer_takes_masks():
    """As a network does."""
    cell = IN_LEVELS[0]
    given, masks = problem(cell), drawn_masks(cell)
    *weights, V, c = given["params"]
    layer = Layer(cell, NumPyLoops())
    outputs, _, saved = layer.forward(cell.weights(*weights), given["xs"], given["h0"], masks=masks)
    grads = layer.backward(saved, (outputs @ V.T + c - given["targets"]) @ V)
    want = RNN(cell, outputs=K).loss_and_gradients(**given, masks=masks)[1]
    assert_near(blocks(grads), [*want.params[:-2], want.xs, *want.state])


@pytest.mark.parametrize(
    ("cell", "losses"), [(IN_LEVELS[0], "every"), (IN_LEVELS[1], "last"), (IN_LEVELS[2], "every")], ids=str
)
def test_masks_are_of_records_that_end_early(cell, losses):
    """Each record has its own, whatever stands behind its end."""
    given, net = problem(cell, losses, len(LENGTHS)), RNN(cell, outputs=K, loops=NumPyLoops())
    masks = drawn_masks(cell, len(LENGTHS))
    for n, length in enumerate(LENGTHS):
        for mask in masks:
            mask[n, length:] = np.nan
    assert_as_if_alone(net, {**given, "masks": masks}, LENGTHS, Full())


OF_LENGTHS = [
    (cell, truncation, ("every", "last")[(i + j) % 2])
    for i, cell in enumerate(EACH)
    for j, truncation in enumerate([Full(), Window(2), Chunked(2), Chunked(2, 3)])
]
OF_LENGTHS += [(cell, Window(2), "every") for cell in ALONE]


@pytest.mark.parametrize(("cell", "truncation", "losses"), OF_LENGTHS, ids=str)
def test_each_record_is_as_if_alone(cell, truncation, losses):
    """The second direction begins at its own end; only stacked levels need Full()."""
    given, net = problem(cell, losses, len(LENGTHS)), RNN(cell, outputs=K, loops=NumPyLoops())
    if has_levels(cell) and cell.two_way and any(truncation.first(t, T) for t in range(T)):
        needed = "needed rnn.Full() with lengths, and levels of which one reads from the last step on"
        with pytest.raises(ValueError, match=re.escape(f"truncation: {truncation}, {needed}")):
            net.loss_and_gradients(**given, truncation=truncation, lengths=LENGTHS)
        if refuses(cell, truncation):
            return
        # Of records that all end at the last step none is another's.
        whole = [np.full(len(LENGTHS), T), None]
        one, other = (net.loss_and_gradients(**given, truncation=truncation, lengths=each) for each in whole)
        assert_near([one[0], *blocks(one[1])], [other[0], *blocks(other[1])])
        return
    grads = assert_as_if_alone(net, given, LENGTHS, truncation)
    asked = {"truncation": truncation, "lengths": LENGTHS, "checkpoints": Checkpoints(2)}
    assert_near(blocks(net.loss_and_gradients(**given, **asked)[1]), blocks(grads))
    assert_predictions_end(net, given, LENGTHS)


@pytest.mark.parametrize("truncation", [Full(), Window(1)], ids=str)
@pytest.mark.parametrize("cell", EACH, ids=str)
def test_last_states_are_of_the_last_step_of_each_direction(cell, truncation):
    """After x_0 for the second: the loss of that step, and no other, has its window."""
    given, layer = problem(cell), Layer(cell, NumPyLoops())
    rng = np.random.default_rng(2)
    weights, steps = cell.weights(*given["params"][:-2]), T
    outputs, final, saved = layer.forward(weights, given["xs"], given["h0"])
    d_state = tuple(rng.uniform(-1, 1, array.shape) for array in final)
    if refuses(cell, truncation):
        with pytest.raises(ValueError, match=WHOLE):
            layer.backward(saved, 0 * outputs, d_state, truncation)
        return
    grads = layer.backward(saved, 0 * outputs, d_state, truncation)
    total = None
    # Those of the first direction are taken at step T − 1, those of the second at step 0: T − 1 of its own.
    for back, t in ((False, steps - 1), (True, steps - 1 if type(cell) is BothEnds else 0)):
        if back and not recurrence("cell", cell).two_way:
            continue
        first, end = truncation.first(t, steps), steps - truncation.first(steps - 1 - t, steps)

        def loss(given, back=back, first=first, end=end):
            weights, xs, state = given
            live = lambda s, back: s < end if back else s >= first  # noqa: E731
            _, last = run(cell, list(weights), list(state), [xs[:, s] for s in range(steps)], live)
            own = [name.endswith("_reverse") == back for name in cell.state]
            return sum(anp.sum(h * d) for h, d, mine in zip(last, d_state, own, strict=True) if mine)

        of_weights, of_xs, of_state = grad(loss)((list(weights), given["xs"], list(given["h0"])))
        found = [*of_weights, of_xs, *of_state]
        total = found if total is None else [one + other for one, other in zip(total, found, strict=True)]
    assert_near([*grads.params, grads.xs, *grads.state], total)


def test_names_have_their_direction():
    """As those of PyTorch."""
    both = Stack(Bidirectional(LSTM(1, 2)), Bidirectional(GRU(4, 3)))
    assert both.weights._fields == (
        *("U_l0", "W_l0", "b_l0", "U_l0_reverse", "W_l0_reverse", "b_l0_reverse"),
        *("U_l1", "W_l1", "b_l1", "bn_l1", "U_l1_reverse", "W_l1_reverse", "b_l1_reverse", "bn_l1_reverse"),
    )
    assert both.state == (*("h_l0", "c_l0", "h_l0_reverse", "c_l0_reverse", "h_l1", "h_l1_reverse"),)
    assert (both.units, both.widths) == (6, (2, 2, 2, 2, 3, 3))


@pytest.mark.parametrize("cell", [EACH[3], EACH[6]], ids=str)
def test_it_is_pickled_and_shown_as_the_call_that_makes_it(cell):
    """And so are parameters of it."""
    assert eval(repr(cell)) == cell == pickle.loads(pickle.dumps(cell))
    params = RNN(cell, outputs=1).init(np.random.default_rng(0))
    again = pickle.loads(pickle.dumps(params))
    assert type(again) is cell.params
    assert all(one.tolist() == other.tolist() for one, other in zip(again, params, strict=True))
