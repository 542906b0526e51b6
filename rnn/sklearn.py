"""Recurrent networks as scikit-learn estimators, and the windows of a series as a transformer.

::

    model = make_pipeline(Windows(24), RNNRegressor(units=16, random_state=0))
    model.fit(series[:-1, np.newaxis], series[1:])

X is (N, T), N sequences of T steps, or (N, T, D) with D numbers a step. The prediction is that of the last
step. For sequences that end early ``lengths`` (N,) says after how many steps each: what stands behind an end
is padding, anything, NaN too, and never read. A model that was fitted with lengths predicts with lengths
alone. Inputs and targets are scaled by what ``fit`` sees, so that numbers of any size are learnt. With
``batch=None`` an update takes all records: a weight of 2 is then the same as a record given twice.

Parameters are checked when records come, by scikit-learn's own checks; a masked array, whose mask
scikit-learn drops, is refused.

Needs the extra ``sklearn``.
"""

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    OneToOneFeatureMixin,
    RegressorMixin,
    TransformerMixin,
)
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.utils import check_array, check_random_state
from sklearn.utils._param_validation import Interval, InvalidParameterError, StrOptions
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import check_is_fitted, validate_data

from rnn.activations import ACTIVATIONS
from rnn.app.recipe import OPTIMISERS, Recipe, schedule_of, truncation_of
from rnn.app.threads import each_held, held
from rnn.calls.lengths import checked_with_ends
from rnn.common.arrays import Array, as_array, check_size, checked, refuse_mask
from rnn.common.checks import checked_number, cut, in_memory, offers, shown
from rnn.learning.classes import ClassWeight, check_class_weight, softmax
from rnn.learning.scaling import learn_scale
from rnn.learning.sizes import scaled
from rnn.losses import softmax_cross_entropy, squared_error
from rnn.network import RNN
from rnn.optimisers import Constant, State
from rnn.storage import CELLS
from rnn.training import Standing, by_epoch, call_each, courses

FLOATS = [np.float64, np.float32]

_COUNT = Interval(Integral, 1, None, closed="left")

# The parameters that a ``Recipe`` has under the same names, and with the same values.
_OF_A_RECIPE = (
    *(
        "cell",
        "units",
        "num_layers",
        "dropout",
        "bidirectional",
        "activation",
        "truncation",
        "optimiser",
        "rate",
        "schedule",
        "warmup",
        "clip",
    ),
    *("weight_decay", "epochs", "early_stopping", "n_iter_no_change", "tol"),
)


# Those of them that say what network it is.
_OF_A_NETWORK = ("cell", "units", "num_layers", "bidirectional", "activation")


class _Checked(BaseEstimator):  # type: ignore[misc]
    """What all here share: parameters that are checked, and arrays without masks.

    ``_parameter_constraints`` says of each parameter what it may be, in scikit-learn's own terms.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]]

    def _validate_params(self) -> None:
        """InvalidParameterError, a ValueError and a TypeError, for the first parameter that is wrong."""
        for name, value in self.get_params(deep=False).items():
            if isinstance(value, Real) and "boolean" not in self._parameter_constraints[name]:
                try:
                    checked_number(name, value)
                except (TypeError, ValueError):
                    # A bool counts as an Integral, and a Fraction as a Real that NumPy does not know.
                    raise self._invalid(name, "an int or a float") from None
        super()._validate_params()

    def _invalid(self, name: str, needed: str) -> InvalidParameterError:
        given = getattr(self, name)
        return InvalidParameterError(
            f"The {name!r} parameter of {type(self).__name__} must be {needed}. Got {given!r} instead."
        )

    def _arrays(self, X: Any, *y: Any, **asked: Any) -> Any:
        """X, or X and y, as arrays by scikit-learn's own checks. TypeError for a masked one."""
        given = dict(zip(("X", "y"), (X, *y), strict=False))
        for name, value in given.items():
            if isinstance(value, np.ndarray):
                check_size(name, value)
        found = validate_data(self, X, *y, dtype=FLOATS, **asked)
        for (name, value), array in zip(given.items(), found if y else (found,), strict=True):
            refuse_mask(name, value, array.ndim)
        return found


