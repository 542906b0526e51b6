"""Which forms a series is seen in: those whose linear part forecasts the validation stretch best.

Nothing is chosen by the values that test. A form is judged by its linear part alone, which least squares fit
in no time, and the mean of several forms is forecast: it errs less than the best of them, since a few values
do not say reliably which that is.

Source: Timmermann (2006), Forecast combinations, on why the mean of a few is hard to beat.
"""

from collections.abc import Sequence
from itertools import product
from math import sqrt

import numpy as np

from rnn.app.beside import NOTHING, Beside
from rnn.app.comparing import advantage
from rnn.app.predictors import MODEL, Network, errors, of_views, rmse_of
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


def candidates(values: Array, at: Cut, length: int, season: int | None, inputs: int = 0) -> list[list[Form]]:
    """By transformation, the forms that suit the values, without inputs and with so many.

    They leave at least half of the windows that levels have, and three rows for each coefficient. Logarithms
    need values above 0.
    """
    lags: list[tuple[int, ...]] = [(), (1,)]
    if season is not None:
        lags += [(season,), (season, 1)]
    logs = (False, True) if (values > 0).all() else (False,)
    return [
        [
            Form(each, order, count > 0)
            for order in orders(length)
            for count in sorted({0, inputs})
            if at.train - each.before - order >= 3 * (order + 1 + count)
        ]
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


def chosen(values: Array, at: Cut, length: int, season: int | None, beside: Beside = NOTHING) -> list[View]:
    """The best forms, of each transformation one, fitted to what is learnt from: the best first."""
    best: list[tuple[float, int, View]] = []
    rows = beside.upto(at.train)
    for forms in candidates(values, at, length, season, rows.shape[1]):
        found = [view for form in forms for view in _fitted(form, values[: at.train], rows)]
        scores = [score(validated(values, at, [view], length, None, beside)) for view in found]
        if found:
            least = int(np.argmin(scores))
            best.append((scores[least], len(best), found[least]))
    return [view for _, _, view in sorted(best, key=lambda each: each[:2])[:KEPT]]


def _fitted(form: Form, values: Array, rows: Array) -> list[View]:
    """The form fitted, or nothing where numbers are too large for it."""
    try:
        return [view_of(form, values, rows)]
    except ValueError:
        return []


def score(error: Array) -> float:
    """How much errors (N, steps) come to, NaN beyond what is known.

    The geometric mean of the RMSE one step ahead and over all steps, so that either counts in its own units.
    """
    return sqrt(rmse_of(error[:, 0])) * sqrt(rmse_of(error[~np.isnan(error)]))


def validated(
    values: Array,
    at: Cut,
    views: Sequence[View],
    length: int,
    network: Network | None,
    beside: Beside = NOTHING,
) -> Array:
    """The errors (N, steps) of the mean of the views on the validation stretch, NaN beyond it."""
    first = max(at.train, at.validation - ORIGINS) - 1
    found = contexts(values, first, at.validation - 2, window_of(length, views))
    predict, steps = of_views(views, length, network), min(HORIZON, at.validation - 1 - first)
    return errors({MODEL: predict}, values[: at.validation], found, first, steps, beside)[MODEL]


def helps(
    values: Array,
    at: Cut,
    views: Sequence[View],
    length: int,
    network: Network,
    beside: Beside = NOTHING,
) -> bool:
    """Does the network make errors on the validation stretch less: one step ahead beyond chance, and in all?

    That stretch chose its epoch, so that a gain which chance explains is none.
    """
    without, within = (validated(values, at, views, length, each, beside) for each in (None, network))
    return advantage(within[:, :1], without[:, :1]) > 0 and score(within) < score(without)
