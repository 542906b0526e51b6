"""Epochs, mini-batches, what is recorded, what stops a run; and that it learns."""

import copy
from dataclasses import dataclass, field
from fractions import Fraction
from io import StringIO

import numpy as np
import pytest

from rnn import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    BothEnds,
    Full,
    Stack,
    Tail,
    Vanilla,
    Window,
    identity,
    softmax_cross_entropy,
)
from rnn.data import Ragged, Records
from rnn.learning.dropout import dropout_masks
from rnn.optimisers import SGD, Adam, AdamW, ClipNorm, Constant, Cosine, StepDecay, Warmup
from rnn.training import EarlyStopping, Standing, by_epoch, courses, print_progress, rmse, train
from tests.rnn.refusals import of, refuse, table

NET = RNN(Vanilla(inputs=2, units=3), outputs=2)
RNG = np.random.default_rng(0)
PARAMS = NET.init(RNG)
DEEP = RNN(Stack(Vanilla(inputs=2, units=3), GRU(inputs=3, units=2)), outputs=2)
DATA = Records(RNG.standard_normal((7, 4, 2)), RNG.standard_normal((7, 2)))
UNSEEN = Records(RNG.standard_normal((3, 4, 2)), RNG.standard_normal((3, 2)))


@dataclass(frozen=True)
class WatchedNetwork(RNN):
    """A network that notes the workspace of each update."""

    workspaces: list = field(default_factory=list)

    def loss_and_gradients_of_checked(self, *given, workspace, **rest):
        """As the network's own, noted."""
        self.workspaces.append(workspace)
        return super().loss_and_gradients_of_checked(*given, workspace=workspace, **rest)


@pytest.mark.parametrize(("batch", "sizes"), [(1, {1}), (3, {3, 1}), (100, {7})])
def test_batches_of_one_size_share_a_workspace(batch, sizes):
    """One for the batches asked for, and one for what remains."""
    net = WatchedNetwork(NET.cell, NET.outputs)
    train(net, PARAMS, DATA, epochs=3, batch=batch, optimiser=SGD(Constant(1e-3)))
    assert len(net.workspaces) == 3 * -(-7 // batch)
    assert {workspace.size.xs[0] for workspace in net.workspaces} == sizes
    assert len(set(map(id, net.workspaces))) == len(sizes)


def test_callbacks_are_called_after_every_epoch():
    """With where the training stands, as in the history, before the first too; each in its turn."""
    reported = []
    given = {"epochs": 3, "batch": 2, "optimiser": SGD(Constant(0.1)), "callbacks": [reported.append]}
    params, history = train(NET, PARAMS, DATA, UNSEEN, **given)
    seen = [(each.epoch, each.train_loss, each.validation_loss) for each in reported]
    assert seen == list(zip(range(4), *history, strict=True))
    np.testing.assert_array_equal(reported[-1].params.W, params.W)
    assert reported[-1].state.done == 12


@pytest.mark.parametrize(("end", "kind"), [(0, bool), (2, np.bool_)])
def test_a_callback_can_end_the_training(end, kind):
    """By True, after all others have been called; what it stands at then is returned."""
    reported, given = [], {"batch": 3, "optimiser": SGD(Constant(0.1))}
    ends = (lambda standing: kind(standing.epoch == end), reported.append)
    params, history = train(NET, PARAMS, DATA, epochs=9, callbacks=ends, **given)
    assert [each.epoch for each in reported] == list(range(end + 1))
    assert (len(history.train), history.validation) == (end + 1, ())
    if end:
        wanted, _ = train(NET, PARAMS, DATA, epochs=end, **given)
        np.testing.assert_array_equal(params.W, wanted.W)


def test_progress_is_shown_at_once(monkeypatch):
    """Each line is flushed when it is whole, or a log file would hold none of them until it is closed."""

    class Log(StringIO):
        def flush(self):
            seen.append(self.getvalue())

    seen, log = [], Log()
    monkeypatch.setattr("sys.stderr", log)
    lines = [
        "epoch    0   sum of losses: train 101186   validation 0.25\n",
        "epoch   12   sum of losses: train 1e-09\n",
    ]
    print_progress(Standing(0, PARAMS, None, 101185.62, 0.25))
    print_progress(Standing(12, PARAMS, None, 1e-9, None))
    assert seen == [lines[0], "".join(lines)]


def test_what_is_given_is_left_alone():
    """Training writes into neither the parameters nor the data: read-only arrays of any float will do."""
    net, rng = RNN(Bidirectional(Vanilla(inputs=2, units=3)), outputs=2), np.random.default_rng(0)
    given = [*net.init(rng, "f4"), *(array.astype("f4") for array in (*DATA, *UNSEEN))]
    arrays = [array.copy() for array in given]
    for array in arrays:
        array.setflags(write=False)
    params = net.cell.params(*arrays[:-4])
    data, unseen = Records(*arrays[-4:-2]), Records(*arrays[-2:])
    new, _ = train(net, params, data, unseen, epochs=2, batch=2, optimiser=Adam(Cosine(0.1)), rng=rng)
    for array, before in zip(arrays, given, strict=True):
        np.testing.assert_array_equal(array, before)
    assert not np.array_equal(new.W, params.W)


def large(data, factor):
    """The same records with targets out of all proportion."""
    return Records(data.xs, data.targets * factor)


LINEAR = RNN(Vanilla(inputs=2, units=3, activation=identity), outputs=2)


@pytest.mark.parametrize(
    ("data", "unseen", "rate", "message"),
    [
        (large(DATA, 1e200), None, 0.1, "epoch 0 of 2, in training: loss: inf, needed finite numbers"),
        (DATA, large(UNSEEN, 1e200), 0.1, "epoch 0 of 2, in validation: loss: inf, needed finite numbers"),
        (DATA, None, 1e100, "epoch 1 of 2, a batch: loss: (inf|nan), needed finite numbers"),
        (large(DATA, 1e100), None, 1e300, r"epoch 1 of 2, a batch: params\.[UWbVc]: -?(inf|nan) at \(.*\), "),
    ],
)
def test_a_run_that_diverges_stops_and_says_when(data, unseen, rate, message):
    """As soon as a loss or a parameter is not finite, by the name of both and the epoch."""
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match=f"^{message}.*; a smaller rate"):
        train(LINEAR, PARAMS, data, unseen, epochs=2, batch=1, optimiser=SGD(Constant(rate)))