class _Recurrent(_Checked):
    """What both estimators share: a network, trained on scaled sequences.

    The parameters are those of ``python -m rnn train``, by name, and so are the defaults but for these: small
    data are taken whole, ``batch=None``, by fewer ``units`` at a higher ``rate``; and as elsewhere in
    scikit-learn ``early_stopping`` is to be asked for. It keeps the share ``validation_fraction`` of the
    records out of the training; ``n_iter_no_change`` epochs without a better loss on those, better by the
    share ``tol``, end ``fit``, and the best parameters are kept. ``weight_decay`` is that of "adamw", and
    ``dropout`` is between layers: where there is one, anything but 0 is refused. With ``bidirectional`` each
    layer has as many ``units`` in either direction, and the prediction is of both when they have read the
    whole sequence; of several such layers ``truncation`` has to be "full". ``fit`` calls the ``callbacks``
    after each epoch with an ``rnn.training.Standing``; one that returns True ends it. ``loss_curve_`` has
    the mean loss of a record before the first epoch and after each.
    """

    net_: RNN
    params_: Any
    # Were lengths given to learn from? Then predictions without them would be of padding.
    _end_early: bool
    _rng: np.random.Generator
    # What a later call goes on from: the optimiser by name, and its state.
    _state: tuple[str, State] | None

    # What of records has to be on either side of a split.
    _LEAST: ClassVar[str] = "one"

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "cell": [StrOptions(CELLS.keys())],
        "units": [_COUNT],
        "num_layers": [_COUNT],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "bidirectional": ["boolean"],
        "activation": [StrOptions(ACTIVATIONS.keys())],
        "truncation": [str],
        "optimiser": [StrOptions(OPTIMISERS.keys())],
        "rate": [Interval(Real, 0, None, closed="neither")],
        "schedule": [str],
        "warmup": [Interval(Integral, 0, None, closed="left")],
        "clip": [Interval(Real, 0, None, closed="left")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "batch": [_COUNT, None],
        "epochs": [_COUNT],
        "early_stopping": ["boolean"],
        "n_iter_no_change": [_COUNT],
        "tol": [Interval(Real, 0, None, closed="left")],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "callbacks": [list, tuple, None],
        "random_state": ["random_state"],
    }

    def _validate_params(self) -> None:
        super()._validate_params()
        try:
            truncation_of(self.truncation)
        except ValueError:
            raise self._invalid("truncation", "full, window:K, chunked:K, chunked:K:K or tail:K") from None
        try:
            schedule_of(self.schedule, 1.0, 1)
        except ValueError:
            said = "constant, cosine, step:EPOCHS or step:EPOCHS:GAMMA"
            raise self._invalid("schedule", said) from None
        if not all(offers(each, "__call__") for each in self.callbacks or ()):
            raise self._invalid("callbacks", "None or a list of functions")
        if self.dropout and self.num_layers == 1:
            raise self._invalid("dropout", "0 with one layer, since it is of what one hands up to the next")
        if self.warmup >= self.epochs:
            raise self._invalid("warmup", f"less than epochs, {self.epochs}")

    def __init__(
        self,
        *,
        cell: str = Recipe.cell,
        units: int = 16,
        num_layers: int = Recipe.num_layers,
        dropout: float = Recipe.dropout,
        bidirectional: bool = Recipe.bidirectional,
        activation: str = Recipe.activation,
        truncation: str = Recipe.truncation,
        optimiser: str = Recipe.optimiser,
        rate: float = 0.01,
        schedule: str = Recipe.schedule,
        warmup: int = Recipe.warmup,
        clip: float = Recipe.clip,
        weight_decay: float = Recipe.weight_decay,
        batch: int | None = None,
        epochs: int = Recipe.epochs,
        early_stopping: bool = False,
        n_iter_no_change: int = Recipe.n_iter_no_change,
        tol: float = Recipe.tol,
        validation_fraction: float = 0.1,
        callbacks: Any = None,
        random_state: Any = None,
    ) -> None:
        self.cell = cell
        self.units = units
        self.num_layers = num_layers
        self.dropout = dropout
        self.bidirectional = bidirectional
        self.activation = activation
        self.truncation = truncation
        self.optimiser = optimiser
        self.rate = rate
        self.schedule = schedule
        self.warmup = warmup
        self.clip = clip
        self.weight_decay = weight_decay
        self.batch = batch
        self.epochs = epochs
        self.early_stopping = early_stopping
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.validation_fraction = validation_fraction
        self.callbacks = callbacks
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None, lengths: Any = None) -> Self:
        """Learn from the start: X (N, T) or (N, T, D); ``sample_weight`` (N,) counts each so many times.

        ``lengths`` (N,), integers from 1 to T: after how many steps each sequence ends.
        """
        records, weights = self._records(X, y, sample_weight, lengths, None, begin=True)
        unseen = None
        if self.early_stopping:
            kept, held = self._kept_and_held(records[1])
            unseen = tuple(array[held] for array in records)
            records, weights = tuple(array[kept] for array in records), weights[kept]
        recipe = self._recipe()
        batch = int(self.batch or len(weights))
        standings = by_epoch(
            self.net_,
            self.params_,
            records,
            unseen,
            epochs=self.epochs,
            batch=batch,
            optimiser=recipe.descent(recipe.rates(-(-len(weights) // batch))),
            truncation=truncation_of(recipe.truncation),
            rng=self._rng,
            dropout=self.dropout,
            weights=weights,
            class_weight=self._by_class(),
        )
        standings = each_held(self.net_, min(batch, len(weights)), standings)
        for course in courses(standings, recipe.early_end()):
            if call_each(self.callbacks or (), course.standing):
                break
        self.params_, self.best_epoch_, total = course.best, course.best_epoch, float(weights.sum())
        self.loss_curve_, self.n_epochs_, self._state = (
            [loss / total for loss in course.train],
            course.epoch,
            None,
        )
        return self

    def _kept_and_held(self, targets: Array) -> Any:
        """The places of the records to learn from, and of those to validate with."""
        try:
            return self._split(targets)
        except ValueError:
            given = f"{len(targets)} of them, and validation_fraction {self.validation_fraction}"
            needed = f"{self._LEAST} to learn from, and as many to validate with, for early_stopping"
            raise ValueError(f"records: {given}, needed at least {needed}") from None

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any, lengths: Any, classes: Any) -> Self:
        """One epoch more over these records, at the full rate, by the scale of the first ones."""
        first = not hasattr(self, "net_")
        if not first:
            self._check_network()
        records, weights = self._records(X, y, sample_weight, lengths, classes, begin=first)
        recipe = self._recipe()
        optimiser = recipe.descent(Constant(recipe.rate))
        of, state = self._state or ("", None)
        if state is None or of != recipe.optimiser:
            # Means of gradients that another optimiser keeps say nothing to this one.
            state = optimiser.start(self.params_)
        batch = int(self.batch or len(weights))
        standings = by_epoch(
            self.net_,
            self.params_,
            records,
            epochs=1,
            batch=batch,
            optimiser=optimiser,
            truncation=truncation_of(recipe.truncation),
            rng=self._rng,
            dropout=self.dropout,
            weights=weights,
            class_weight=self._by_class(),
            after=Standing(0, self.params_, state, 0.0, None),
        )
        (standing,) = each_held(self.net_, min(batch, len(weights)), standings)
        self.params_, self._state = standing.params, (recipe.optimiser, standing.state)
        self.n_epochs_ += 1
        return self

    def _check_network(self) -> None:
        """InvalidParameterError where a parameter asks for another network than the one that is trained."""
        for name, value in self._network.items():
            if getattr(self, name) != value:
                raise self._invalid(name, f"{value!r}, as when the training began; fit begins a new one")

    def _by_class(self) -> ClassWeight:
        """What a loss counts by its class, in the codes of the targets."""
        return None

    def _recipe(self) -> Recipe:
        given = self.get_params(deep=False)
        return Recipe(**{name: given[name] for name in _OF_A_RECIPE})

    def _records(
        self, X: Any, y: Any, sample_weight: Any, lengths: Any, classes: Any, begin: bool
    ) -> tuple[tuple[Array, Array] | tuple[Array, Array, Array], Array]:
        """Records as the network sees them, and their weights; ``begin`` makes a new one."""
        self._validate_params()
        X, y = self._validated(X, y, reset=begin, ensure_all_finite=lengths is None)
        weights = _weights(sample_weight, len(X))
        xs, lengths = _sequences(X, lengths)
        self._end_early = lengths is not None or (not begin and self._end_early)
        if begin:
            self._scale = learn_scale(xs, _of_steps(weights, xs, lengths))
            outputs, loss = self._begin_targets(y, weights, classes)
            self._rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31 - 1))
            self.net_ = self._recipe().network(xs.shape[2], outputs, loss)
            self.params_ = self.net_.init(self._rng, xs.dtype)
            self._state, self.n_epochs_ = None, 0
            self._network = {name: getattr(self, name) for name in _OF_A_NETWORK}
        dtype = self.params_[0].dtype
        records = self._seen(xs), self._targets(y, dtype)
        return records if lengths is None else (*records, lengths), weights.astype(dtype)

    def _seen(self, xs: Array) -> Array:
        if xs.shape[2] != len(self._scale.mean):
            raise ValueError(f"X: {xs.shape[2]} numbers a step, needed {len(self._scale.mean)} as in fit")
        return self._scale.forward(xs).astype(self.params_[0].dtype)

    def _outputs(self, X: Any, lengths: Any) -> Array:
        """The outputs of the last step of each, (N, K)."""
        check_is_fitted(self, "params_")
        if lengths is None and self._end_early:
            raise ValueError("lengths: None, needed after how many steps each sequence ends, as in fit")
        X = self._arrays(X, allow_nd=True, reset=False, ensure_all_finite=lengths is None)
        xs, lengths = _sequences(X, lengths)
        with held(self.net_, len(xs)):
            return self.net_.predict_last(self.params_, self._seen(xs), lengths=lengths)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


