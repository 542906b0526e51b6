"""The estimators keep scikit-learn's own contract, in full, and fit into what is built on it."""

import json
import re
from fractions import Fraction
from functools import cache

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.model_selection import KFold, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from rnn.sklearn import RNNClassifier, RNNRegressor, Windows
from tests.programs import python
from tests.rnn.refusals import of, of_each, refuse, table

SERIES = np.sin(np.arange(80.0)) * 50 + 1000
# Records of four steps, and whether the last one is above zero.
STEPS = np.random.default_rng(0).normal(size=(30, 4))
ABOVE = (STEPS[:, -1] > 0).astype(int)

# A window is made of the rows before it, so it is not that of the row alone: that is what it is for.
LOOKS_BACK = dict.fromkeys(
    ("check_methods_sample_order_invariance", "check_methods_subset_invariance"),
    "a window holds the rows before it",
)


def looks_back(estimator):
    """The checks that cannot hold of an estimator."""
    return LOOKS_BACK if isinstance(estimator, Windows) else {}


ARRAY_API = """
from rnn.sklearn import RNNClassifier, RNNRegressor, Windows
from sklearn.utils.estimator_checks import estimator_checks_generator
for each in (RNNRegressor(epochs=5), RNNClassifier(epochs=5), Windows(3)):
    for estimator, check in estimator_checks_generator(each):
        if check.func.__name__ == "check_array_api_input":
            check(estimator)
            print(type(each).__name__)
"""

# The score is the process that it was computed in.
CLUSTER = """
import json, os
import joblib, numpy as np
from distributed import Client, LocalCluster
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from rnn.sklearn import RNNRegressor, Windows

def where(estimator, X, y):
    return float(os.getpid())

if __name__ == "__main__":
    series = np.sin(np.arange(60.0))
    model = make_pipeline(Windows(6), RNNRegressor(epochs=5, random_state=0))
    grid = {"rnnregressor__units": [1, 2, 3, 4]}
    search = GridSearchCV(model, grid, scoring=where, cv=TimeSeriesSplit(2), refit=False)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
        joblib.parallel_backend("dask"),
    ):
        search.fit(series[:-1, np.newaxis], series[1:])
        workers = list(client.run(os.getpid).values())
    scores = [search.cv_results_[f"split{fold}_test_score"].tolist() for fold in (0, 1)]
    print(json.dumps({"workers": workers, "scores": scores}))
"""


def in_a_process(program, **environment):
    """What a program prints in an interpreter of its own."""
    done = python("-c", program, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@cache
def array_api_checked():
    """The estimators that take arrays of other libraries."""
    return in_a_process(ARRAY_API, SCIPY_ARRAY_API="1").split()


# Of these epochs the checks need no more; the defaults pass as well, in five times the time.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(
    [RNNRegressor(epochs=50, rate=0.03), RNNClassifier(epochs=50, rate=0.03), Windows(3)],
    expected_failed_checks=looks_back,
)
def test_the_contract_of_scikit_learn(estimator, check):
    """Every check of its own; that of other array libraries where SciPy was told of them when it started."""
    if check.func.__name__ == "check_array_api_input":
        assert type(estimator).__name__ in array_api_checked()
    else:
        check(estimator)


def test_a_series_is_learnt_in_a_pipeline():
    """Windows, then the network: the next value of a sine, whatever its size, by folds that look ahead."""
    model = make_pipeline(StandardScaler(), Windows(6), RNNRegressor(epochs=100, random_state=0))
    folds = TimeSeriesSplit(2)
    scores = cross_val_score(model, SERIES[:-1, np.newaxis], SERIES[1:], cv=folds)
    # The first fold has learnt from four waves.
    assert scores.min() > 0.5
    assert scores.max() > 0.9


@pytest.mark.slow
def test_a_search_spreads_over_a_cluster():
    """By joblib's backend: every fit is scored in a worker of a scheduler, and both workers take part."""
    found = json.loads(in_a_process(CLUSTER))
    scored = {int(score) for fold in found["scores"] for score in fold}
    assert scored == set(found["workers"])


