"""A model of a series, as a file keeps it: the network, its views of values, and the values that test it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rnn.app.calendar import Calendar
from rnn.app.comparing import Comparison, compared
from rnn.app.inputs import SeriesInputs
from rnn.app.intervals import LEVEL, Interval, interval
from rnn.app.predictors import (
    LINEAR,
    MODEL,
    Network,
    Predictor,
    context_of,
    errors,
    mean_of,
    simple,
)
from rnn.app.preparing import Scaling, check_seen, contexts
from rnn.app.smoothing import Smoothing
from rnn.app.table import Columns, Series, read
from rnn.app.transformation import Transformation
from rnn.app.views import View, alone
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
    has a column for each of the views; it ``adds`` to what they expect, or was found to add nothing. The mean
    of the views and of the baselines named by ``others`` is what the model forecasts.
    ``beside`` are the columns beside all these values, and beyond them as far as they were known ahead.
    """

    net: RNN
    params: Params
    views: tuple[View, ...]
    others: tuple[str, ...]
    adds: bool
    length: int
    season: int | None
    baseline: View
    smoothing: Smoothing | None
    earlier: Array
    recent: Array
    beside: Array
    inputs: SeriesInputs
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

    def forecasts(self, show: Show = unreported) -> Predictor:
        """What forecasts, and calls ``show`` with the steps done."""
        network = Network(self.net, self.params) if self.adds else None
        baselines = simple(self.season, self.smoothing)
        others = [baselines[name] for name in self.others]
        return mean_of(self.views, self.length, network, others, show)

    def predictors(self, show: Show = unreported) -> Mapping[str, Predictor]:
        """By name, the model first, and its baselines."""
        linear = mean_of([self.baseline], self.length, None)
        return {MODEL: self.forecasts(show), **simple(self.season, self.smoothing), LINEAR: linear}

    @property
    def unlearnt(self) -> Series:
        """The values after the first context that were not learnt from."""
        values = np.concatenate([self.earlier, self.recent])
        first = self.first - len(self.earlier)
        return Series(self.name, values, self.calendar, 0, self.beside, first)

    @property
    def held_out(self) -> Series:
        """The recent values after a context: nothing was chosen by these."""
        beside = self.beside[len(self.earlier) :]
        return Series(self.name, self.recent, self.calendar, 0, beside, self.first)

    def errors(
        self, series: Series, steps: int, show: Show = unreported, which: Sequence[str] | None = None
    ) -> dict[str, Array]:
        """Forecast less truth of the predictors, or of ``which``, from every origin that has a context."""
        values, first = series.values, self.context - 1
        found = contexts(values, first, len(values) - 2, self.context)
        named = self.predictors(show)
        chosen = named if which is None else {name: named[name] for name in which}
        return errors(chosen, values, found, first, steps, self.inputs.beside(series))

    def interval(self, steps: int, level: float, show: Show = unreported) -> Interval:
        """How far a forecast of each step is widened, by the model's errors on values not learnt from."""
        held = self.errors(self.unlearnt, min(steps, self.horizons), show, [MODEL])[MODEL]
        return interval(held, self.origins, steps, level)

    @property
    def horizons(self) -> int:
        """How many steps ahead half of the values that were not learnt from can be forecast."""
        return (len(self.earlier) + self.origins + 1) // 2

    def found(self) -> Comparison:
        """The model beside its baselines, one step ahead, on the held-out values."""
        return compared(self.errors(self.held_out, 1))

    @property
    def origins(self) -> int:
        """How many of the values that it keeps can be forecast from the others."""
        return len(self.recent) - self.context

    def forecast(self, series: Series, steps: int, show: Show = unreported) -> dict[str, Array]:
        """The values that follow, by each predictor: (steps,).

        FloatingPointError if they grow too large, ValueError if future inputs are not known.
        """
        context, last = series.values[np.newaxis, -self.context :], len(series.values) - 1
        beside = self.inputs.beside(series, steps).around(last, last, self.context, steps)
        return {name: predict(context, steps, beside)[0] for name, predict in self.predictors(show).items()}

    def series(self, path: Path | None, columns: Columns | None, fill: bool) -> Series:
        """The values of a file, or its own if none is given.

        OSError or ValueError, with a message for the user who gave the file.
        """
        if path is None:
            return self.held_out
        columns = columns or self.columns
        if columns is None:
            raise ValueError("--data: the model was trained on no file, needed --column as well")
        columns = replace(columns, inputs=self.inputs.columns, known=self.inputs.known)
        found = read(path, columns, fill)
        if len(found.values) < self.context + 1:
            needed = f"needed {self.context + 1} at least"
            raise ValueError(f"{cut(str(path))}: {len(found.values)} values, {needed}")
        for view in (*self.views, self.baseline):
            check_seen(cut(str(path)), found.values, view.scaling)
        return self._placed(cut(str(path)), found)

    def _placed(self, name: str, found: Series) -> Series:
        """A file's series where its dates are; without dates it begins where the one learnt began."""
        if self.calendar is None or found.calendar is None:
            return found
        place = self.calendar.place_of(found.calendar)
        if place is not None:
            return replace(found, calendar=self.calendar, first=place)
        if self.inputs.season is not None:
            raise ValueError(
                f"{name}: its dates are not among those learnt, needed to know the season's step"
            )
        return found

    def stored(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """The arrays and the JSON values that a file keeps with the network."""
        about = {
            "kind": "series",
            "views": [{"scaling": asdict(view.scaling), "left": view.left} for view in self.views],
            "others": list(self.others),
            "adds": self.adds,
            "baseline": asdict(self.baseline.scaling),
            "smoothing": None if self.smoothing is None else asdict(self.smoothing),
            "length": self.length,
            "season": self.season,
            "inputs": asdict(self.inputs),
            "first": self.first,
            "name": self.name,
            "unit": self.unit,
            "calendar": None if self.calendar is None else asdict(self.calendar),
            "columns": None if self.columns is None else asdict(self.columns),
        }
        linear = {f"view.{place}": view.linear for place, view in enumerate(self.views)}
        linear |= {f"view.{place}.beside": view.beside for place, view in enumerate(self.views)}
        values = {"earlier": self.earlier, "recent": self.recent, "beside": self.beside}
        return {**values, "linear": self.baseline.linear, **linear}, about


def _views(stored: Stored) -> tuple[tuple[View, ...], bool, View]:
    """The views, whether the network adds to them, and the baseline's. A model of older versions is a network
    alone, and its baseline sees what it sees."""
    about, linear = stored.about, stored.arrays["linear"]
    if "views" not in about:
        scaling = _scaling(about["scaling"])
        return (alone(scaling),), True, View(scaling, linear, 1.0)
    views = (
        View(_scaling(each["scaling"]), stored.arrays[f"view.{place}"], each["left"], _beside(stored, place))
        for place, each in enumerate(about["views"])
    )
    return tuple(views), about["adds"], View(_scaling(about["baseline"]), linear, 1.0)


def _beside(stored: Stored, place: int) -> Array:
    """Of the inputs, which models of older versions have not."""
    return stored.arrays.get(f"view.{place}.beside", np.zeros((3, 0)))


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
        inputs: dict[str, Any] = {
            name: tuple(each) if isinstance(each, list) else each
            for name, each in about.get("inputs", {}).items()
        }
        found = Forecaster(
            net=stored.net,
            params=stored.params,
            views=views,
            # Models of older versions consist of views only.
            others=tuple(about.get("others", ())),
            adds=adds,
            length=about["length"],
            season=about["season"],
            baseline=baseline,
            smoothing=None if about.get("smoothing") is None else Smoothing(**about["smoothing"]),
            # Older versions have none.
            earlier=stored.arrays.get("earlier", np.zeros(0)),
            recent=stored.arrays["recent"],
            beside=stored.arrays.get("beside", np.zeros((0, 0))),
            inputs=SeriesInputs(**inputs),
            first=about["first"],
            name=about["name"],
            unit=about["unit"],
            calendar=None if about["calendar"] is None else Calendar(**about["calendar"]),
            columns=None if about["columns"] is None else Columns(**about["columns"]),
        )
        # Errors in its contents are found here, and not in the middle of a command.
        found.errors(found.held_out, 1)
        found.interval(1, LEVEL)
        if found.calendar is not None:
            found.calendar.labels(found.first, len(found.recent))
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, MemoryError) as error:
        raise ValueError(f"{shown(error)}, needed the model that train writes") from None
    return found


def read_model(path: Path) -> Stored:
    """A model's file, or that in a folder. OSError or ValueError with its path."""
    return load(path / "model.safetensors" if path.is_dir() else path)
