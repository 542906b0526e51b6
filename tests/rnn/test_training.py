"""Epochs, mini-batches, what is recorded, what stops a run; and that it learns."""

import re
from dataclasses import dataclass, field
from io import StringIO

import numpy as np
import pytest

from rnn import RNN, Full, Vanilla, Window, identity
from rnn.data import Records, sine_wave, split, windows
from rnn.generation import free_run
from rnn.optimisers import SGD, Adam, ClipNorm, Constant, Cosine
from rnn.training import History, print_progress, rmse, train

NET = RNN(Vanilla(inputs=2, units=3), outputs=2)
RNG = np.random.default_rng(0)
PARAMS = NET.init(RNG)
DATA = Records(RNG.standard_normal((7, 4, 2)), RNG.standard_normal((7, 2)))
UNSEEN = Records(RNG.standard_normal((3, 4, 2)), RNG.standard_normal((3, 2)))
BY_STEP = Records(DATA.xs, RNG.standard_normal((7, 4, 2)))


@dataclass(frozen=True)
class Watched(RNN):
    """A network that notes the records of each update, by their first input, and its workspace."""

    seen: list = field(default_factory=list)
    workspaces: list = field(default_factory=list)

    def loss_and_gradients_of_checked(self, params, xs, *others, workspace):
        """As the network's own, noted."""
        self.seen.append(xs[:, 0, 0].tolist())
        self.workspaces.append(workspace)
        return super().loss_and_gradients_of_checked(params, xs, *others, workspace=workspace)


@dataclass(frozen=True)
class Spanning:
    """A schedule that notes the run that it was asked to span."""

    runs: list = field(default_factory=list)

    def rate_at(self, done, total):
        """A tenth, noted."""
        self.runs.append((done, total))
        return 0.1


def test_records_in_their_order_one_at_a_time():
    """Without an rng and in batches of one, training is the article's plain double loop."""
    params, history = train(
        NET,
        PARAMS,
        DATA,
        UNSEEN,
        epochs=2,
        batch=1,
        optimiser=SGD(Constant(0.1)),
        truncation=Window(1),
    )
    expected = PARAMS
    losses = [(NET.loss_value(PARAMS, *DATA), NET.loss_value(PARAMS, *UNSEEN))]
    for _ in range(2):
        for n in range(7):
            one = slice(n, n + 1)
            _, grads = NET.loss_and_gradients(expected, DATA.xs[one], DATA.targets[one], truncation=Window(1))
            steps = zip(expected, grads.params, strict=True)
            expected = type(expected)(*(block - 0.1 * grad for block, grad in steps))
        losses.append((NET.loss_value(expected, *DATA), NET.loss_value(expected, *UNSEEN)))
    for got, want in zip(params, expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)
    np.testing.assert_allclose(np.transpose(history), losses, rtol=1e-12)