@pytest.mark.parametrize("dropout", [0.5, 0])
def test_an_update_drops_what_was_drawn_for_it(dropout):
    """Masks come from the generator, each update its own, after the order of the epoch; losses have none."""
    given = {"epochs": 2, "batch": 3, "optimiser": SGD(Constant(0.1)), "truncation": Window(1)}
    params = DEEP.init(np.random.default_rng(0))
    found, history = train(DEEP, params, DATA, rng=np.random.default_rng(1), dropout=dropout, **given)
    rng, updated, losses = np.random.default_rng(1), params, [DEEP.loss_value(params, *DATA)]
    for _ in range(2):
        order = rng.permutation(7)
        for own in (order[:3], order[3:6], order[6:]):
            xs, targets = DATA.xs[own], DATA.targets[own]
            masks = dropout_masks(rng, dropout, DEEP.handed_up, xs) if dropout else None
            grads = DEEP.loss_and_gradients(updated, xs, targets, truncation=Window(1), masks=masks)[1]
            pairs = zip(updated, grads.params, strict=True)
            updated = type(params)(*(block - 0.1 * grad for block, grad in pairs))
        losses.append(DEEP.loss_value(updated, *DATA))
    for got, want in zip(found, updated, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)
    np.testing.assert_allclose(history.train, losses, rtol=1e-12)


class Careless:
    """An optimiser of somebody else's, whose parameters overflow."""

    def start(self, params, updates=None):
        return None

    def update(self, params, grads, state):
        return params._replace(W=params.W * np.inf), state


def test_an_optimiser_of_ones_own_is_watched_too():
    """Its parameters are looked at after each update, for a network may hide that they are not finite."""
    message = r"^epoch 1 of 1, a batch: params\.W: -?inf at \(0, 0\), needed finite numbers"
    with pytest.raises(FloatingPointError, match=message):
        train(NET, PARAMS, DATA, epochs=1, batch=7, optimiser=Careless())


def test_a_sum_of_losses_may_overflow_where_none_of_them_does():
    """Each part of the data has a loss below the largest number, and all of them together have not."""
    data = Records(np.ones((130, 1, 2)), np.full((130, 2), 1.3e153))
    with pytest.raises(FloatingPointError, match=r"^epoch 0 of 1, in training: loss: inf"):
        train(NET, PARAMS, data, epochs=1, batch=10, optimiser=SGD(Constant(0.1)))


