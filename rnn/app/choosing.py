"""Which forms a series is seen in: those whose linear part forecasts the validation stretch best.

Nothing is chosen by the values that test. A form is judged by its linear part alone, which least squares fit
in no time, and the mean of several forms is forecast: it errs less than the best of them, since a few values
do not say reliably which that is.

Source: Timmermann (2006), Forecast combinations, on why the mean of a few is hard to beat.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np

from rnn.app.predictors import MODEL, Network, Predictor, errors, of_views, rmse_of
from rnn.app.preparing import Cut, contexts
from rnn.app.transformation import Transformation
from rnn.app.views import Form, View, view_of, window_of
from rnn.common.arrays import Array

# How many forms are taken. On two dozen series three are better than one, two or four.
KEPT = 3

# How far ahead forms are compared: a year of months.
HORIZON = 12

# Origins that are enough to compare forms by, however long the validation stretch is.
ORIGINS = 300

# By how much less the validation error has to be with the network than without: of what chose its epoch, a
# smaller gain says nothing.
GAIN = 0.02


def candidates(values: Array, at: Cut, length: int, season: int | None) -> list[list[Form]]:
    """By transformation, the forms that suit the values.

    They leave at least half of the windows that levels have, and three rows for each coefficient. Logarithms
    need values above 0.
    """
    lags: list[tuple[int, ...]] = [(), (1,)]
    if season is not None:
        lags += [(season,), (season, 1)]
    logs = (False, True) if (values > 0).all() else (False,)
    return [
        [Form(each, order) for order in orders(length) if at.train - each.before - order >= 3 * (order + 1)]
        for each in (Transformation(*both) for both in product(logs, lags))
        if 2 * each.before <= at.train - length
    ]


def orders(length: int) -> list[int]:
    """Lengths of a linear part up to that of a window: few, each about 1.4 times the one before.

    >>> orders(24)
    [0, 1, 2, 3, 4, 6, 8, 12, 16, 24]
    """
    powers = (base << power for base in (2, 3) for power in range(length.bit_length()))
    return sorted({0, 1, length, *(order for order in powers if order <= length)})


def chosen(values: Array, at: Cut, length: int, season: int | None) -> list[View]:
    """The best forms, of each transformation one, fitted to what is learnt from: the best first."""
    best: list[tuple[float, int, View]] = []
    for forms in candidates(values, at, length, season):
        found = [view for form in forms for view in _fitted(form, values[: at.train])]
        scores = [
            score(values, at, of_views([each], length, None), window_of(length, [each])) for each in found
        ]
        if found:
            least = int(np.argmin(scores))
            best.append((scores[least], len(best), found[least]))
    return [view for _, _, view in sorted(best, key=lambda each: each[:2])[:KEPT]]


def _fitted(form: Form, values: Array) -> list[View]:
    """The form fitted, or nothing where numbers are too large for it."""
    try:
        return [view_of(form, values)]
    except ValueError:
        return []


def score(values: Array, at: Cut, predict: Predictor, count: int) -> float:
    """How much a predictor errs on the validation stretch, from contexts of so many values.

    The geometric mean of its RMSE one step ahead and over all steps up to ``HORIZON``, so that either counts
    in its own units.
    """
    first = max(at.train, at.validation - ORIGINS) - 1
    seen = contexts(values, first, at.validation - 2, count)
    steps = min(HORIZON, at.validation - 1 - first)
    error = errors({MODEL: predict}, values[: at.validation], seen, first, steps)[MODEL]
    return float(np.sqrt(rmse_of(error[:, 0]) * rmse_of(error[~np.isnan(error)])))


def helps(values: Array, at: Cut, views: Sequence[View], length: int, network: Network) -> bool:
    """Does the network make the validation error less by ``GAIN`` at least?"""
    without, within = (
        score(values, at, of_views(views, length, each), window_of(length, views)) for each in (None, network)
    )
    return within <= (1 - GAIN) * without