@pytest.mark.parametrize("batch", [1, 3, 7, 100])
@pytest.mark.parametrize("seed", [None, 0])
def test_an_epoch_takes_every_record_once(batch, seed):
    """In batches of the size asked for, but for the last; shuffled anew by an rng, in order without."""
    net = Watched(NET.cell, NET.outputs)
    rng = None if seed is None else np.random.default_rng(seed)
    optimiser = SGD(Constant(1e-3))
    train(net, PARAMS, DATA, epochs=3, batch=batch, optimiser=optimiser, rng=rng)
    records = DATA.xs[:, 0, 0].tolist()
    per_epoch = -(-7 // batch)
    assert len(net.seen) == 3 * per_epoch
    orders = []
    for epoch in range(3):
        batches = net.seen[epoch * per_epoch : (epoch + 1) * per_epoch]
        assert [len(part) for part in batches[:-1]] == [batch] * (per_epoch - 1)
        orders.append([record for part in batches for record in part])
        assert sorted(orders[-1]) == sorted(records)
    if seed is None:
        assert orders == [records] * 3
    else:
        assert len({tuple(order) for order in (*orders, records)}) == 4


@pytest.mark.parametrize(("batch", "sizes"), [(1, {1}), (3, {3, 1}), (7, {7}), (100, {7})])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_batches_of_one_size_share_a_workspace(batch, sizes, dtype):
    """One for the batches asked for, and one for what remains."""
    net = Watched(NET.cell, NET.outputs)
    params, data = (
        net.init(np.random.default_rng(0), dtype),
        Records(*(array.astype(dtype) for array in DATA)),
    )
    train(net, params, data, epochs=2, batch=batch, optimiser=SGD(Constant(1e-3)))
    used = {id(workspace): workspace.size for workspace in net.workspaces}
    assert sorted(size.xs[0] for size in used.values()) == sorted(sizes)
    assert [workspace.size.xs[0] for workspace in net.workspaces] == [len(part) for part in net.seen]


def test_inputs_stay_with_their_targets():
    """Shuffling moves both: with one batch of all records the order makes no difference."""
    runs = [
        train(NET, PARAMS, data, epochs=2, batch=7, optimiser=Adam(Constant(0.1)), rng=rng)[0]
        for data in (DATA, BY_STEP)
        for rng in (None, np.random.default_rng(3))
    ]
    for ordered, shuffled in (runs[:2], runs[2:]):
        for got, want in zip(shuffled, ordered, strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-9)


def test_the_rng_alone_decides_a_run():
    """The same seed gives the same parameters to the last bit, another seed others."""
    first, again, other = (
        train(
            NET,
            PARAMS,
            DATA,
            epochs=2,
            batch=2,
            optimiser=SGD(Constant(0.1)),
            rng=np.random.default_rng(seed),
        )[0]
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.W, again.W)
    assert not np.array_equal(first.W, other.W)


@pytest.mark.parametrize("data", [DATA, BY_STEP])
def test_history_is_the_loss_before_and_after_every_epoch(data):
    """Entry 0 belongs to the given parameters, the last to the returned ones; both are sums."""
    params, history = train(NET, PARAMS, data, data, epochs=4, batch=3, optimiser=SGD(Constant(0.05)))
    assert len(history.train) == 5
    assert history.train == history.validation
    assert history.train[0] == pytest.approx(NET.loss_value(PARAMS, *data), rel=1e-12)
    assert history.train[-1] == pytest.approx(NET.loss_value(params, *data), rel=1e-12)
    assert all(isinstance(loss, float) for loss in history.train)


def test_without_validation_data_there_is_no_validation():
    """The history holds training losses alone, and progress is told None."""
    told = []
    _, history = train(
        NET,
        PARAMS,
        DATA,
        epochs=1,
        batch=7,
        optimiser=SGD(Constant(0.1)),
        progress=lambda *losses: told.append(losses),
    )
    assert history.validation == ()
    assert told == [(epoch, loss, None) for epoch, loss in enumerate(history.train)]


def test_progress_is_told_of_every_epoch():
    """The same numbers as in the history, epoch 0 among them."""
    told = []
    _, history = train(
        NET,
        PARAMS,
        DATA,
        UNSEEN,
        epochs=3,
        batch=2,
        optimiser=SGD(Constant(0.1)),
        progress=lambda *losses: told.append(losses),
    )
    assert told == list(zip(range(4), *history, strict=True))


def test_progress_is_printed_to_standard_error(capsys):
    """One line an epoch, with the validation loss where there is one; standard output stays clean."""
    print_progress(0, 101185.62, 0.25)
    print_progress(12, 1e-9, None)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "epoch    0   train 101186   validation 0.25",
        "epoch   12   train 1e-09",
    ]


def test_progress_is_shown_at_once(monkeypatch):
    """Each line is flushed when it is whole, or a log file would hold none of them until it is closed."""

    class Log(StringIO):
        def flush(self):
            seen.append(self.getvalue())

    seen, log = [], Log()
    monkeypatch.setattr("sys.stderr", log)
    print_progress(12, 1e-9, None)
    assert seen == ["epoch   12   train 1e-09\n"]