@pytest.mark.parametrize(
    ("predictions", "targets", "wanted"),
    [
        # √((3² + 4²) / 2), whatever the shape.
        (np.array([3.0, 4.0]), np.zeros(2), 12.5**0.5),
        (np.array([[3.0], [4.0]]), np.zeros((2, 1)), 12.5**0.5),
        # In eight bits they are −56 apart.
        (np.array([100], np.int8), np.array([-100], np.int8), 200),
        # In two bytes they are infinitely far apart.
        (np.array([6e4], np.float16), np.array([-6e4], np.float16), 12e4),
        ([1, 2], [1.0, 4.0], 2**0.5),
        (np.array([Fraction(1, 2), Fraction(3, 2)], object), np.zeros(2), (2.5 / 2) ** 0.5),
        # A difference that float64 has not, where there are longer floats.
        (np.ones(1, "g") + np.finfo("g").eps, np.ones(1, "g"), float(np.finfo("g").eps)),
        # Neither squares that vanish nor squares that overflow are seen.
        *(
            (np.array([size, 0.0]), np.zeros(2), pytest.approx(size / 2**0.5, rel=1e-15, abs=5e-324))
            for size in (5e-324, 1e-200, 1e200, 1.7e308)
        ),
    ],
)
def test_rmse_by_hand(predictions, targets, wanted):
    """Of whatever stands for real numbers."""
    assert rmse(predictions, targets) == wanted


def test_rmse_says_when_it_is_too_large():
    """Two numbers so far apart that no float holds it."""
    message = "^predictions: so far from the targets that the rmse is inf, needed numbers closer to them$"
    with pytest.raises(FloatingPointError, match=message):
        rmse(np.array([1.7e308]), np.array([-1.7e308]))


def standings(rng, epochs=4, **given):
    """A training by Adam, epoch by epoch."""
    chosen = {"batch": 3, "optimiser": Adam(Cosine(0.01)), **given}
    return by_epoch(NET, PARAMS, DATA, UNSEEN, epochs=epochs, rng=rng, **chosen)


@pytest.mark.parametrize(
    ("stop", "optimiser"),
    [
        (0, Adam(Cosine(0.01))),
        (3, SGD(StepDecay(0.01, 2, 0.5))),
        # Three updates an epoch: within the warm-up and after it.
        (1, AdamW(Warmup(Cosine(0.01), 4), ClipNorm(1.0))),
        (3, Adam(Warmup(StepDecay(0.01, 2), 8))),
    ],
    ids=str,
)
def test_going_on_is_never_having_stopped(stop, optimiser):
    """To the bit, from any epoch, with the generator as it was then."""
    rng, given = np.random.default_rng(1), {"optimiser": optimiser}
    for stopped in standings(rng, **given):
        if stopped.epoch == stop:
            kept = copy.deepcopy(rng)
            break
    on = list(standings(kept, after=stopped, **given))
    whole = list(standings(np.random.default_rng(1), **given))
    assert [each.epoch for each in on] == list(range(stop + 1, 5))
    for block, other in zip(on[-1].params, whole[-1].params, strict=True):
        np.testing.assert_array_equal(block, other)


def test_a_weight_counts_a_record_so_many_times():
    """In the updates and in the loss; in whole batches, in any order."""
    counts = np.array([2, 0, 1, 3, 1, 1, 0])
    repeated = Records(*(np.repeat(array, counts, axis=0) for array in DATA))
    given = {"epochs": 3, "batch": 8, "optimiser": SGD(Constant(0.01))}
    *_, weighed = by_epoch(NET, PARAMS, DATA, weights=counts.astype(float), rng=RNG, **given)
    *_, again = by_epoch(NET, PARAMS, repeated, **given)
    assert weighed.train_loss == pytest.approx(again.train_loss, rel=1e-12)
    for block, other in zip(weighed.params, again.params, strict=True):
        np.testing.assert_allclose(block, other, rtol=1e-10, atol=1e-14)


def course_of(*losses, early_stopping=None, after=None):
    """The courses of a training with these losses in validation, by an epoch's number as its parameters."""
    first = 0 if after is None else after.epoch + 1
    standings = [Standing(first + place, first + place, None, 9.0, loss) for place, loss in enumerate(losses)]
    return list(courses(iter(standings), early_stopping, after))


