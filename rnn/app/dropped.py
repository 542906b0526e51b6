"""What is regular in a series and not in its forecasts: a trend, or a season.

A trend is a mean change over a season, or over ``HORIZON`` steps, that is not 0 beyond chance, by the test of
``rnn.app.comparing``. How often it was found in 1000 series each of 40, 60, 120 and 300 values: in walks 4 to
6 %, in noise and in an autoregression with the coefficient 0.8 up to 1 %; in a line that rises by 3 a step
in noise of deviation 20, of 40 values 69 %, and of more all.
"""

import numpy as np

from rnn.app.choosing import HORIZON
from rnn.app.comparing import critical, diebold_mariano
from rnn.app.forecaster import Forecaster
from rnn.app.predictors import MODEL, SEASONAL, SMOOTHING, forecasts
from rnn.app.preparing import contexts
from rnn.common.arrays import Array
from rnn.learning.sizes import scaled

# A trend of which forecasts continue a smaller share is reported.
CONTINUED = 0.5

# So many of the last origins say how forecasts go on.
ORIGINS = 12


def remarks(values: Array, model: Forecaster) -> list[str]:
    """In sentences, what a model leaves out of all values that it was trained and tested on."""
    said = []
    if model.season is not None and not holds_season(model):
        said.append(f"The season of {model.season} steps is in no part of the model.")
    slope = trend_of(values, model.season or HORIZON)
    own = 0.0 if slope == 0 else goes_on(model)
    if np.isfinite(own) and own * np.sign(slope) < CONTINUED * abs(slope):
        unit = f" {model.unit}" if model.unit else ""
        said.append(
            f"The values {_moves(slope)}{unit} a step, beyond chance, and the forecasts {_moves(own)}: "
            "less than half of this trend is continued."
        )
    return said


def _moves(slope: float) -> str:
    return f"{'fall' if slope < 0 else 'rise'} by {abs(slope):.3g}" if slope else "stand still"


def holds_season(model: Forecaster) -> bool:
    """Does some part of what is forecast look back a season, or read where in one a step is?"""
    season = model.season or 0
    seasonal = {SEASONAL, SMOOTHING} & set(model.others)
    reach = max(max(view.order, *view.transformation.lags, 0) for view in model.views)
    return bool(seasonal or model.inputs.cycles) or max(reach, model.length * model.adds) >= season


def trend_of(values: Array, lag: int) -> float:
    """The mean change of values (S,) a step, by changes over ``lag`` steps; 0 where chance explains it."""
    sizes, exponent = scaled(values)
    changes = sizes[lag:] - sizes[:-lag]
    statistic, freedom = diebold_mariano(changes, lag)
    if not abs(statistic) > critical(freedom):
        return 0.0
    with np.errstate(over="ignore"):
        return float(np.ldexp(changes.mean() / lag, exponent).item())


def goes_on(model: Forecaster) -> float:
    """The mean change of its forecasts a step, from the last origins; not finite where they are not."""
    held, lag = model.held_out, model.season or HORIZON
    last = len(held.values) - 2
    first = max(model.context - 1, last - ORIGINS + 1)
    found = contexts(held.values, first, last, model.context)
    # What is read of dates goes on beyond the values, and of columns the last row is repeated.
    beside = model.inputs.beside(held, 0 if model.inputs.columns else lag + 1)
    around = beside.around(first, last, model.context, lag + 1)
    with np.errstate(over="ignore", invalid="ignore"):
        ahead = forecasts(model.predictors()[MODEL], found, lag + 1, around)
        return float((ahead[:, -1] - ahead[:, 0]).mean() / lag)
