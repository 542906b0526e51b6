"""What a forecast is the mean of: the forms and the baselines that forecast the validation stretch best.

Nothing is chosen by the values that test. A form is judged by its linear part alone, which least squares fit
in no time, and beside it stand the baselines. The mean of the few best is forecast: it errs less than the
best of them, since a few values do not say reliably which that is. Where they do, beyond chance, what is
worse is left out.

Source: Timmermann (2006), Forecast combinations, on why the mean of a few is hard to beat.
"""

from dataclasses import dataclass
from itertools import product
from math import sqrt

import numpy as np

from rnn.app.beside import NOTHING, Beside
from rnn.app.comparing import advantage
from rnn.app.predictors import MODEL, Predictor, context_of, errors, mean_of, rmse_of, simple
from rnn.app.preparing import Cut, contexts
from rnn.app.smoothing import Smoothing
from rnn.app.transformation import Transformation
from rnn.app.views import Form, View, view_of
from rnn.common.arrays import Array

# How many are taken at the most, and how many rows least squares have for each weight. On 56 series fewer
# rows fit what does not last, and fewer or more than four are worse.
KEPT = 4
ROWS = 10

# What errs so many times as much as the best is left out, however few values say so.
WORSE = 1.5

# How far ahead forms are compared: a year of months.
HORIZON = 12

# Origins that are enough to compare forms by, however long the validation stretch is.
ORIGINS = 300


def candidates(values: Array, at: Cut, length: int, season: int | None, inputs: int = 0) -> list[list[Form]]:
    """By transformation, the forms that suit the values, without inputs and with so many.

    They leave at least half of the windows that levels have, and ``ROWS`` rows for each weight. Logarithms
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
            if at.train - each.before >= ROWS * (order + count)
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


@dataclass(frozen=True, eq=False)
class Chosen:
    """What a mean is of: forms that are fitted, at least one, and names of baselines."""

    views: list[View]
    others: tuple[str, ...] = ()


def chosen(
    values: Array,
    at: Cut,
    length: int,
    season: int | None,
    smoothing: Smoothing | None = None,
    beside: Beside = NOTHING,
) -> Chosen:
    """The best of the forms, of each transformation one, and of the baselines: on the validation stretch.

    Forms are fitted to what is learnt from. What the best one beats beyond chance, one step ahead, is left
    out, as is what errs far more. A network needs a form, so that the best is there in any case.
    """
    rows = beside.upto(at.train)
    fitted = [
        {form: view for form in forms for view in _fitted(form, values[: at.train], rows)}
        for forms in candidates(values, at, length, season, rows.shape[1])
    ]
    views = {form: view for found in fitted for form, view in found.items()}
    baselines = simple(season, smoothing)
    context = context_of(length, list(views.values()), season, smoothing)
    found: dict[Form | str, Array] = {
        **{
            form: validated(values, at, mean_of([view], length, None), context, beside)
            for form, view in views.items()
        },
        **{name: validated(values, at, predict, context, beside) for name, predict in baselines.items()},
    }

    def scored(candidate: Form | str) -> float:
        return score(found[candidate])

    forms = sorted((min(each, key=scored) for each in fitted if each), key=scored)
    every: list[Form | str] = [*forms, *baselines]
    first, *later = sorted(every, key=scored)
    near = [
        each
        for each in later[: KEPT - 1]
        if scored(each) <= WORSE * scored(first) and advantage(found[first][:, :1], found[each][:, :1]) <= 0
    ]
    kept = [first, *near]
    best = [views[form] for form in forms if form in kept]
    return Chosen(best or [views[forms[0]]], tuple(name for name in baselines if name in kept))


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


def validated(values: Array, at: Cut, predict: Predictor, context: int, beside: Beside = NOTHING) -> Array:
    """The errors (N, steps) of forecasts from so many values on the validation stretch, NaN beyond it."""
    first = max(at.train, at.validation - ORIGINS) - 1
    found = contexts(values, first, at.validation - 2, context)
    steps = min(HORIZON, at.validation - 1 - first)
    return errors({MODEL: predict}, values[: at.validation], found, first, steps, beside)[MODEL]


def helps(
    values: Array, at: Cut, without: Predictor, within: Predictor, context: int, beside: Beside = NOTHING
) -> bool:
    """Does a network make errors on the validation stretch less: one step ahead beyond chance, and in all?

    That stretch chose its epoch, so that a gain which chance explains is none.
    """
    own, other = (validated(values, at, predict, context, beside) for predict in (within, without))
    return advantage(own[:, :1], other[:, :1]) > 0 and score(own) < score(other)
