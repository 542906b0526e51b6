"""What stands beside the values of a series: columns of its table, and sines of the calendar or of a season.

Each step has a row of F inputs, which are known one step before it. Of a column that is known ahead that is
its own value; of any other, which is lagged, the value of the step before, and further ahead it stays as it
was known last.

Of a cycle with phase p, from 0 to 1, they are sin 2πkp and cos 2πkp for k = 1 … K: of the year, the week and
the day, by the dates, where steps are shorter and two such cycles are learnt from; and of a season too long
for a window, by the number of the step.

Source: Hyndman and Athanasopoulos, Forecasting: principles and practice (2021), sections 7.4 and 12.1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnn.app.beside import NOTHING, Beside
from rnn.app.calendar import DAY, Calendar
from rnn.app.comparing import listed
from rnn.app.table import Series
from rnn.common.arrays import Array
from rnn.common.checks import shown

# By cycle, K: with 3 a week's days are as free as they can be. Higher ones of the others are noise.
WEEK, SEASON = "week", "season"
HARMONICS: Mapping[str, int] = {"year": 2, WEEK: 3, "day": 2, SEASON: 3}

# The lengths of those that dates have, in seconds.
CYCLES: Mapping[str, float] = {"year": 365.2425 * DAY, WEEK: 7 * DAY, "day": DAY}

# The first second of 1970 is that of a Thursday.
MONDAY = 3 * DAY


@dataclass(frozen=True)
class SeriesInputs:
    """The names of the columns, of those that are known ahead, and of cycles; ``season`` is that of one."""

    columns: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    cycles: tuple[str, ...] = ()
    season: int | None = None

    @property
    def lagged(self) -> list[str]:
        """The names of the columns that are not known ahead."""
        return [name for name in self.columns if name not in self.known]

    def beside(self, series: Series, ahead: int = 0) -> Beside:
        """What stands beside a series, and beside so many steps after it.

        ValueError where a column that is known ahead ends sooner, or where a cycle needs dates.
        """
        if not self.columns and not self.cycles:
            return NOTHING
        count, first = len(series.values), series.first
        blocks = [self._column(series, place, ahead) for place in range(len(self.columns))]
        for cycle in self.cycles:
            phases = self._phases(cycle, series.calendar, first, count + ahead)
            angles = 2 * np.pi * phases[:, np.newaxis] * np.arange(1, HARMONICS[cycle] + 1)
            blocks.append(np.concatenate([np.sin(angles), np.cos(angles)], axis=1))
        lagged = [name not in self.known for name in self.columns]
        rows = np.concatenate(blocks, axis=1)
        return Beside(rows, np.array(lagged + [False] * (rows.shape[1] - len(lagged))))

    def _column(self, series: Series, place: int, ahead: int) -> Array:
        """Its value beside each step, (S + ahead, 1)."""
        count, column = len(series.values), series.inputs[:, place]
        if self.columns[place] not in self.known:
            # Of the first step none is known before it.
            return np.concatenate([column[:1], column[:count], np.repeat(column[count - 1 : count], ahead)])[
                : count + ahead, np.newaxis
            ]
        if len(column) < count + ahead:
            there = len(column) - count
            raise ValueError(
                f"--steps: {ahead}, needed at most {there}: {shown(self.columns[place])} is known ahead, and "
                f"{there} of its values follow the last of {shown(series.name)}"
            )
        return column[: count + ahead, np.newaxis]

    def _phases(self, cycle: str, calendar: Calendar | None, first: int, count: int) -> Array:
        if cycle == SEASON:
            if self.season is None:
                raise ValueError("the season: no steps, needed how many it has")
            return np.arange(first, first + count) / self.season
        if calendar is None:
            raise ValueError(f"the {cycle}: no dates, needed --date, as they say where in it a step is")
        dates = calendar.dates(first, count)
        if cycle == "year":
            years = dates.astype("M8[Y]")
            start, end = years.astype("M8[s]"), (years + 1).astype("M8[s]")
            return np.asarray((dates - start) / (end - start))
        return np.asarray((dates.astype(np.int64) + MONDAY) / CYCLES[cycle])

    def said(self) -> list[str]:
        """In a line, if there are any."""
        kinds = [
            *((f"{listed(self.known)}, known ahead",) if self.known else ()),
            *((f"{listed(self.lagged)}, lagged",) if self.lagged else ()),
            *((f"sines of the {listed(self.cycles)}",) if self.cycles else ()),
        ]
        return [f"Inputs: {'; '.join(kinds)}"] if kinds else []


def cycles_of(calendar: Calendar, steps: int) -> Sequence[str]:
    """Those that dates have, of two steps at least, twice in so many steps. ValueError if there is none."""
    dates = calendar.dates(0, steps)
    span = float((dates[-1] - dates[0]).astype(np.int64))
    found = [name for name, length in CYCLES.items() if 2 * span / (steps - 1) <= length <= span / 2]
    if not found:
        raise ValueError("--calendar: no year, week or day is longer than a step and there twice, needed one")
    return found