@pytest.mark.parametrize("epochs", [1, 2, 3])
def test_a_course_ends_when_nothing_becomes_better(epochs):
    """And has then ended for whoever goes on from it."""
    stopping = EarlyStopping(epochs)
    *_, course = found = course_of(5.0, 2.0, 2.0, *[3.0] * 9, early_stopping=stopping)
    assert [each.epoch for each in found] == list(range(epochs + 2))
    assert course.best_epoch == 1
    assert course.has_ended(stopping)
    assert not any(each.has_ended(stopping) for each in found[:-1])
    assert not course.has_ended(None)
    assert course_of(1.0, early_stopping=stopping, after=course) == []
    (on,) = course_of(1.0, after=course)
    assert (on.epoch, on.best_epoch) == (epochs + 2, epochs + 2)


def test_early_stopping_restores_the_best():
    """The parameters, to the bit, of a training that ended with the best epoch; the losses of all."""
    few, unseen = (Records(data.xs, data.xs[:, -1]) for data in (DATA, UNSEEN))

    def run(epochs, early_stopping=None):
        rng, optimiser = np.random.default_rng(0), Adam(Constant(0.03))
        given = {"epochs": epochs, "batch": 3, "optimiser": optimiser, "rng": rng}
        return train(NET, PARAMS, few, unseen, early_stopping=early_stopping, **given)

    params, history = run(500, EarlyStopping(4))
    best = history.best_epoch
    assert 0 < best < len(history.train) - 1 == best + 4 < 500
    shorter, losses = run(best)
    assert losses.validation == history.validation[: best + 1]
    for block, wanted in zip(params, shorter, strict=True):
        np.testing.assert_array_equal(block, wanted)


CLASSES = RNN(LSTM(inputs=2, units=3), outputs=3, loss=softmax_cross_entropy)
OF_CLASSES = CLASSES.init(np.random.default_rng(0))
# One class more often than another, and one that never occurs.
LABELS = {"last": np.array([0, 2, 0, 0, 2, 0, 0]), "every": np.outer([1, 0, 1, 1, 1, 1, 0], [0, 0, 2, 0])}
BY_NAME = {0: 0.25, 2: np.float32(3), np.int64(1): 7.0}


SOME = np.array([1.0, 2.0, 0.0, 0.5, 1.0, 3.0, 1.0])


@pytest.mark.parametrize(
    ("place", "weights", "class_weight", "batch"),
    [
        ("last", None, "balanced", 3),
        ("every", SOME, "balanced", 7),
        ("last", SOME, BY_NAME, 3),
        ("every", None, BY_NAME, 7),
        ("every", SOME, {2: 0.0}, 3),
        ("last", None, {}, 7),
    ],
    ids=str,
)
def test_a_class_weight_is_the_weight_of_each_of_its_losses(place, weights, class_weight, batch):
    """The updates are those of a network's own gradients with these weights, and so is the loss."""
    labels = LABELS[place]
    each = np.ones(7) if weights is None else weights
    each = each if place == "last" else np.repeat(each[:, np.newaxis], 4, axis=1)
    if class_weight == "balanced":
        sums = {name: each[labels == name].sum() for name in (0, 2)}
        factors = {name: each.sum() / (2 * sums[name]) for name in sums}
    else:
        factors = {name: float(class_weight.get(name, 1)) for name in (0, 2)}
    losses = each * np.where(labels == 0, factors[0], factors[2])
    given = {"epochs": 1, "batch": batch, "optimiser": SGD(Constant(0.1)), "truncation": Window(2)}
    given |= {"weights": weights, "class_weight": class_weight}
    params, history = train(CLASSES, OF_CLASSES, (DATA.xs, labels), (DATA.xs, labels), **given)
    expected = OF_CLASSES
    for start in range(0, 7, batch):
        own = slice(start, start + batch)
        _, grads = CLASSES.loss_and_gradients(
            expected, DATA.xs[own], labels[own], truncation=Window(2), weights=losses[own]
        )
        steps = zip(expected, grads.params, strict=True)
        expected = type(expected)(*(block - 0.1 * grad for block, grad in steps))
    for got, want in zip(params, expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-14)
    value = CLASSES.loss_value(expected, DATA.xs, labels, weights=losses)
    assert history.train[1] == pytest.approx(value, rel=1e-11)
    # Validation counts each once.
    assert history.validation[1] == pytest.approx(CLASSES.loss_value(expected, DATA.xs, labels), rel=1e-11)


LENGTHS = np.array([3, 1, 4, 2, 4, 1, 2])
BEHIND = np.arange(4) >= LENGTHS[:, np.newaxis]


def padded(array, number):
    """A copy with this number behind the ends of records, if there are steps."""
    array = array.copy()
    if array.shape[1:2] == (4,):
        array[BEHIND] = number
    return array