def test_windows_look_back():
    """Each ends at its row; the first row stands for what came before."""
    found = Windows(3).fit_transform(np.arange(8.0).reshape(4, 2))
    assert found.shape == (4, 3, 2)
    assert found[:, :, 0].tolist() == [[0, 0, 0], [0, 0, 2], [0, 2, 4], [2, 4, 6]]


@pytest.mark.parametrize("outputs", [None, 1, 2])
def test_a_step_may_hold_several_numbers(outputs):
    """(N, T, D), with a target or several; a column of targets is answered by one."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 4, 2))
    y = X[:, -1, 0] if outputs is None else np.repeat(X[:, -1, :1], outputs, axis=1)
    model = RNNRegressor(random_state=0).fit(X, y)
    assert model.predict(X).shape == y.shape
    assert model.score(X, y) > 0.9


def test_classes_may_be_words():
    """And their probabilities add up to one."""
    X = np.random.default_rng(0).normal(size=(90, 3))
    y = np.where(X[:, -1] > 0.3, "up", np.where(X[:, -1] < -0.3, "down", "flat"))
    model = RNNClassifier(random_state=0).fit(X, y)
    assert model.classes_.tolist() == ["down", "flat", "up"]
    assert model.score(X, y) > 0.9
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)


@pytest.mark.parametrize("kind", [RNNRegressor, RNNClassifier])
def test_early_stopping_keeps_the_best(kind):
    """By held-out records; and it ends before the last epoch."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)), rng.integers(2, size=40)
    given = {"rate": 0.1, "epochs": 300, "validation_fraction": 0.25, "random_state": 0}
    model = kind(early_stopping=True, n_iter_no_change=5, **given).fit(X, y)
    assert model.n_epochs_ == model.best_epoch_ + 5 < 300
    assert len(model.loss_curve_) == model.n_epochs_ + 1
    # As far as the best epoch it is the same training: what was kept are its parameters.
    result = kind(early_stopping=True, n_iter_no_change=5, **given, tol=10.0).fit(X, y)
    assert result.n_epochs_ == 5
    whole = kind(early_stopping=True, n_iter_no_change=300, **given, clip=0.0).fit(X, y)
    assert whole.n_epochs_ == 300 > whole.best_epoch_


def imbalanced():
    """Records of two classes of which one is rare and hard to tell."""
    rng = np.random.default_rng(0)
    X, rare = rng.normal(size=(120, 3)), np.arange(120) % 10 == 0
    X[rare, -1] += 1.0
    return X, np.where(rare, "rare", "common")


def test_balanced_classes_are_found_alike():
    """A rare one is named far more often than where each record counts once, as by weights of one's own."""
    X, y = imbalanced()
    found = {}
    for name, class_weight in (("none", None), ("balanced", "balanced"), ("dict", {"rare": 9.0})):
        model = RNNClassifier(epochs=60, class_weight=class_weight, random_state=0).fit(X, y)
        found[name] = (model.predict(X)[y == "rare"] == "rare").mean()
    assert found["none"] < 0.5 < 0.7 < min(found["balanced"], found["dict"])


def test_a_class_weight_goes_beside_a_sample_weight():
    """They multiply, and "balanced" counts records as often as their weights say."""
    X, y = imbalanced()
    counts = np.random.default_rng(1).integers(1, 3, len(y))
    given = {"epochs": 10, "class_weight": "balanced", "random_state": 0}
    one = RNNClassifier(**given).fit(X, y, sample_weight=counts)
    other = RNNClassifier(**given).fit(np.repeat(X, counts, axis=0), np.repeat(y, counts))
    np.testing.assert_allclose(one.predict_proba(X), other.predict_proba(X), rtol=1e-7)


