"""Training: epochs over mini-batches, and the losses along the way.

::

    train_data, validation_data = split(windows(sine_wave(200), 50), train=100)
    net = RNN(Vanilla(inputs=1, units=100), outputs=1)
    rng = np.random.default_rng(0)
    params, history = train(
        net, net.init(rng), train_data, validation_data, epochs=25, batch=5, rng=rng,
        optimiser=Adam(Cosine(2e-3), clip=ClipNorm(1.0)), truncation=Window(5),
    )

An epoch takes every record once. The gradient of an update is the network's own: of the loss *summed*
over the records of the mini-batch, so rates and clipping limits are for a sum. A batch of k records
then moves the parameters about as far as k updates by one record each, and a rate that suits one
record suits a few. Adam is indifferent to the scale.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from typing import Any, Generic, NamedTuple, TypeAlias

import numpy as np

from rnn.calls.gradients import check_gradients
from rnn.calls.lengths import Ends, own_reach
from rnn.common.arrays import FRACTIONS, Array, as_array, check_finite, check_result, checked
from rnn.common.checks import checked_count, checked_number, cut, kind_of, offers, shown
from rnn.common.parameters import Blocks
from rnn.data import Batches, Data, Ragged
from rnn.learning.batches import Fit, FromArrays, Source, learnt_from, validated_by
from rnn.learning.blocks import names
from rnn.learning.classes import ClassWeight
from rnn.learning.dropout import checked_dropout, dropout_masks
from rnn.learning.sizes import root_mean_square
from rnn.learning.stopping import EarlyStopping
from rnn.network import RNN, check_network
from rnn.optimisers import Optimiser, State
from rnn.through_time.recurrence import recurrence
from rnn.through_time.workspace import Workspace
from rnn.truncation import Full, Truncation, check_truncation

__all__ = [
    "Callback",
    "EarlyStopping",
    "History",
    "Standing",
    "by_epoch",
    "print_progress",
    "rmse",
    "train",
]

# Sizes of batches whose workspaces are held: that which was asked for, and what remains.
_ROOMS = 2


class Standing(NamedTuple, Generic[Blocks]):
    """The state of a training run after ``epoch`` epochs: with its generator's, all that resuming needs.

    ``state`` is the optimiser's. The losses are summed over records and steps; ``validation_loss`` is None
    where there is nothing to validate with.
    """

    epoch: int
    params: Blocks
    state: State
    train_loss: float
    validation_loss: float | None


Callback: TypeAlias = Callable[[Standing], object]
"""Called with where the training stands after each epoch; one that returns True ends it there."""


class History(NamedTuple):
    """The losses, each a sum over records and steps: entry e is that after e epochs, entry 0 the first.

    ``validation`` is empty where there was nothing to validate with.
    """

    train: tuple[float, ...]
    validation: tuple[float, ...]

    @property
    def best_epoch(self) -> int | None:
        """The epoch with the lowest loss in validation, the first of equals; None without validation."""
        return self.validation.index(min(self.validation)) if self.validation else None


@dataclass(frozen=True, eq=False)
class Learnt:
    """After some epochs: the losses by epoch, as in ``History``, and the best parameters.

    Those are the first with the lowest loss in validation, and the last ones where nothing validates.
    """

    train: tuple[float, ...]
    validation: tuple[float, ...]
    best: Any
    best_epoch: int

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.train) - 1

    def has_ended(self, early_stopping: EarlyStopping | None) -> bool:
        """Has it been stopped early?"""
        return early_stopping is not None and early_stopping.ends(self.validation)


@dataclass(frozen=True, eq=False)
class Course(Learnt):
    """A training that goes on, and where it stands."""

    standing: Standing


def train(
    net: RNN,
    params: Blocks,
    train_data: Data | Batches,
    validation_data: Data | Batches | None = None,
    *,
    epochs: int,
    batch: int | None = None,
    optimiser: Optimiser,
    truncation: Truncation = Full(),
    rng: np.random.Generator | None = None,
    dropout: float = 0.0,
    weights: Array | None = None,
    class_weight: ClassWeight = None,
    early_stopping: EarlyStopping | None = None,
    callbacks: Sequence[Callback] = (),
) -> tuple[Blocks, History]:
    """``params`` after ``epochs`` epochs over ``train_data``, and the losses along the way.

    The data are pairs (xs, targets), as in ``rnn.data.Records``, or, where records end early, (xs, targets,
    lengths), as in ``rnn.data.Ragged``; every record starts from a zero state. ``epochs`` and ``batch`` count
    from 1, and an epoch's last batch is what remains. Arrays may be mapped from a file that is larger than
    the memory, but those with lengths are copied. Instead of arrays there may be ``rnn.data.Batches``,
    without ``batch``. ``optimiser``: one of ``rnn.optimisers``, whose schedule spans all updates of the run.
    ``truncation``: how far back each loss reaches. ``rng`` shuffles the records anew for every epoch; without
    it they are taken in their order.

    ``dropout``, for a ``Stack``: the probability with which each number that one level passes to the next is
    set to 0 in an update; the others are divided by 1 − ``dropout``. It needs ``rng``, from which it is
    drawn. The reported losses are without it, like predictions. It is refused if there is one level.

    ``weights`` (N,), 0 or more, multiply the loss of each training record, and ``class_weight`` that of each
    class: a dict from classes to numbers, by default 1, or "balanced", which gives all classes that occur the
    same total weight. It is for a ``ClassLoss``, and multiplies the weights. Validation counts each loss
    once.

    ``early_stopping`` needs ``validation_data``: it may end the run sooner, and the parameters are then those
    after ``history.best_epoch``. Each of the ``callbacks``, such as ``print_progress``, is called with the
    ``Standing`` after every epoch, and before the first with that of epoch 0; if it returns True, the run
    ends. The arrays of a batch's gradient are kept from batch to batch (``rnn.Workspace``), and also those of
    the last batch if it is smaller.

    Raises TypeError or ValueError, with the argument's name, for an argument that does not fit, before any
    work, or for one of your own batches when it comes; FloatingPointError, with the epoch, as soon as a loss
    or a parameter is not finite.
    """
    callbacks = _checked_callbacks(callbacks)
    _check_early_stopping(early_stopping, validation_data)
    standings = by_epoch(
        net,
        params,
        train_data,
        validation_data,
        epochs=epochs,
        batch=batch,
        optimiser=optimiser,
        truncation=truncation,
        rng=rng,
        dropout=dropout,
        weights=weights,
        class_weight=class_weight,
    )
    for course in courses(standings, early_stopping):
        if call_each(callbacks, course.standing):
            break
    params = course.standing.params if early_stopping is None else course.best
    return params, History(course.train, course.validation)


def call_each(callbacks: Iterable[Callback], standing: Standing) -> bool:
    """Call each, and say whether one of them ends the training."""
    answers = [callback(standing) for callback in callbacks]
    return any(isinstance(answer, bool | np.bool_) and bool(answer) for answer in answers)


def _checked_callbacks(callbacks: object) -> tuple[Callback, ...]:
    """As a tuple, or a TypeError."""
    found = tuple(callbacks) if isinstance(callbacks, list | tuple) else (None,)
    for callback in found:
        if not offers(callback, "__call__"):
            given = shown(callback) if isinstance(callbacks, list | tuple) else shown(callbacks)
            raise TypeError(f"callbacks: {given}, needed functions, as [rnn.training.print_progress]")
    return found


def _check_early_stopping(early_stopping: object, validation_data: object) -> None:
    """TypeError for what is no ``EarlyStopping``, ValueError for one without losses to stop by."""
    if early_stopping is None:
        return
    if not isinstance(early_stopping, EarlyStopping):
        raise TypeError(
            f"early_stopping: {shown(early_stopping)}, needed an rnn.training.EarlyStopping or None"
        )
    if validation_data is None:
        raise ValueError("validation_data: None, needed records whose loss early_stopping can watch")


def courses(
    standings: Iterable[Standing], early_stopping: EarlyStopping | None, after: Course | None = None
) -> Iterator[Course]:
    """The course of a training after each of its ``standings``, until it is stopped early.

    ``after`` goes on from a course whose next standing is the first of these.
    """
    course, rest = after, iter(standings)
    while course is None or not course.has_ended(early_stopping):
        standing = next(rest, None)
        if standing is None:
            return
        course = _advanced(course, standing)
        yield course


def _advanced(course: Course | None, standing: Standing) -> Course:
    """The course with one more epoch, or the first."""
    train, validation = ((), ()) if course is None else (course.train, course.validation)
    best, best_epoch, loss = standing.params, standing.epoch, standing.validation_loss
    if course is not None and loss is not None and not loss < validation[course.best_epoch]:
        best, best_epoch = course.best, course.best_epoch
    also = () if loss is None else (loss,)
    return Course((*train, standing.train_loss), (*validation, *also), best, best_epoch, standing)


def by_epoch(
    net: RNN,
    params: Blocks,
    train_data: Data | Batches,
    validation_data: Data | Batches | None = None,
    *,
    epochs: int,
    batch: int | None = None,
    optimiser: Optimiser,
    truncation: Truncation = Full(),
    rng: np.random.Generator | None = None,
    dropout: float = 0.0,
    weights: Array | None = None,
    class_weight: ClassWeight = None,
    after: Standing[Blocks] | None = None,
) -> Iterator[Standing[Blocks]]:
    """``train``, epoch by epoch: yields the ``Standing`` after each, from epoch 0 on, before any update.

    The run stops when no further epoch is requested. ``after`` resumes from a ``Standing``, with ``rng`` in
    the state that it had then: the parameters are the same to the bit as without the stop.

    Raises as ``train``, and TypeError for an ``after`` that is no ``Standing``.
    """
    check_network(net)
    epochs = checked_count("epochs", epochs, 1)
    check_truncation(truncation)
    if rng is not None and not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng: {kind_of(rng)}, needed a numpy.random.Generator or None")
    dropout = checked_dropout(dropout, net.handed_up)
    if dropout and rng is None:
        raise ValueError("rng: None, needed a numpy.random.Generator, from which dropout is drawn")
    if not offers(optimiser, "start", "update"):
        raise TypeError(f"optimiser: {shown(optimiser)}, needed one, as rnn.optimisers.SGD(Constant(0.01))")
    if after is not None and not isinstance(after, Standing):
        raise TypeError(f"after: {kind_of(after)}, needed what by_epoch yielded, or None")
    params = net.checked_params(params if after is None else after.params)
    fits = Fit(net.cell.inputs, net.outputs, params[0].dtype, net.loss)
    data = learnt_from(train_data, fits, batch, weights, class_weight)
    if isinstance(data, FromArrays) and isinstance(data.data, Ragged):
        _check_reach(truncation, net, data.data)
    unseen = None if validation_data is None else validated_by(validation_data, fits)
    run = _Run(net, data, unseen, epochs, optimiser, truncation, rng, dropout)
    state = optimiser.start(params, updates=epochs * len(data))
    return (
        _standings(run, params, state) if after is None else _standings(run, params, after.state, after.epoch)
    )


def _check_reach(truncation: Truncation, net: RNN, records: Ragged) -> None:
    """ValueError, as of a gradient, for a truncation that cannot be that of every record alone."""
    of_last_step = records.targets.ndim == 1 + net.loss.target_axes
    own = recurrence("net.cell", net.cell)
    own_reach(truncation, Ends.of(records.lengths), records.xs.shape[1], of_last_step, own)


class _Run(NamedTuple):
    """The arguments of ``by_epoch``, checked."""

    net: RNN
    data: Source
    unseen: Source | None
    epochs: int
    optimiser: Optimiser
    truncation: Truncation
    rng: np.random.Generator | None
    dropout: float

    def masks(self, xs: Array) -> tuple[Array, ...]:
        """What dropout makes of what levels hand up, for one update by these records."""
        if not self.dropout or self.rng is None:
            return ()
        return dropout_masks(self.rng, self.dropout, self.net.handed_up, xs)


def _standings(run: _Run, params: Blocks, state: State, done: int = -1) -> Iterator[Standing[Blocks]]:
    """Every standing after the epoch ``done``."""
    net = run.net
    rooms: dict[tuple[int, int], Workspace] = {}
    for epoch in range(done + 1, run.epochs + 1):
        where = f"epoch {epoch} of {run.epochs}"
        for part in run.data.epoch(run.rng) if epoch > 0 else ():
            # The data were checked, and the parameters are after each update.
            room = _room(rooms, net, part.xs)
            with _saying_where(f"{where}, a batch"):
                value, grads = net.loss_and_gradients_of_checked(
                    params,
                    part.xs,
                    part.targets,
                    None,
                    run.truncation,
                    workspace=room,
                    lengths=part.lengths,
                    weights=part.weights,
                    masks=run.masks(part.xs),
                )
                check_gradients(value, grads)
                params, state = run.optimiser.update(params, grads.params, state)
                for name, block in zip(names(params), params, strict=True):
                    check_result(f"params.{name}", block)
        with _saying_where(f"{where}, in training"):
            train_loss = _loss(net, params, run.data)
        with _saying_where(f"{where}, in validation"):
            validation_loss = None if run.unseen is None else _loss(net, params, run.unseen)
        yield Standing(epoch, params, state, train_loss, validation_loss)


def _room(rooms: dict[tuple[int, int], Workspace], net: RNN, xs: Array) -> Workspace:
    """The workspace for batches of this size, held in ``rooms`` beside the last one of another."""
    size = len(xs), xs.shape[1]
    if size not in rooms:
        if len(rooms) == _ROOMS:
            rooms.pop(next(iter(rooms)))
        rooms[size] = net.workspace(len(xs), xs.shape[1], xs.dtype)
    return rooms[size]


def print_progress(standing: Standing) -> None:
    """One line to standard error: the epoch and its losses, summed over records and steps.

    Raises TypeError or ValueError for an epoch that is no count, or losses that are no numbers.
    """
    if not isinstance(standing, Standing):
        raise TypeError(f"standing: {kind_of(standing)}, needed the Standing that by_epoch yields")
    epoch, validation_loss = checked_count("standing.epoch", standing.epoch, 0), standing.validation_loss
    train_loss = checked_number("standing.train_loss", standing.train_loss)
    line = f"epoch {epoch:4}   sum of losses: train {train_loss:.6g}"
    if validation_loss is not None:
        line += f"   validation {checked_number('standing.validation_loss', validation_loss):.6g}"
    print(line, file=sys.stderr, flush=True)


def rmse(predictions: Array, targets: Array) -> float:
    """The root of the mean squared difference, over every entry of two arrays of one shape.

    Integers and Fractions count as floats, and it is computed in float64 or wider.

    Raises TypeError for what is no array of real numbers, ValueError where the shapes differ or hold no
    entry and for entries that are not finite, FloatingPointError where the result is too large for a float.

    >>> rmse(np.array([1.0, 5.0]), np.array([1.0, 2.0])) == (9 / 2) ** 0.5
    True
    """
    predictions, targets = _as_floats("predictions", predictions), _as_floats("targets", targets)
    if predictions.shape != targets.shape or predictions.size == 0:
        given, needed = cut(str(predictions.shape)), cut(str(targets.shape))
        raise ValueError(
            f"predictions: shape {given}, needed that of the targets, {needed}, with at least one entry"
        )
    with np.errstate(all="ignore"):
        value = float(root_mean_square(predictions - targets))
    if not isfinite(value):
        raise FloatingPointError(
            f"predictions: so far from the targets that the rmse is {value}, needed numbers closer to them"
        )
    return value


def _as_floats(name: str, value: object) -> Array:
    """Real numbers as float64 or longdouble, or an error that says what is wrong with them."""
    array = as_array(name, value)
    if array.dtype == FRACTIONS:
        array = checked(name, array, array.shape)
    elif array.dtype.kind not in "iuf":
        raise TypeError(f"{name}: dtype {cut(str(array.dtype))}, needed real numbers")
    try:
        floats = array.astype(
            np.result_type(np.float64, array.dtype if array.dtype.kind == "f" else np.float64)
        )
    except OverflowError:
        raise ValueError(f"{name}: a Fraction that is too large, needed numbers that float64 holds") from None
    check_finite(name, floats)
    return floats


def _loss(net: RNN, params: tuple[Array, ...], data: Source) -> float:
    """The loss over all of ``data``, in their order. FloatingPointError where it is too large for a float."""
    total = 0.0
    for xs, targets, weights, lengths in data.whole():
        total += float(net.loss_value(params, xs, targets, lengths=lengths, weights=weights))
    check_result("loss", total)
    return total


@contextmanager
def _saying_where(where: str) -> Iterator[None]:
    """An error of what is not finite says where in training that was, and what may help there."""
    try:
        yield
    except FloatingPointError as error:
        raise FloatingPointError(
            f"{where}: {error}; a smaller rate or clipping the gradient may help"
        ) from None