@pytest.mark.parametrize(
    ("net", "targets", "truncation"),
    [
        (NET, DATA.targets, Tail(1)),
        (DEEP, np.roll(DATA.xs, 1), Window(1)),
        (RNN(Bidirectional(LSTM(2, 3)), 3, softmax_cross_entropy), LABELS["every"], Full()),
        (RNN(BothEnds(GRU(2, 3)), 3, softmax_cross_entropy), LABELS["last"], Full()),
    ],
    ids=str,
)
@pytest.mark.parametrize("weights", [None, SOME], ids=["", "weights"])
def test_records_that_end_early_are_each_cut_off_there(net, targets, truncation, weights):
    """One at a time they train as what remains of each, with its losses, whatever the padding holds."""
    start, number = net.init(np.random.default_rng(1)), 2 if targets.dtype.kind == "i" else np.nan
    data = Ragged(padded(DATA.xs, np.nan), padded(targets, number), LENGTHS)
    of_steps = targets.shape[1:2] == (4,)
    cut = [
        (DATA.xs[n : n + 1, :length], targets[n : n + 1, :length] if of_steps else targets[n : n + 1])
        for n, length in enumerate(LENGTHS)
    ]
    given = {"epochs": 2, "optimiser": SGD(Constant(0.01)), "truncation": truncation}
    params, history = train(net, start, data, data, batch=1, weights=weights, **given)
    counts = np.ones(7) if weights is None else weights
    expected = start
    for n, record in [*enumerate(cut)] * 2:
        _, grads = net.loss_and_gradients(expected, *record, truncation=truncation, weights=counts[n : n + 1])
        steps = zip(expected, grads.params, strict=True)
        expected = type(expected)(*(block - 0.01 * grad for block, grad in steps))
    for got, want in zip(params, expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-14)
    losses = np.array([net.loss_value(params, *record) for record in cut])
    assert history.train[-1] == pytest.approx(losses @ counts, rel=1e-10)
    assert history.validation[-1] == pytest.approx(losses.sum(), rel=1e-10)


@pytest.mark.parametrize("place", ["last", "every"])
def test_classes_that_are_balanced_are_those_before_the_ends(place):
    """What stands behind an end is no class, and is counted as none."""
    labels, seen = LABELS[place], ~BEHIND if place == "every" else np.ones(7, bool)
    each = np.ones((7, 4)) * SOME[:, np.newaxis] if place == "every" else SOME
    sums = {name: each[(labels == name) & seen].sum() for name in (0, 2)}
    by_name = {name: each[seen].sum() / (2 * found) for name, found in sums.items()}
    given = {"epochs": 2, "batch": 3, "optimiser": SGD(Constant(0.1)), "weights": SOME}
    ended = Ragged(DATA.xs, padded(labels, 2), LENGTHS)
    one, other = (train(CLASSES, OF_CLASSES, ended, class_weight=w, **given) for w in ("balanced", by_name))
    np.testing.assert_allclose(one[1].train, other[1].train, rtol=1e-12)


def test_dropout_and_shuffling_leave_ends_to_their_records():
    """With both, in batches: what the padding holds changes no bit, and the lengths do."""
    found = {}
    for number, lengths in ((np.nan, LENGTHS), (7.0, LENGTHS), (7.0, LENGTHS[::-1])):
        data = Ragged(DATA.xs.copy(), DATA.targets, lengths)
        data.xs[np.arange(4) >= lengths[:, np.newaxis]] = number
        given = {"epochs": 2, "batch": 3, "optimiser": Adam(Constant(0.01)), "dropout": 0.5}
        rng = np.random.default_rng(0)
        params, history = train(DEEP, DEEP.init(np.random.default_rng(1)), data, data, rng=rng, **given)
        found[number, lengths[0]] = [block.tolist() for block in params], history
    assert found[np.nan, 3] == found[7.0, 3] != found[7.0, 2]


def test_without_any_weight_balance_is_nothing():
    """Nothing moves, and nothing is divided by zero."""
    given = {"epochs": 1, "batch": 3, "optimiser": SGD(Constant(0.1)), "weights": np.zeros(7)}
    new, history = train(CLASSES, OF_CLASSES, (DATA.xs, LABELS["last"]), class_weight="balanced", **given)
    assert history.train == (0, 0)
    np.testing.assert_array_equal(new.W, OF_CLASSES.W)


