"""A model of a series, as a file keeps it: the network, how it sees values, and the values that test it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnn.app.calendar import Calendar
from rnn.app.predictors import NETWORK, Predictor, errors, half_widths, predictors
from rnn.app.preparing import Scaling, check_seen, contexts
from rnn.app.table import Columns, Series, read
from rnn.app.waiting import unreported
from rnn.cells import Params
from rnn.common.arrays import Array
from rnn.common.checks import cut, shown
from rnn.console.progress import Show
from rnn.network import RNN
from rnn.storage import Stored, load

# The share of held-out errors that an interval is as wide as.
SHARE = 0.9


@dataclass(frozen=True, eq=False)
class Forecaster:
    """``recent`` are the last values, from number ``first`` of the series on.

    The first ``context`` of them stand before the held-out ones, by which nothing was chosen.
    """

    net: RNN
    params: Params
    scaling: Scaling
    length: int
    season: int | None
    linear: Array
    recent: Array
    first: int
    name: str
    unit: str
    calendar: Calendar | None
    columns: Columns | None

    @property
    def context(self) -> int:
        """How many values before it a forecast looks at."""
        return context_of(self.length, self.scaling.changes, self.season)

    @property
    def label(self) -> str:
        """The name and the unit."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    def predictors(self, show: Show = unreported) -> Mapping[str, Predictor]:
        """The network, which calls ``show`` with the steps done, and its baselines."""
        return predictors(self.net, self.params, self.scaling, self.length, self.season, self.linear, show)

    def errors(self, values: Array, steps: int, show: Show = unreported) -> dict[str, Array]:
        """Forecast less truth of each predictor, from every origin of ``values`` that has a context."""
        first = self.context - 1
        found = contexts(values, first, len(values) - 2, self.context)
        return errors(self.predictors(show), values, found, first, steps)

    def interval(self, steps: int, show: Show = unreported) -> Array:
        """How far a forecast of each step is widened, from the network's held-out errors; NaN if too few."""
        # No error is known of later steps than there are origins.
        known = min(steps, self.origins)
        width = half_widths(self.errors(self.recent, known, show)[NETWORK], SHARE)
        return np.concatenate([width, np.full(steps - known, np.nan)])

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
        check_seen(cut(str(path)), found.values, self.scaling)
        return found, 0

    def stored(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """The arrays and the JSON values that a file keeps with the network."""
        about = {
            "kind": "series",
            "scaling": asdict(self.scaling),
            "length": self.length,
            "season": self.season,
            "first": self.first,
            "name": self.name,
            "unit": self.unit,
            "calendar": None if self.calendar is None else asdict(self.calendar),
            "columns": None if self.columns is None else asdict(self.columns),
        }
        return {"recent": self.recent, "linear": self.linear}, about


def context_of(length: int, changes: bool, season: int | None) -> int:
    """How many values a forecast looks at: the network's window, and the season before."""
    return max(length + changes, season or 0)


def from_stored(stored: Stored) -> Forecaster:
    """The forecaster that a file holds. ValueError for the model of something else, or of nothing."""
    about = stored.about
    if about.get("kind") != "series":
        raise ValueError(f"a model of {shown(about.get('kind'))}, needed one of a series")
    try:
        found = Forecaster(
            net=stored.net,
            params=stored.params,
            scaling=Scaling(**about["scaling"]),
            length=about["length"],
            season=about["season"],
            linear=stored.arrays["linear"],
            recent=stored.arrays["recent"],
            first=about["first"],
            name=about["name"],
            unit=about["unit"],
            calendar=None if about["calendar"] is None else Calendar(**about["calendar"]),
            columns=None if about["columns"] is None else Columns(**about["columns"]),
        )
        # Whatever in it does not fit is found here, and not in the midst of a command.
        found.errors(found.recent, 1)
        if found.calendar is not None:
            found.calendar.labels(found.first, len(found.recent))
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, MemoryError) as error:
        raise ValueError(f"{shown(error)}, needed the model that train writes") from None
    return found


def read_model(path: Path) -> Stored:
    """A model's file, or that in a folder. OSError or ValueError with its path."""
    return load(path / "model.safetensors" if path.is_dir() else path)