def _weights(given: Any, records: int) -> Array:
    """How many times each record counts, (N,)."""
    if given is None:
        return np.ones(records)
    array = as_array("sample_weight", given)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"sample_weight: dtype {cut(str(array.dtype))}, needed real numbers")
    weights = checked("sample_weight", array.astype(np.float64), (records,))
    if weights.min() < 0:
        raise ValueError(f"sample_weight: {weights.min()}, needed numbers of at least 0")
    if not weights.any():
        raise ValueError("sample_weight: zero for every record, needed one above zero")
    return weights


def _sequences(X: Array, lengths: Any) -> tuple[Array, Array | None]:
    """(N, T, D) of (N, T) or of itself, with zeros for padding, and the lengths (N,), where there are any."""
    if X.ndim > 3:
        raise ValueError(f"X: {X.ndim} axes, needed (N, T) or (N, T, D)")
    xs = X[:, :, np.newaxis] if X.ndim == 2 else X
    if lengths is None:
        return xs, None
    xs, ends = checked_with_ends("X", xs, lengths, ("N", "T", "D"), xs.dtype)
    return xs, ends.unsorted(ends.lengths)


def _of_steps(weights: Array, xs: Array, lengths: Array | None) -> Array:
    """How many times each step counts, (N, T), padding never; or each record, (N,), where none ends early."""
    if lengths is None:
        return weights
    return weights[:, np.newaxis] * (np.arange(xs.shape[1]) < lengths[:, np.newaxis])


