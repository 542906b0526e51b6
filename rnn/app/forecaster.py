"""A model of a series, as a file keeps it: the network, its views of values, and the values that test it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnn.app.calendar import Calendar
from rnn.app.comparing import Comparison, compared
from rnn.app.intervals import LEVEL, Interval, interval
from rnn.app.predictors import (
    LAST,
    LINEAR,
    MODEL,
    SEASONAL,
    SMOOTHING,
    Network,
    Predictor,
    errors,
    last,
    of_views,
    seasonal,
)
from rnn.app.preparing import Scaling, check_seen, contexts
from rnn.app.smoothing import Smoothing
from rnn.app.table import Columns, Series, read
from rnn.app.transformation import Transformation
from rnn.app.views import View, alone, window_of
from rnn.app.waiting import unreported
from rnn.cells import Params
from rnn.common.arrays import Array
from rnn.common.checks import cut, shown
from rnn.console.progress import Show
from rnn.network import RNN
from rnn.storage import Stored, load


@dataclass(frozen=True, eq=False)
class Forecaster:
    """``recent`` are the last values, from number ``first`` of the series on.

    The first ``context`` of them stand before the held-out ones, by which nothing was chosen. ``earlier`` are
    the values before these: the validation stretch, not learnt from, and what stands before it. The network
    has a column for each of the views; it ``adds`` to what they expect, or was found to add nothing.
    """

    net: RNN
    params: Params
    views: tuple[View, ...]
    adds: bool
    length: int
    season: int | None
    baseline: View
    smoothing: Smoothing | None
    earlier: Array
    recent: Array
    first: int
    name: str
    unit: str
    calendar: Calendar | None
    columns: Columns | None

    @property
    def context(self) -> int:
        """How many values before it a forecast looks at."""
        return context_of(self.length, (*self.views, self.baseline), self.season, self.smoothing)

    @property
    def label(self) -> str:
        """The name and the unit."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    def predictors(self, show: Show = unreported) -> Mapping[str, Predictor]:
        """By name, the model first, which calls ``show`` with the steps done, and its baselines."""
        network = Network(self.net, self.params) if self.adds else None
        found: dict[str, Predictor] = {MODEL: of_views(self.views, self.length, network, show), LAST: last}
        if self.season is not None:
            found[SEASONAL] = seasonal(self.season)
        found[LINEAR] = of_views([self.baseline], self.length, None)
        return found if self.smoothing is None else {**found, SMOOTHING: self.smoothing}

    def errors(self, values: Array, steps: int, show: Show = unreported) -> dict[str, Array]:
        """Forecast less truth of each predictor, from every origin of ``values`` that has a context."""
        first = self.context - 1
        found = contexts(values, first, len(values) - 2, self.context)
        return errors(self.predictors(show), values, found, first, steps)

    def interval(self, steps: int, level: float, show: Show = unreported) -> Interval:
        """How far a forecast of each step is widened, by the model's errors on values not learnt from."""
        values = np.concatenate([self.earlier, self.recent])
        first = self.context - 1
        found = contexts(values, first, len(values) - 2, self.context)
        own = {MODEL: self.predictors(show)[MODEL]}
        held = errors(own, values, found, first, min(steps, self.horizons))[MODEL]
        return interval(held, self.origins, steps, level)

    @property
    def horizons(self) -> int:
        """How many steps ahead half of the values that were not learnt from can be forecast."""
        return (len(self.earlier) + self.origins + 1) // 2

    def found(self) -> Comparison:
        """The model beside its baselines, one step ahead, on the held-out values."""
        return compared(self.errors(self.recent, 1))

    @property
    def origins(self) -> int:
        """How many of the values that it keeps can be forecast from the others."""
        return len(self.recent) - self.context

    def forecast(self, values: Array, steps: int, show: Show = unreported) -> dict[str, Array]:
        """The values that follow, by each predictor: (steps,). FloatingPointError if they grow too large."""
        context = values[np.newaxis, -self.context :]
        return {name: predict(context, steps)[0] for name, predict in self.predictors(show).items()}

    def series(self, path: Path | None, columns: Columns | None, fill: bool) -> tuple[Series, int]:
        """The values of a file, or its own where none is given, and the number of the first in the calendar.

        OSError or ValueError, in words for who gave the file.
        """
        if path is None:
            return Series(self.name, self.recent, self.calendar), self.first
        columns = columns or self.columns
        if columns is None:
            raise ValueError("--data: the model was trained on no file, needed --column as well")
        found = read(path, columns, fill)
        if len(found.values) < self.context + 1:
            needed = f"needed {self.context + 1} at least"
            raise ValueError(f"{cut(str(path))}: {len(found.values)} values, {needed}")
        for view in (*self.views, self.baseline):
            check_seen(cut(str(path)), found.values, view.scaling)
        return found, 0

    def stored(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """The arrays and the JSON values that a file keeps with the network."""
        about = {
            "kind": "series",
            "views": [{"scaling": asdict(view.scaling), "left": view.left} for view in self.views],
            "adds": self.adds,
            "baseline": asdict(self.baseline.scaling),
            "smoothing": None if self.smoothing is None else asdict(self.smoothing),
            "length": self.length,
            "season": self.season,
            "first": self.first,
            "name": self.name,
            "unit": self.unit,
            "calendar": None if self.calendar is None else asdict(self.calendar),
            "columns": None if self.columns is None else asdict(self.columns),
        }
        linear = {f"view.{place}": view.linear for place, view in enumerate(self.views)}
        values = {"earlier": self.earlier, "recent": self.recent}
        return {**values, "linear": self.baseline.linear, **linear}, about


def context_of(length: int, views: Sequence[View], season: int | None, smoothing: Smoothing | None) -> int:
    """How many values a forecast looks at: the windows of its views, the season before, what is smoothed."""
    return max(window_of(length, views), season or 0, 0 if smoothing is None else smoothing.context)


def _views(stored: Stored) -> tuple[tuple[View, ...], bool, View]:
    """The views, whether the network adds to them, and the baseline's. A model of older versions is a network
    alone, and its baseline sees what it sees."""
    about, linear = stored.about, stored.arrays["linear"]
    if "views" not in about:
        scaling = _scaling(about["scaling"])
        return (alone(scaling),), True, View(scaling, linear, 1.0)
    views = (
        View(_scaling(each["scaling"]), stored.arrays[f"view.{place}"], each["left"])
        for place, each in enumerate(about["views"])
    )
    return tuple(views), about["adds"], View(_scaling(about["baseline"]), linear, 1.0)


def _scaling(kept: Mapping[str, Any]) -> Scaling:
    """As a file has it: those of older versions say ``changes``."""
    if "changes" in kept:
        transformation = Transformation(lags=(1,) if kept["changes"] else ())
    else:
        given = kept["transformation"]
        transformation = Transformation(given["logs"], tuple(given["lags"]))
    return Scaling(kept["mean"], kept["scale"], transformation)


def from_stored(stored: Stored) -> Forecaster:
    """The forecaster that a file holds. ValueError for the model of something else, or of nothing."""
    about = stored.about
    if about.get("kind") != "series":
        raise ValueError(f"a model of {shown(about.get('kind'))}, needed one of a series")
    try:
        views, adds, baseline = _views(stored)
        found = Forecaster(
            net=stored.net,
            params=stored.params,
            views=views,
            adds=adds,
            length=about["length"],
            season=about["season"],
            baseline=baseline,
            smoothing=None if about.get("smoothing") is None else Smoothing(**about["smoothing"]),
            # Older versions have none.
            earlier=stored.arrays.get("earlier", np.zeros(0)),
            recent=stored.arrays["recent"],
            first=about["first"],
            name=about["name"],
            unit=about["unit"],
            calendar=None if about["calendar"] is None else Calendar(**about["calendar"]),
            columns=None if about["columns"] is None else Columns(**about["columns"]),
        )
        # Whatever in it does not fit is found here, and not in the midst of a command.
        found.errors(found.recent, 1)
        found.interval(1, LEVEL)
        if found.calendar is not None:
            found.calendar.labels(found.first, len(found.recent))
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, MemoryError) as error:
        raise ValueError(f"{shown(error)}, needed the model that train writes") from None
    return found


def read_model(path: Path) -> Stored:
    """A model's file, or that in a folder. OSError or ValueError with its path."""
    return load(path / "model.safetensors" if path.is_dir() else path)