@pytest.mark.parametrize("kind", [RNNRegressor, RNNClassifier])
def test_callbacks_are_called_after_every_epoch(kind):
    """With where the training stands; one that returns True ends it. They survive a clone."""
    reported = []

    def ends(standing):
        reported.append(standing.train_loss)
        return standing.epoch == 3

    model = clone(kind(epochs=9, callbacks=[ends], random_state=0)).fit(STEPS, ABOVE)
    assert model.n_epochs_ == model.best_epoch_ == 3
    # What they are told are sums, as everywhere; of a record it is a mean.
    assert model.loss_curve_ == [loss / 30 for loss in reported]
    shorter = kind(epochs=9, callbacks=(), random_state=0).fit(STEPS, ABOVE)
    assert shorter.loss_curve_[:4] == model.loss_curve_
    assert shorter.n_epochs_ == 9


def test_both_directions_see_the_whole_sequence():
    """What the first step says is as near to the answer as what the last one says; either may be alone."""
    X = np.random.default_rng(0).normal(size=(80, 30))
    y = np.where(X[:, 0] > 0, "up", "down")
    given = {"units": 4, "epochs": 40, "rate": 0.03, "random_state": 0}
    both = RNNClassifier(bidirectional=True, num_layers=2, **given).fit(X, y)
    alone = RNNClassifier(**given).fit(X, y)
    assert both.score(X, y) > 0.95 > alone.score(X, y)
    assert (both.net_.cell.units, both.net_.cell.two_way) == (8, True)


@pytest.mark.parametrize("kind", [RNNRegressor, RNNClassifier])
def test_dropout_is_between_layers(kind):
    """Drawn by the seed, in either call that learns, and never when predicting."""

    def learnt(call, **given):
        model = kind(num_layers=2, epochs=3, random_state=0, **given)
        return getattr(model, call)(STEPS, ABOVE)

    for call in ("fit", "partial_fit"):
        found, again, without = learnt(call, dropout=0.5), learnt(call, dropout=0.5), learnt(call)
        assert found.params_.W_l0.tolist() == again.params_.W_l0.tolist() != without.params_.W_l0.tolist()
        assert found.predict(STEPS).tolist() == found.predict(STEPS).tolist()


@pytest.mark.parametrize(("kind", "clip"), [(RNNRegressor, 0.0), (RNNClassifier, 1.0)])
def test_records_can_come_in_parts(kind, clip):
    """Each call is an epoch over its own, from where the last one stood."""
    X = np.random.default_rng(0).normal(size=(60, 4))
    y = (X[:, -1] > 0).astype(int)
    first = {"classes": [0, 1]} if kind is RNNClassifier else {}
    model = kind(rate=0.03, clip=clip, random_state=0)
    for step in range(60):
        part = slice(30 * (step % 2), 30 * (step % 2) + 30)
        model.partial_fit(X[part], y[part], **first)
    assert model.n_epochs_ == 60
    assert model.score(X, y) > 0.7


@pytest.mark.parametrize(("kind", "call"), [(RNNRegressor, "fit"), (RNNClassifier, "partial_fit")])
def test_another_network_does_not_go_on(kind, call):
    """Its parameters are those of the first; what it takes to begin anew is said."""
    X, y = np.random.default_rng(0).normal(size=(8, 3)), [0, 1] * 4
    others = {"cell": "gru", "units": 3, "num_layers": 2, "bidirectional": True, "activation": "relu"}
    for name, value in others.items():
        model = getattr(kind(epochs=1, random_state=0), call)(X, y)
        before = getattr(model, name)
        model.set_params(**{name: value})
        said = f"must be {before!r}, as when the training began; fit begins a new one. Got {value!r} instead."
        with pytest.raises(
            ValueError, match=f"^The '{name}' parameter of {kind.__name__} {re.escape(said)}$"
        ):
            model.partial_fit(X, y)
        assert model.fit(X, y).predict(X).shape == (8,)


@pytest.mark.parametrize(("first", "then"), [("adam", "adamw"), ("adamw", "sgd"), ("sgd", "sgd")])
def test_another_optimiser_begins_with_means_of_its_own(first, then):
    """And takes the parameters as they are."""
    X = np.random.default_rng(0).normal(size=(8, 3))
    model = RNNRegressor(optimiser=first, random_state=0).partial_fit(X, X[:, 0])
    model.set_params(optimiser=then).partial_fit(X, X[:, 0])
    assert model.n_epochs_ == 2
    assert model._state[1].done == (2 if first == then else 1)


