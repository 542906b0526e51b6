"""Forecasts of a pandas DataFrame, as one: the dates of its index go in, and the dates that follow come out.

::

    model = fit(frame, "temperature")
    ahead = forecast(model, 12)

This does what ``python -m rnn train`` and ``forecast`` do without ``--verify``.

Needs the extras ``app`` and ``frames``.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from rnn.app import series
from rnn.app.calendar import numbered
from rnn.app.folder import Folder
from rnn.app.forecaster import Forecaster, from_stored
from rnn.app.intervals import LEVEL
from rnn.app.predictors import MODEL
from rnn.app.recipe import Recipe
from rnn.app.table import Series
from rnn.app.training import run_of, trained
from rnn.common.checks import checked_count, kind_of, shown
from rnn.storage import Stored

# A unit's letter in ``rnn.app.calendar`` by the first letters of a period's frequency.
UNITS = {"Y": "Y", "A": "Y", "Q": "M", "M": "M"}


def fit(frame: Any, column: str, *, season: int | None = None, **recipe: Any) -> Forecaster:
    """A model of the ``column`` of a DataFrame, learnt from its first values and tested on its last.

    Dates are those of the index, in time or in periods; without any, rows are numbered. ``season`` counts
    rows, and None looks for one. ``recipe`` has fields of ``rnn.app.recipe.Recipe``, as ``epochs``.

    Raises TypeError or ValueError for anything but a frame with that column, for values that are missing or
    not numbers, for dates with a time zone or at unequal distances, and for an invalid recipe.
    """
    given = _series(frame, column)
    try:
        chosen = Recipe(**recipe)
    except TypeError as error:
        raise TypeError(f"recipe: {error}") from None
    try:
        chosen.objective(series.USUAL_LOSS)
    except ValueError as error:
        raise ValueError(f"loss: {error}") from None
    if chosen.loss is None:
        chosen = replace(chosen, loss=series.USUAL_LOSS)
    run = run_of(
        {
            "recipe": chosen.as_json(),
            "loops": chosen.usual_loops(),
            "checkpoint_every": chosen.epochs,
            "data": series.run_data(given, "", season, None),
        }
    )
    with TemporaryDirectory() as folder:
        learnt = trained(run, Folder(Path(folder)), "", lambda ended, course: None)
    finished = run.task.finish(learnt)
    return from_stored(Stored(finished.net, finished.params, finished.arrays, finished.about))


def forecast(model: Forecaster, steps: int, level: float = LEVEL) -> Any:
    """The values that follow, as a DataFrame of ``steps`` rows: forecast, low and high.

    The index continues that of the data: dates, or numbers if there were none. The share ``level`` of values,
    nine of ten by default, lies between low and high; these are NaN if too few values were held out to tell.
    """
    import pandas

    steps = checked_count("steps", steps, 1)
    held = model.held_out
    first = held.first + len(held.values)
    ahead, half = model.forecast(held, steps)[MODEL], model.interval(steps, level).width
    numbers = np.arange(first, first + steps)
    index = numbers if model.calendar is None else model.calendar.dates(first, steps)
    return pandas.DataFrame({"forecast": ahead, "low": ahead - half, "high": ahead + half}, index=index)


def _series(frame: Any, column: str) -> Series:
    """The column's values, with the calendar of the index."""
    import pandas

    if not isinstance(frame, pandas.DataFrame):
        raise TypeError(f"frame: {kind_of(frame)}, needed a pandas.DataFrame")
    if list(frame.columns).count(column) != 1:
        raise ValueError(f"column: {shown(column)}, needed one of {shown(list(frame.columns))}")
    try:
        values = frame[column].to_numpy(float, na_value=np.nan)
    except (TypeError, ValueError):
        raise TypeError(f"frame[{shown(column)}]: {frame[column].dtype}, needed numbers") from None
    wrong = np.flatnonzero(~np.isfinite(values))
    if len(wrong):
        there = f"{values[wrong[0]]} in row {wrong[0]}"
        raise ValueError(f"frame[{shown(column)}]: {there}, needed finite numbers, as by interpolate()")
    index = frame.index
    if len(values) < 2 or not isinstance(index, pandas.DatetimeIndex | pandas.PeriodIndex):
        return Series(column, values)
    unit = "D"
    if isinstance(index, pandas.PeriodIndex):
        unit = UNITS.get(index.freqstr[0], "D")
        index = index.to_timestamp()
    if index.tz is not None:
        raise ValueError(f"frame.index: in {index.tz}, needed dates without a zone, as by tz_localize(None)")
    if index.hasnans:
        raise ValueError("frame.index: NaT, needed a date in every row")
    calendar, numbers = numbered(index.to_numpy().astype("M8[s]"), np.arange(len(values)), "frame.index")
    gaps = np.flatnonzero(np.diff(numbers) > 1)
    if len(gaps):
        after = f"no row after {index[gaps[0]]}"
        raise ValueError(f"frame.index: {after}, needed every date, as by asfreq() and interpolate()")
    return Series(column, values, replace(calendar, unit=unit))