class Shards:
    """Batches of one's own: so many records each, whole batches in an order that is drawn."""

    def __init__(self, data, size):
        self.data, self.size = data, size

    def __len__(self):
        return -(-len(self.data.xs) // self.size)

    def epoch(self, rng):
        """One after another."""
        places = range(len(self)) if rng is None else rng.permutation(len(self))
        for place in places:
            own = slice(place * self.size, (place + 1) * self.size)
            yield tuple(array[own] for array in self.data)


@pytest.mark.parametrize(
    ("net", "params", "data", "size", "seed", "options"),
    [
        (NET, PARAMS, DATA, 3, None, {"optimiser": Adam(Cosine(0.01))}),
        (
            *(CLASSES, OF_CLASSES, Records(DATA.xs, LABELS["last"]), 1, 0),
            {"optimiser": SGD(Constant(0.1)), "class_weight": BY_NAME},
        ),
        (
            *(CLASSES, OF_CLASSES, Ragged(DATA.xs, LABELS["every"], LENGTHS), 3, None),
            {"optimiser": SGD(Constant(0.1)), "class_weight": BY_NAME},
        ),
    ],
    ids=["numbers", "classes", "records that end early"],
)
def test_batches_of_ones_own_are_those_of_arrays(net, params, data, size, seed, options):
    """The parameters to the bit, where records are taken in the same order, which may be drawn."""
    found = []
    for given in (
        {"train_data": Shards(data, size), "validation_data": Shards(data, 2)},
        {"train_data": data, "validation_data": data, "batch": size},
    ):
        rng = None if seed is None else np.random.default_rng(seed)
        found.append(train(net, params, **given, epochs=3, rng=rng, **options))
    (one, losses), (other, wanted) = found
    for block, want in zip(one, other, strict=True):
        np.testing.assert_array_equal(block, want)
    np.testing.assert_allclose(losses, wanted, rtol=1e-13)


@dataclass
class OwnBatches:
    """Batches that are given, and how many they say they are."""

    given: list
    count: int

    def __len__(self):
        return self.count

    def epoch(self, rng):
        """One after another."""
        yield from self.given


SIZES = [(1, 4), (2, 3), (2, 2)]


def test_batches_may_differ_in_records_and_steps():
    """Each is an update, and at most two sizes are held."""
    net = WatchedNetwork(NET.cell, NET.outputs)
    batches = [(DATA.xs[:records, :steps], DATA.targets[:records]) for records, steps in SIZES]
    params, history = train(net, PARAMS, OwnBatches(batches, 3), epochs=2, optimiser=SGD(Constant(0.01)))
    assert [workspace.size.xs[:2] for workspace in net.workspaces] == SIZES * 2
    # Of three in turn the one that is needed has just been let go.
    assert len(set(map(id, net.workspaces))) == 6
    expected = PARAMS
    for batch in batches * 2:
        _, grads = NET.loss_and_gradients(expected, *batch)
        steps = zip(expected, grads.params, strict=True)
        expected = type(expected)(*(block - 0.01 * grad for block, grad in steps))
    np.testing.assert_allclose(params.W, expected.W, rtol=1e-12)
    value = sum(NET.loss_value(params, *batch) for batch in batches)
    assert history.train[-1] == pytest.approx(value, rel=1e-12)


BY_SGD = {"epochs": 1, "optimiser": SGD(Constant(1e-3))}


@table(
    *of(
        lambda given: train(NET, PARAMS, OwnBatches(*given), **BY_SGD),
        # Or the schedule would span another run.
        (([DATA] * 3, 2), ValueError, "train_data: more than 2 batches, needed as many as its len$"),
        *(
            (([DATA] * 4, count), ValueError, f"train_data: 4 batches, needed {count}, as many as its len$")
            for count in (5, 2**40)
        ),
        (([DATA, DATA.xs], 2), TypeError, "train_data[1]: ndarray, needed a pair (xs, targets)"),
        (
            ([DATA, (DATA.xs.astype("f4"), DATA.targets)], 2),
            TypeError,
            "train_data[1].xs: dtype float32, need",
        ),
    ),
    *of(
        lambda batch: train(NET, PARAMS, Shards(DATA, 3), OwnBatches([DATA, batch], 2), **BY_SGD),
        ((DATA.xs, DATA.targets[:3]), ValueError, "validation_data[1].targets: shape (3, 2), needed"),
    ),
)
def test_batches_that_are_not_what_they_say_are_refused_when_they_come(call, error, said):
    """Too many, too few, or one that does not fit, by the name of the data and its place."""
    refuse(call, error, said)