@pytest.mark.parametrize(("batch", "updates"), [(1, 14), (3, 6), (7, 2), (8, 2)])
def test_the_schedule_spans_the_run(batch, updates):
    """Epochs times batches, ragged ones included: the caller has nothing to count."""
    schedule = Spanning()
    train(NET, PARAMS, DATA, epochs=2, batch=batch, optimiser=SGD(schedule))
    assert schedule.runs == [(0, updates), *((done, updates) for done in range(updates))]


def test_truncation_reaches_the_network():
    """A window of no jumps trains otherwise than the whole sequence, which is the default."""
    full, default, window = (
        train(NET, PARAMS, DATA, epochs=1, batch=7, optimiser=SGD(Constant(0.1)), **how)[0].W
        for how in ({"truncation": Full()}, {}, {"truncation": Window(0)})
    )
    np.testing.assert_array_equal(full, default)
    assert not np.array_equal(full, window)


def test_what_is_given_is_left_alone():
    """Training writes into neither the parameters nor the data: read-only arrays will do."""
    params = PARAMS._replace()
    arrays = [array.copy() for array in (*PARAMS, *DATA, *UNSEEN)]
    for array in arrays:
        array.setflags(write=False)
    params = type(PARAMS)(*arrays[:5])
    data, unseen = Records(*arrays[5:7]), Records(*arrays[7:])
    rng = np.random.default_rng(0)
    new, _ = train(NET, params, data, unseen, epochs=2, batch=2, optimiser=Adam(Cosine(0.1)), rng=rng)
    for array, before in zip(arrays, (*PARAMS, *DATA, *UNSEEN), strict=True):
        np.testing.assert_array_equal(array, before)
    assert not np.array_equal(new.W, params.W)


def test_many_records_are_evaluated_in_parts():
    """The loss over more records than go through the network at once is still the sum over all."""
    rng = np.random.default_rng(0)
    data = Records(rng.standard_normal((600, 2, 2)), rng.standard_normal((600, 2)))
    _, history = train(NET, PARAMS, data, epochs=1, batch=600, optimiser=SGD(Constant(1e-9)))
    assert history.train[0] == pytest.approx(NET.loss_value(PARAMS, *data), rel=1e-12)


def large(data, factor):
    """The same records with targets out of all proportion."""
    return Records(data.xs, data.targets * factor)


LINEAR = RNN(Vanilla(inputs=2, units=3, activation=identity), outputs=2)