class RNNRegressor(RegressorMixin, _Recurrent):  # type: ignore[misc]
    """A recurrent network that predicts y (N,) or (N, K) at the last step of each sequence.

    With ``early_stopping`` the last records are held out to end ``fit``, which suits the windows of a series.
    """

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, lengths: Any = None) -> Self:
        """One epoch over these records; the first call sets the scale, and what network it is."""
        return self._partial_fit(X, y, sample_weight, lengths, None)

    def predict(self, X: Any, lengths: Any = None) -> Array:
        """y of each sequence, (N,) or (N, K) as in ``fit``."""
        outputs = self._outputs(X, lengths)
        found = self._target_scale.back(outputs)
        return found if self._several else found[:, 0]

    def score(self, X: Any, y: Any, sample_weight: Any = None, lengths: Any = None) -> float:
        """R² of the predictions, as elsewhere in scikit-learn, also where no float holds their squares."""
        y, exponents = scaled(check_array(y, dtype=FLOATS, ensure_2d=False), 0)
        predicted = np.ldexp(self.predict(X, lengths), -exponents)
        return float(r2_score(y, predicted, sample_weight=sample_weight))

    def _validated(self, X: Any, y: Any, **asked: Any) -> tuple[Array, Array]:
        X, y = self._arrays(X, y, allow_nd=True, multi_output=True, y_numeric=True, **asked)
        return X, np.asarray(y, np.float64)

    def _begin_targets(self, y: Array, weights: Array, classes: Any) -> tuple[int, Any]:
        self._several = y.ndim == 2
        self._target_scale = learn_scale(y.reshape(len(y), -1), weights)
        return len(self._target_scale.mean), squared_error

    def _targets(self, y: Array, dtype: Any) -> Array:
        return self._target_scale.forward(y.reshape(len(y), -1)).astype(dtype)

    def _split(self, targets: Array) -> tuple[Array, Array]:
        return tuple(
            train_test_split(
                np.arange(len(targets)), test_size=float(self.validation_fraction), shuffle=False
            )
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


class RNNClassifier(ClassifierMixin, _Recurrent):  # type: ignore[misc]
    """A recurrent network that predicts the class of each sequence, by a softmax at its last step.

    With ``early_stopping`` records drawn from every class are held out to end ``fit``. ``class_weight``
    multiplies the loss of each class, in addition to ``sample_weight``, as elsewhere in scikit-learn: a dict
    from classes to numbers, by default 1, or "balanced", which gives all classes the same total weight.
    """

    _LEAST = "one of each class"

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **_Recurrent._parameter_constraints,
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        *,
        cell: str = Recipe.cell,
        units: int = 16,
        num_layers: int = Recipe.num_layers,
        dropout: float = Recipe.dropout,
        bidirectional: bool = Recipe.bidirectional,
        activation: str = Recipe.activation,
        truncation: str = Recipe.truncation,
        optimiser: str = Recipe.optimiser,
        rate: float = 0.01,
        schedule: str = Recipe.schedule,
        warmup: int = Recipe.warmup,
        clip: float = Recipe.clip,
        weight_decay: float = Recipe.weight_decay,
        batch: int | None = None,
        epochs: int = Recipe.epochs,
        early_stopping: bool = False,
        n_iter_no_change: int = Recipe.n_iter_no_change,
        tol: float = Recipe.tol,
        validation_fraction: float = 0.1,
        callbacks: Any = None,
        class_weight: Any = None,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            cell=cell,
            units=units,
            num_layers=num_layers,
            dropout=dropout,
            bidirectional=bidirectional,
            activation=activation,
            truncation=truncation,
            optimiser=optimiser,
            rate=rate,
            schedule=schedule,
            warmup=warmup,
            clip=clip,
            weight_decay=weight_decay,
            batch=batch,
            epochs=epochs,
            early_stopping=early_stopping,
            n_iter_no_change=n_iter_no_change,
            tol=tol,
            validation_fraction=validation_fraction,
            callbacks=callbacks,
            random_state=random_state,
        )
        self.class_weight = class_weight

    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None, lengths: Any = None
    ) -> Self:
        """One epoch over these records; the first call sets scale and network, and takes all ``classes``.

        ``class_weight`` is then none or a dict: how often a class occurs nobody knows yet.
        """
        if isinstance(self.class_weight, str):
            raise self._invalid("class_weight", "None or a dict in partial_fit")
        return self._partial_fit(X, y, sample_weight, lengths, classes)

    def predict_proba(self, X: Any, lengths: Any = None) -> Array:
        """The probability of each of ``classes_``, (N, K)."""
        return softmax(self._outputs(X, lengths))

    def predict(self, X: Any, lengths: Any = None) -> Array:
        """The likeliest class of each sequence, (N,)."""
        likeliest = self._outputs(X, lengths).argmax(axis=1)
        return np.asarray(self.classes_[likeliest])

    def score(self, X: Any, y: Any, sample_weight: Any = None, lengths: Any = None) -> float:
        """The share of the sequences whose class is predicted, as elsewhere in scikit-learn."""
        return float(accuracy_score(y, self.predict(X, lengths), sample_weight=sample_weight))

    def _validated(self, X: Any, y: Any, **asked: Any) -> tuple[Array, Array]:
        X, y = self._arrays(X, y, allow_nd=True, **asked)
        check_classification_targets(y)
        return X, y

    def _begin_targets(self, y: Array, weights: Array, classes: Any) -> tuple[int, Any]:
        self.classes_ = unique_labels(y) if classes is None else _known(classes)
        return len(self.classes_), softmax_cross_entropy

    def _by_class(self) -> ClassWeight:
        classes, given = self.classes_.tolist(), self.class_weight
        if given is None or isinstance(given, str):
            return None if given is None else "balanced"
        # One that names every class may name others: not every fold of a search has met them.
        if not all(name in given for name in classes):
            check_class_weight(given, classes)
        return {code: given[name] for code, name in enumerate(classes) if name in given}

    def _targets(self, y: Array, dtype: Any) -> Array:
        codes = np.searchsorted(self.classes_, y)
        known = self.classes_[np.minimum(codes, len(self.classes_) - 1)] == y
        if not known.all():
            (first,), classes = y[~known][:1].tolist(), self.classes_.tolist()
            raise ValueError(f"y: {shown(first)}, needed one of the classes {shown(classes)}")
        return codes

    def _split(self, targets: Array) -> tuple[Array, Array]:
        seed = int(self._rng.integers(2**31))
        return tuple(
            train_test_split(
                np.arange(len(targets)),
                test_size=float(self.validation_fraction),
                random_state=seed,
                stratify=targets,
            )
        )