@pytest.mark.parametrize(("unit", "outputs"), [(2.0**-1000, (2,)), (2.0**530, ()), (2.0**1000, (2,))])
def test_numbers_of_any_size_are_learnt_alike(unit, outputs):
    """Those whose squares no float holds as well: in other units predictions are the same, to the bit."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 3)), rng.normal(size=(20, *outputs))
    one = RNNRegressor(units=3, epochs=10, random_state=0).fit(X, y)
    other = RNNRegressor(units=3, epochs=10, random_state=0).fit(X / unit, y * unit)
    np.testing.assert_array_equal(other.predict(X / unit), one.predict(X) * unit)
    assert other.score(X / unit, y * unit) == one.score(X, y) != 0
    seen = RNNClassifier(epochs=2, random_state=0).fit(X * unit, X[:, 0] > 0)
    np.testing.assert_array_equal(
        seen.predict_proba(X * unit),
        RNNClassifier(epochs=2, random_state=0).fit(X, X[:, 0] > 0).predict_proba(X),
    )


def test_windows_name_their_last_axis():
    """As columns were named, or x0 and so on; a setting for tables everywhere leaves arrays as they are."""
    from sklearn import config_context

    named = pd.DataFrame({"height": SERIES, "width": SERIES + 1})
    windows = Windows(3).fit(named)
    assert list(windows.get_feature_names_out()) == ["height", "width"]
    assert list(Windows(3).fit(named.to_numpy()).get_feature_names_out()) == ["x0", "x1"]
    with config_context(transform_output="pandas"):
        assert windows.transform(named).shape == (80, 3, 2)
    with pytest.raises(ValueError, match="input_features is not equal to feature_names_in_"):
        windows.get_feature_names_out(["width", "height"])


def test_a_weight_is_a_record_given_so_many_times():
    """Of any whole numbers, in what is learnt and in the scale."""
    rng = np.random.default_rng(0)
    X, counts = rng.normal(size=(20, 3)), rng.integers(3, size=20)
    y = X.sum(axis=1)
    one = RNNRegressor(epochs=20, random_state=0).fit(X, y, sample_weight=counts)
    other = RNNRegressor(epochs=20, random_state=0).fit(np.repeat(X, counts, axis=0), np.repeat(y, counts))
    np.testing.assert_allclose(one.predict(X), other.predict(X), rtol=1e-7)


NUMBERS = (
    *("units", "num_layers", "dropout", "rate", "warmup", "clip", "weight_decay", "batch", "epochs"),
    *("n_iter_no_change", "tol", "validation_fraction", "random_state"),
)

WRONG = {
    "units": (0, 1.5, "16"),
    "num_layers": (0, 1.5, "2"),
    # Of one layer, any but 0.
    "dropout": (-0.1, 1, 1.5, "0.5", None, 0.5),
    "rate": (0.0, np.inf, "0.1"),
    "schedule": (3, None, "fast", "step", "step:0", "step:3:2"),
    "warmup": (-1, 1.5, None, 1, 200),
    "clip": (-1.0, np.inf, None),
    "weight_decay": (-1.0, np.inf, None),
    "batch": (0, 1.5),
    "epochs": (0, 1.5),
    **dict.fromkeys(("early_stopping", "bidirectional"), (None, "yes", 2, -1, np.nan)),
    "n_iter_no_change": (0, -1, 1.5, np.nan),
    "tol": (-0.1, np.inf, None),
    "validation_fraction": (0.0, 1, 5),
    "random_state": (-1, 1.5, "0"),
    **dict.fromkeys(("cell", "activation", "optimiser"), (0, None, "lsmt", "Tanh", ["adam"])),
    "class_weight": (3, "even", [1.0, 2.0], True),
    "callbacks": (3, print, [3], (list,), True),
    "truncation": (3, None, "window", "window:-1", "full:1", "tail:", "chunked:1:2:3"),
}


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in (RNNRegressor, RNNClassifier) for name in kind().get_params()]
)
def test_a_wrong_parameter_is_named_with_what_it_may_be(kind, name):
    """Before any work, in every call that learns; no bool, NaN or Fraction is a number."""
    X, y = np.ones((6, 2)), [0, 1] * 3
    also = (True, np.True_, np.nan, Fraction(1, 2), 10**400) if name in NUMBERS else ()
    if name in ("batch", "epochs", "n_iter_no_change", "num_layers", "units", "warmup"):
        also = also[:-1]
    fitted = kind(epochs=1).fit(X, y)
    for value in (*WRONG[name], *also):
        for call in (
            kind(epochs=1).set_params(**{name: value}).fit,
            fitted.set_params(**{name: value}).partial_fit,
        ):
            said = f"^The {name!r} parameter of {kind.__name__} must be "
            with pytest.raises(ValueError, match=said) as caught:
                call(X, y)
            assert isinstance(caught.value, TypeError)
            assert str(caught.value).endswith(f". Got {value!r} instead.")


MASKED = np.ma.array([0.0, 1.0, 0.0, 1e6], mask=[0, 0, 0, 1])
COLUMNS = np.ma.array(np.ones((4, 2)), mask=[[0, 1]] * 4)
# A view that no memory holds.
LARGE = np.broadcast_to(1.0, (2**50, 2**9))


# Records of two classes, of one step with two numbers.
RECORDS, CODES, WORDS = np.ones((4, 2)), [0, 1, 0, 1], list("abab")
KINDS = RNNRegressor, RNNClassifier
ENDS_EARLY = {"epochs": 1, "early_stopping": True}


def learns(call):
    """A call that learns, of both kinds, one of whose arguments is another."""
    return [
        lambda changed, kind=kind: getattr(kind(epochs=1), call)(**{"X": RECORDS, "y": CODES, **changed})
        for kind in (RNNRegressor, RNNClassifier)
    ]


def ended(call):
    """A call that learns from records which end early, or predicts, of both kinds."""
    fitted = {kind: kind(epochs=1).fit(RECORDS, CODES, lengths=[2, 1, 1, 2]) for kind in KINDS}
    return [
        lambda changed, kind=kind: getattr(fitted[kind], call)(**changed)
        for kind in KINDS
        if hasattr(kind, call)
    ]


def few(given):
    """Records that are to be learnt from and validated with."""
    kind, y, fraction = given
    kind(**ENDS_EARLY, validation_fraction=fraction).fit(np.ones((len(y), 2)), y)


@table(
    # Wherever an array may be given: one by itself cannot keep its mask, and lists of them do not either.
    *of_each(
        [*learns("fit"), *learns("partial_fit")],
        ({"X": COLUMNS}, TypeError, "X: a masked array, needed one without a mask"),
        ({"y": MASKED}, TypeError, "y: a masked array, needed one without a mask"),
        ({"sample_weight": MASKED}, TypeError, "sample_weight: a masked array, needed one without a mask"),
        ({"X": LARGE}, MemoryError, "X: shape …, needed a smaller one"),
        ({"y": LARGE[:, 0]}, MemoryError, "y: shape …, needed a smaller one"),
        ({"sample_weight": LARGE[:, 0]}, MemoryError, "sample_weight: shape …, needed a smaller one"),
    ),
    *of_each(
        [
            Windows(2).fit,
            Windows(2).fit(RECORDS).transform,
            RNNRegressor(epochs=1).fit(RECORDS, CODES).predict,
        ],
        (COLUMNS, TypeError, "X: a masked array, needed one without a mask"),
        (list(COLUMNS), TypeError, "X: a masked array, needed one without a mask"),
    ),
    *of_each(
        [*learns("fit"), *learns("partial_fit")],
        (
            {"lengths": [1, 2, 3, 1]},
            ValueError,
            "lengths: 3 at (2,), needed from 1 to 2, the number of steps",
        ),
        ({"lengths": [1, 2]}, ValueError, "lengths: shape (2,), needed (4,), one for each record"),
        ({"lengths": [1.0] * 4}, TypeError, "lengths: list, needed an array of integers"),
        ({"lengths": [2] * 4, "X": RECORDS * np.nan}, ValueError, "X: nan at (0, 0, 0), needed finite"),
        ({"lengths": [2] * 4, "X": COLUMNS}, TypeError, "X: a masked array, needed one without a mask"),
    ),
    # What was fitted with lengths would read padding without them.
    *of_each(
        [*ended("predict"), *ended("predict_proba")],
        ({"X": RECORDS}, ValueError, "lengths: None, needed after how many steps each sequence ends, as in"),
        ({"X": RECORDS, "lengths": [0] * 4}, ValueError, "lengths: 0 at (0,), needed from 1 to 2"),
    ),
    *of_each(
        ended("score"),
        ({"X": RECORDS, "y": CODES}, ValueError, "lengths: None, needed after how many steps each sequence"),
    ),
    # A table has two axes.
    (lambda: Windows(3).set_output(transform="pandas"), ValueError, "transform: 'pandas', needed 'default'"),
    (lambda: Windows().fit(LARGE), MemoryError, "X: shape …, needed a smaller one"),
    *of(
        lambda classes: RNNClassifier().partial_fit(RECORDS, CODES, classes=classes),
        (np.ma.array([0, 1]), TypeError, "classes: a masked array, needed one without a mask"),
        (LARGE[:, 0], MemoryError, "classes: shape …, needed a smaller one"),
        *((classes, ValueError, "classes: …, needed ") for classes in ("ab", 3, [], [np.nan], [1j], {})),
    ),
    *of(
        lambda length: Windows(length).fit_transform(np.ones((3, 1))),
        *((n, MemoryError, f"length: {n}, needed less, or a shorter series") for n in (2**33, 2**62)),
    ),
    # When they are fitted and when they are made, whatever they were fitted with.
    *of_each(
        [
            lambda length: Windows(length).fit(np.ones((3, 1))),
            lambda length: (
                Windows(3).fit(np.ones((3, 1))).set_params(length=length).transform(np.ones((3, 1)))
            ),
        ],
        *(
            (length, ValueError, f"The 'length' parameter of Windows must be …. Got {length!r} instead.$")
            for length in (0, -1, 1.5, True, np.nan, None, "3")
        ),
    ),
    (
        lambda: (
            RNNClassifier().partial_fit(RECORDS, CODES, classes=[0, 1]).partial_fit(RECORDS, [0, 1, 0, 2])
        ),
        ValueError,
        "y: 2, needed one of the classes [0, 1]$",
    ),
    *of_each(
        [
            lambda weights: RNNClassifier(epochs=1, class_weight=weights).fit(RECORDS, WORDS),
            lambda weights: RNNClassifier(class_weight=weights).partial_fit(RECORDS, WORDS),
        ],
        ({"c": 3.0}, ValueError, "class_weight: 'c' as a class, needed one of a, b"),
        ({"a": -1.0}, ValueError, "class_weight: -1.0 for 'a', needed at least 0"),
        ({"a": "much"}, TypeError, "class_weight: 'much', needed a number"),
    ),
    (
        lambda: RNNClassifier(class_weight="balanced").partial_fit(RECORDS, CODES),
        ValueError,
        "The 'class_weight' parameter of RNNClassifier must be None or a dict in partial_fit. Got ",
    ),
    *of(
        lambda weights: RNNRegressor(epochs=1).fit(RECORDS, CODES, sample_weight=weights),
        (np.zeros(4), ValueError, "sample_weight: zero for every record"),
        (-np.ones(4), ValueError, "sample_weight: -1.0, needed numbers of at least 0"),
        (np.ones(3), ValueError, "sample_weight: shape (3,), needed (4,)"),
        (np.full(4, np.nan), ValueError, "sample_weight: nan at (0,)"),
        (["a"] * 4, TypeError, "sample_weight: dtype <U1, needed real numbers"),
    ),
    *of(
        lambda X: RNNRegressor(epochs=1).fit(np.ones((4, 3, 2)), CODES).predict(X),
        (np.ones((4, 3, 3)), ValueError, "X: 3 numbers a step, needed 2"),
        (np.ones((4, 3, 2, 1)), ValueError, "X: 4 axes, needed"),
    ),
    *of(
        few,
        *(
            (
                (kind, y, part),
                ValueError,
                f"records: {len(y)} of them, and validation_fraction {part}, needed at l",
            )
            for kind, y, part in (
                (RNNRegressor, [1.0], 0.1),
                (RNNRegressor, [1.0, 2.0], 0.99),
                (RNNClassifier, [0, 1, 1], 0.1),
                (RNNClassifier, [0, 0, 1, 1, 2, 2], 0.1),
                (RNNClassifier, [0, 0, 1, 1, 2, 2], 0.9),
            )
        ),
    ),
    (
        lambda: RNNRegressor(cell="lsmt").fit(RECORDS, CODES),
        ValueError,
        "…must be a str among {'vanilla', 'lstm', 'gru'}. Got 'lsmt' instead.$",
    ),
    (
        lambda: RNNRegressor(bidirectional=True, num_layers=2, truncation="window:2").fit(RECORDS, CODES),
        ValueError,
        "truncation: window:2, needed full with several",
    ),
)
def test_what_does_not_fit_is_refused(call, error, said):
    """By its name, with what is needed."""
    refuse(call, error, said)


LENGTHS = np.random.default_rng(0).integers(1, 5, 30)
BEHIND = np.arange(4) >= LENGTHS[:, np.newaxis]
# Of each record the last number before its end.
LAST = STEPS[np.arange(30), LENGTHS - 1]


def with_padding(number):
    """The records with this number behind their ends."""
    return np.where(BEHIND, number, STEPS)


@pytest.mark.parametrize("kind", [RNNRegressor, RNNClassifier])
@pytest.mark.parametrize("options", [{}, {"early_stopping": True, "batch": 7}], ids=["", "early stopping"])
def test_padding_changes_no_bit(kind, options):
    """Whatever it holds, in a fit, its scale and its validation, in parts, and in what is predicted."""
    found, y = [], LAST > 0
    for number in (np.nan, 1e6):
        X = with_padding(number)
        model = kind(epochs=3, random_state=0, **options).fit(X, y, lengths=LENGTHS)
        model.partial_fit(X, y, lengths=LENGTHS.tolist())
        other = model.predict(X, lengths=LENGTHS) if kind is RNNRegressor else model.predict_proba(X, LENGTHS)
        found.append((model.loss_curve_, other.tolist(), model.score(X, y, lengths=LENGTHS)))
    assert found[0] == found[1]


@pytest.mark.parametrize("kind", [RNNRegressor, RNNClassifier])
def test_lengths_of_all_steps_are_none(kind):
    """The same scale, losses and predictions, to rounding."""
    one, other = kind(epochs=3, random_state=0), kind(epochs=3, random_state=0)
    one.fit(STEPS, ABOVE)
    other.fit(STEPS, ABOVE, lengths=np.full(30, 4))
    np.testing.assert_allclose(other.loss_curve_, one.loss_curve_, rtol=1e-12)
    assert other.score(STEPS, ABOVE, lengths=np.full(30, 4)) == pytest.approx(one.score(STEPS, ABOVE))
    # A fit begins anew, and what is learnt from then does not end early.
    assert other.fit(STEPS, ABOVE).predict(STEPS).shape == (30,)


def test_the_scale_is_that_of_what_is_read():
    """Each record is as many numbers as it has steps, counted as often as its weight says."""
    weights = np.arange(30) % 3
    few = [STEPS[n, : LENGTHS[n]] for n in range(30) for _ in range(weights[n])]
    model = RNNRegressor(epochs=1).fit(with_padding(1e6), LAST, sample_weight=weights, lengths=LENGTHS)
    assert model._scale.mean[0] == pytest.approx(np.concatenate(few).mean(), rel=1e-12)
    assert model._scale.spread[0] == pytest.approx(np.concatenate(few).std(), rel=1e-12)


def test_lengths_go_where_they_are_routed():
    """Each fold gets those of its records; without routing a score is refused, not one of padding."""
    X, y = with_padding(np.nan), (LAST > 0).astype(int)
    model, folds = RNNClassifier(epochs=20, random_state=0), KFold(3)
    want = []
    for own, others in folds.split(X):
        fitted = model.fit(X[own], y[own], lengths=LENGTHS[own])
        want.append(fitted.score(X[others], y[others], lengths=LENGTHS[others]))
    with pytest.raises(ValueError, match=r"^lengths: None, needed"):
        cross_val_score(model, with_padding(0.0), y, params={"lengths": LENGTHS}, error_score="raise")
    with config_context(enable_metadata_routing=True):
        model.set_fit_request(lengths=True).set_score_request(lengths=True)
        given = {"cv": folds, "params": {"lengths": LENGTHS}, "error_score": "raise"}
        assert cross_val_score(make_pipeline(model), X, y, **given).tolist() == want


@pytest.mark.parametrize("kind", [RNNRegressor, RNNClassifier])
def test_float32_stays_float32(kind):
    """From the inputs to the predictions."""
    X = STEPS.astype(np.float32)
    model = kind(epochs=2).fit(X, ABOVE)
    assert model.params_.U.dtype == np.float32
    found = model.predict(X) if kind is RNNRegressor else model.predict_proba(X)
    assert found.dtype == np.float32


def test_records_in_parts_have_class_weights_by_name_alone():
    """How often a class occurs in all of them nobody knows."""
    X, y = imbalanced()
    model = RNNClassifier(class_weight={"rare": 9.0, "common": 1}, random_state=0).partial_fit(X, y)
    plain = RNNClassifier(random_state=0).partial_fit(X, y)
    assert np.abs(model.params_.W - plain.params_.W).max() > 0


def test_the_rate_goes_by_a_schedule():
    """A step counts epochs, whatever the batch; a warm-up begins slowly."""

    def losses(**given):
        model = RNNRegressor(epochs=4, batch=7, optimiser="sgd", rate=1e-3, clip=0.0, random_state=0, **given)
        return model.fit(STEPS, STEPS[:, 0]).loss_curve_

    constant = losses(schedule="constant")
    assert losses(schedule="step:2:1") == losses(schedule="step:9") == constant
    falling, cosine, warm = losses(schedule="step:2"), losses(), losses(schedule="constant", warmup=2)
    assert falling[:3] == constant[:3]
    assert falling[3] != constant[3]
    assert cosine[1] != constant[1]
    assert warm[0] == constant[0]
    assert warm[0] - warm[1] < 0.6 * (constant[0] - constant[1])


def test_weights_decay():
    """By adamw alone: where a rate is small they are smaller the more they decay."""
    norms = [
        np.abs(RNNRegressor(epochs=30, random_state=0, **given).fit(STEPS, STEPS[:, 0]).params_.W).sum()
        for given in (
            {"optimiser": "adam"},
            {"optimiser": "adam", "weight_decay": 5.0},
            {"optimiser": "adamw", "weight_decay": 0.0},
            {"optimiser": "adamw", "weight_decay": 5.0},
        )
    ]
    assert norms[0] == norms[1] == norms[2] > 1.5 * norms[3]


def test_partial_fit_goes_on_from_a_fit():
    """By its scale and its parameters, which move by one update."""
    model = RNNRegressor(epochs=3, random_state=0).fit(STEPS, STEPS[:, 0])
    before = model.params_
    model.partial_fit(STEPS, STEPS[:, 0])
    assert model.n_epochs_ == 4
    assert 0 < np.abs(model.params_.W - before.W).max() <= 0.0101