@pytest.mark.parametrize(
    ("data", "unseen", "rate", "message"),
    [
        (large(DATA, 1e200), None, 0.1, "epoch 0 of 2: the loss in training is not finite"),
        (DATA, large(UNSEEN, 1e200), 0.1, "epoch 0 of 2: the loss in validation is not finite"),
        (DATA, None, 1e100, "epoch 1 of 2: the loss of a batch is not finite; a smaller rate"),
        (large(DATA, 1e100), None, 1e300, r"epoch 1 of 2: params\.[UWbVc] is not finite"),
    ],
)
def test_a_run_that_diverges_stops_and_says_when(data, unseen, rate, message):
    """As soon as a loss or a parameter is not finite, by the name of both and the epoch."""
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match=message):
        train(LINEAR, PARAMS, data, unseen, epochs=2, batch=1, optimiser=SGD(Constant(rate)))


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs: 0, needed at least 1"),
        ({"epochs": 1.5}, TypeError, "epochs: 1.5, needed an integer"),
        ({"batch": 0}, ValueError, "batch: 0, needed at least 1"),
        ({"batch": None}, TypeError, "batch: None, needed an integer"),
        ({"rng": 0}, TypeError, "rng: int, needed a numpy.random.Generator or None"),
        ({"truncation": 3}, TypeError, "truncation: 3, needed a hashable policy"),
        (
            {"optimiser": 3},
            TypeError,
            r"optimiser: 3, needed one, as rnn.optimisers.SGD\(Constant\(0.01\)\)$",
        ),
        ({"optimiser": SGD}, TypeError, "optimiser: <class 'rnn.optimisers.SGD'>, needed one"),
        ({"params": ()}, TypeError, "params: tuple of 0, needed the five arrays of rnn.Params"),
        ({"params": PARAMS._replace(c=np.ones(5))}, ValueError, r"params.c: shape \(5,\), needed \(2,\)"),
        ({"train_data": DATA.xs}, TypeError, "train_data: ndarray, needed a pair"),
        (
            {"train_data": (DATA.xs[:, :, :1], DATA.targets)},
            ValueError,
            r"train_data.xs: shape \(7, 4, 1\), needed \(N, T, 2\)",
        ),
        (
            {"train_data": (DATA.xs, DATA.targets[:, :1])},
            ValueError,
            r"train_data.targets: shape \(7, 1\), needed \(7, 4, 2\) or \(7, 2\)$",
        ),
        (
            {"validation_data": (UNSEEN.xs, DATA.targets)},
            ValueError,
            r"validation_data.targets: shape \(7, 2\), needed \(3, 4, 2\) or \(3, 2\)$",
        ),
        (
            {"validation_data": Records(*(array.astype(np.float32) for array in UNSEEN))},
            TypeError,
            "validation_data.xs: dtype float32, needed float64",
        ),
    ],
)
def test_what_does_not_fit_is_refused_before_any_work(given, error, message):
    """The message names the argument, what was given and what is needed, and nothing was trained."""
    told = []
    arguments = {
        "params": PARAMS,
        "train_data": DATA,
        "epochs": 1,
        "batch": 1,
        "optimiser": SGD(Constant(0.1)),
        "progress": lambda *losses: told.append(losses),
    }
    with pytest.raises(error, match=message):
        train(NET, **(arguments | given))
    assert told == []


def test_history_is_two_tuples():
    """It unpacks into training and validation."""
    losses, validation = History((2.0, 1.0), ())
    assert losses == (2.0, 1.0)
    assert validation == ()


def test_rmse_by_hand():
    """√((3² + 4²) / 2), whatever the shape."""
    assert rmse(np.array([3.0, 4.0]), np.zeros(2)) == 12.5**0.5
    assert rmse(np.array([[3.0], [4.0]]), np.zeros((2, 1))) == 12.5**0.5


@pytest.mark.parametrize(
    ("predictions", "targets"),
    [(np.ones((2, 1)), np.ones(2)), (np.ones(2), np.ones(3)), (np.ones(0), np.ones(0))],
)
def test_rmse_broadcasts_nothing(predictions, targets):
    """Shapes that NumPy would combine, (N, 1) with (N,) among them, are refused, and so is nothing."""
    message = (
        f"predictions: shape {predictions.shape}, needed that of the targets, {targets.shape}, "
        "with at least one entry"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        rmse(predictions, targets)


def test_a_small_network_learns_the_sine():
    """Trained for a second on the article's windows, it foretells the sine, and continues it by itself."""
    learnt, unseen = split(windows(sine_wave(200), 50), train=100)
    net = RNN(Vanilla(inputs=1, units=20), outputs=1)
    rng = np.random.default_rng(0)
    params, history = train(
        net,
        net.init(rng),
        learnt,
        unseen,
        epochs=25,
        batch=5,
        optimiser=Adam(Cosine(1e-2), clip=ClipNorm(1.0)),
        truncation=Window(5),
        rng=rng,
    )
    assert history.train[-1] < history.train[0] / 1000
    assert rmse(net.predict(params, unseen.xs)[:, -1], unseen.targets) < 0.02
    run = free_run(net, params, unseen.xs[-1:], 20)
    assert rmse(run[0, :, 0], np.sin(np.arange(199.0, 219.0))) < 0.1