def _known(classes: Any) -> Array:
    """The classes that there are, in order."""
    if isinstance(classes, np.ndarray):
        check_size("classes", classes)
    try:
        found = unique_labels(classes)
    except (TypeError, ValueError, FloatingPointError) as error:
        raise ValueError(f"classes: {shown(classes)}, needed labels ({cut(str(error))})") from None
    refuse_mask("classes", classes, found.ndim)
    if not len(found):
        raise ValueError(f"classes: {shown(classes)}, needed at least one")
    return np.asarray(found)


class Windows(  # type: ignore[call-arg]
    OneToOneFeatureMixin,  # type: ignore[misc]
    TransformerMixin,  # type: ignore[misc]
    _Checked,
    auto_wrap_output_keys=None,
):
    """The last ``length`` rows up to each row of a series: (S, D) becomes (S, length, D).

    There are as many windows as rows, because the first row is repeated before the start. A window looks
    back, never ahead, and a test fold begins anew. ``get_feature_names_out`` names the last axis, as the
    columns of the series were named.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {"length": [_COUNT]}

    def __init__(self, length: int = 24) -> None:
        self.length = length

    def fit(self, X: Any, y: Any = None) -> Self:
        """Remember how many columns there are."""
        self._validate_params()
        self._arrays(X)
        return self

    def set_output(self, *, transform: Any = None) -> Self:
        """Arrays are all that ``transform`` returns: ValueError for tables, which have two axes."""
        if transform not in (None, "default"):
            raise ValueError(f"transform: {shown(transform)}, needed 'default': windows have three axes")
        return self

    def transform(self, X: Any) -> Array:
        """The windows of the rows."""
        check_is_fitted(self, "n_features_in_")
        self._validate_params()
        X = self._arrays(X, reset=False)
        with in_memory(f"length: {self.length}", "less, or a shorter series"):
            padded = np.concatenate([np.repeat(X[:1], self.length - 1, axis=0), X])
            found = np.lib.stride_tricks.sliding_window_view(padded, self.length, axis=0)
            return np.ascontiguousarray(found.swapaxes(1, 2))
