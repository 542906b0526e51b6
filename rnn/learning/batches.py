"""Batches: what an update takes, from arrays in memory or in a mapped file, or as they come.

Of arrays no more is copied than one batch, so that a file which is mapped (``numpy.load(…, mmap_mode="r")``)
may be larger than the memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeGuard

import numpy as np

from rnn.common.arrays import Array, checked
from rnn.common.checks import checked_count, offers, shown
from rnn.data import Batches, Data, Ragged, Records, checked_records
from rnn.learning.classes import ClassWeight, check_class_weight, class_factors
from rnn.losses import ClassLoss, Loss

# How many records an evaluation takes through the network at once: enough to be fast, and few enough that
# their states stay in the cache, and in the memory however many records there are.
AT_ONCE = 64


class Batch(NamedTuple):
    """Records, the weights of their losses, None where each counts once, and where they end, if early.

    Padding holds zeros.
    """

    xs: Array
    targets: Array
    weights: Array | None = None
    lengths: Array | None = None

    def parts(self) -> Iterator["Batch"]:
        """The same, ``AT_ONCE`` records at a time."""
        for start in range(0, len(self.xs), AT_ONCE):
            own = slice(start, start + AT_ONCE)
            others = (None if array is None else array[own] for array in self[2:])
            yield Batch(self.xs[own], self.targets[own], *others)


class Fit(NamedTuple):
    """What records have to be for a network: so many inputs and outputs, of a type, for a loss."""

    inputs: int
    outputs: int
    dtype: np.dtype[Any]
    loss: Loss

    def checked(self, name: str, records: Any) -> Records | Ragged:
        """The records, or an error that names what does not fit."""
        return checked_records(name, records, *self)


class Source(Protocol):
    """Batches, epoch after epoch."""

    def __len__(self) -> int:
        """How many an epoch has."""
        ...  # pragma: no cover

    def epoch(self, rng: np.random.Generator | None) -> Iterator[Batch]:
        """Every record once, in an order drawn from ``rng``, or in its own."""
        ...  # pragma: no cover

    def whole(self) -> Iterator[Batch]:
        """Every record once, in its own order, at most ``AT_ONCE`` of them at a time."""
        ...  # pragma: no cover


@dataclass(frozen=True, eq=False)
class FromArrays:
    """Batches of so many records, the last being what remains.

    ``weights`` (N,) are those of records, ``factors`` (K,) what the losses of each class are multiplied by.
    """

    data: Records | Ragged
    batch: int
    weights: Array | None = None
    factors: Array | None = None

    def __len__(self) -> int:
        return -(-len(self.data.xs) // self.batch)

    def epoch(self, rng: np.random.Generator | None) -> Iterator[Batch]:
        return self._parts(self.batch, None if rng is None else rng.permutation(len(self.data.xs)))

    def whole(self) -> Iterator[Batch]:
        return self._parts(AT_ONCE, None)

    def _parts(self, size: int, order: Array | None) -> Iterator[Batch]:
        for start in range(0, len(self.data.xs), size):
            own = slice(start, start + size) if order is None else order[start : start + size]
            xs, targets, *lengths = (array[own] for array in self.data)
            weights = None if self.weights is None else self.weights[own]
            yield Batch(xs, targets, of_losses(targets, weights, self.factors), *lengths)


@dataclass(frozen=True, eq=False)
class AsTheyCome:
    """Somebody's own ``count`` batches an epoch, each looked at when it comes.

    ValueError for more or fewer of them in an epoch.
    """

    name: str
    batches: Batches
    count: int
    fits: Fit
    factors: Array | None = None

    def __len__(self) -> int:
        return self.count

    def epoch(self, rng: np.random.Generator | None) -> Iterator[Batch]:
        found = 0
        for given in self.batches.epoch(rng):
            if found == self.count:
                raise ValueError(f"{self.name}: more than {self.count} batches, needed as many as its len")
            xs, targets, *lengths = self.fits.checked(f"{self.name}[{found}]", given)
            found += 1
            yield Batch(xs, targets, of_losses(targets, None, self.factors), *lengths)
        if found < self.count:
            raise ValueError(f"{self.name}: {found} batches, needed {self.count}, as many as its len")

    def whole(self) -> Iterator[Batch]:
        for batch in self.epoch(None):
            yield from batch.parts()


def of_losses(targets: Array, weights: Array | None, factors: Array | None) -> Array | None:
    """The weights of losses: from those of records (N,), and what those of each class are multiplied by."""
    if factors is None:
        return weights
    by_class = np.asarray(factors[targets])
    return by_class if weights is None else by_class * weights.reshape(-1, *[1] * (targets.ndim - 1))


def learnt_from(
    data: Data | Batches,
    fits: Fit,
    batch: int | None,
    weights: Array | None,
    class_weight: ClassWeight,
) -> Source:
    """The source of a training, from arguments that are checked here: TypeError or ValueError by name."""
    if class_weight is not None:
        if not isinstance(fits.loss, ClassLoss):
            raise TypeError(f"RNN.loss: {fits.loss.name}, needed one of classes, for class_weight")
        check_class_weight(class_weight, range(fits.outputs))
    if _are_batches(data):
        return _as_they_come(data, fits, batch, weights, class_weight)
    records = fits.checked("train_data", data)
    if weights is not None:
        weights = checked("weights", weights, (len(records.xs),), fits.dtype)
        if weights.min() < 0:
            raise ValueError(f"weights: {weights.min()}, needed 0 or more")
    factors = None
    if class_weight is not None:
        each = np.ones(len(records.xs)) if weights is None else weights.astype(np.float64)
        factors = _factors(class_weight, fits, _occurrences(records, each, fits.outputs))
    return FromArrays(records, checked_count("batch", batch, 1), weights, factors)


def validated_by(data: Data | Batches, fits: Fit) -> Source:
    """The source of a validation, as ``learnt_from``."""
    if _are_batches(data):
        return AsTheyCome("validation_data", data, _counted("validation_data", data), fits)
    return FromArrays(fits.checked("validation_data", data), AT_ONCE)


def _as_they_come(
    batches: Batches, fits: Fit, batch: object, weights: object, class_weight: ClassWeight
) -> Source:
    for name, value in (("batch", batch), ("weights", weights)):
        if value is not None:
            raise TypeError(f"{name}: {shown(value)}, needed None, for train_data are batches already")
    if isinstance(class_weight, str):
        needed = "None or a dict, for train_data are batches, and nobody has counted their classes"
        raise ValueError(f"class_weight: {class_weight!r}, needed {needed}")
    factors = None if class_weight is None else _factors(class_weight, fits, np.zeros(fits.outputs))
    return AsTheyCome("train_data", batches, _counted("train_data", batches), fits, factors)


def _are_batches(data: object) -> TypeGuard[Batches]:
    return offers(data, "__len__", "epoch")


def _counted(name: str, batches: Batches) -> int:
    return checked_count(f"{name}.__len__()", batches.__len__(), 1)


def _occurrences(records: Records | Ragged, each: Array, classes: int) -> Array:
    """How often each class is a target, (K,), where records (N,) count ``each`` so many times."""
    counts = np.zeros(classes)
    for step, codes in enumerate(records.targets.reshape(len(each), -1).T):
        own = each * (records.lengths > step) if isinstance(records, Ragged) else each
        counts += np.bincount(codes, own, classes)
    return counts


def _factors(class_weight: ClassWeight, fits: Fit, counts: Array) -> Array:
    """What the losses of each class are multiplied by, where they occur so often, (K,)."""
    with np.errstate(over="ignore"):
        factors = class_factors(class_weight, range(fits.outputs), counts).astype(fits.dtype)
    return checked("class_weight", factors, (fits.outputs,))
