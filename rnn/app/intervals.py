"""How far a forecast is widened to hold a share of what comes, and how often such intervals have held it.

Errors e (N, K) are those of K horizons from N origins, one after another: of horizon h from origin j,
numbered from 0, it is known at origin j + h. With s_h the RMSE of horizon h, made to grow with h::

    w_h = q s_h t(ν_h) / t(∞) √(1 + 1 / ν_h)           ν_h = n_h · 3 h / (2 h² + 1)

q is a quantile of |e_h| / s_h of all horizons: of n origins the share (n + 1) level / n, and at most the
largest. The t's, which Student's distribution exceeds on either side as seldom as is asked for, and the root
widen it by what is not known of errors' size and of their mean, were they normal. Squares of sums of h steps
have the correlation (1 − k / h)² over k origins, so that the n_h known of a horizon say as much as ν_h
without any.

Of horizons with an error from less than half of the origins too little is known. There s_h goes on to grow
with each doubling of h as it has grown with the last one, and ν_h stays as it is.

Source: Lei, G'Sell, Rinaldo, Tibshirani and Wasserman (2018), Distribution-free predictive inference for
regression: algorithm 2 for the quantile, section 5.2 for sizes in units of their spread. Errors depend on
each other here, so the share is no promise; that is why it is measured.
"""

from dataclasses import dataclass
from math import ceil, log
from statistics import NormalDist
from typing import Any

import numpy as np

from rnn.app.comparing import critical
from rnn.app.predictors import rmse_of
from rnn.common.arrays import Array

# The share of values that an interval is to hold by default.
LEVEL = 0.9

# How often the intervals are made anew while their coverage is measured.
PARTS = 12

# Errors of what is summed up twice grow with so much as the power of the horizon; few grow faster for long.
# Where one horizon alone is known they grow as those of what is summed up once.
TWICE, ONCE = 1.5, 0.5


@dataclass(frozen=True, eq=False)
class Interval:
    """The half-widths (steps,) of an interval that is to hold the share ``level``.

    They are NaN where no float is as wide. Of ``tested[h]`` held-out values it has held ``held[h]`` at h + 1
    steps ahead, each time made of what was known by then; 0 of 0 from where less than half of these values
    could be forecast so far ahead.
    """

    level: float
    width: Array
    held: Array
    tested: Array

    @property
    def coverage(self) -> Array:
        """The share held by horizon, (steps,); NaN if none was tested."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.held / self.tested)

    @property
    def overall(self) -> float:
        """The share held of all that was tested; NaN if none was."""
        count = self.tested.sum()
        return float(self.held.sum() / count) if count else float("nan")

    def said(self) -> str:
        """In two sentences."""
        text = f"Intervals: {percent(self.level)}, by errors on held-out values that were known before."
        known = np.flatnonzero(self.tested)
        if not len(known):
            return f"{text}\nThere are too few of these to measure how often they hold."
        shares = self.coverage[known]
        steps = f"{known[-1] + 1} step{'s' if known[-1] else ''} ahead"
        by = f" ({percent(shares.min())} to {percent(shares.max())})" if len(known) > 1 else ""
        return (
            f"{text}\nThey held {percent(self.overall)} of the last {self.tested[0]} values "
            f"up to {steps}{by}."
        )

    def as_json(self) -> dict[str, Any]:
        """The level, and what was measured of it."""
        return {
            "level": self.level,
            "coverage": {"overall": self.overall, "by step": self.coverage.tolist()},
            "tested": self.tested.tolist(),
        }


def percent(share: float) -> str:
    """In a hundred, to three digits.

    >>> percent(0.9), percent(0.975), percent(1)
    ('90 %', '97.5 %', '100 %')
    """
    return f"{100 * share:.3g} %"


def interval(errors: Array, tested: int, steps: int, level: float) -> Interval:
    """Of so many steps, by errors (N, K) from origins of which the last ``tested`` measure the coverage.

    NaN in the errors where the truth is not known.
    """
    held, counts = np.zeros(steps, int), np.zeros(steps, int)
    known = errors[:, : min(steps, _half(tested))]
    near = known.shape[1]
    for part in np.array_split(np.arange(len(errors) - tested, len(errors)), PARTS):
        if len(part) and part[0] > 0:
            wide = widths(known_by(known, part[0]), near, level)
            held[:near] += (np.abs(known[part]) <= wide).sum(axis=0)
            counts[:near] += (~np.isnan(known[part])).sum(axis=0)
    return Interval(level, widths(errors, steps, level), held, counts)


def known_by(errors: Array, origin: int) -> Array:
    """The errors that are known at an origin, (origin, K): NaN for those of later values."""
    horizons = np.arange(1, errors.shape[1] + 1)
    later = np.arange(origin)[:, np.newaxis] + horizons > origin
    return np.where(later, np.nan, errors[:origin])


def widths(errors: Array, steps: int, level: float) -> Array:
    """The half-width of each step, (steps,), by errors (N, K), N and K at least 1."""
    count = len(errors)
    seen = min(steps, errors.shape[1], _half(count))
    sizes = np.abs(errors[:, :seen])
    spread = _growing(np.array([_spread(column) for column in sizes.T]))
    # What a spread of zero holds are zeros.
    units = np.divide(sizes, spread, out=np.where(sizes > 0, np.inf, sizes), where=spread > 0)
    pool = units[~np.isnan(units)]
    share = (count + 1) * level / count
    rank = min(len(pool), ceil(round(share * len(pool), 6)))
    quantile = float(np.partition(pool, rank - 1)[rank - 1])
    horizons, known = np.arange(1, seen + 1), (~np.isnan(sizes)).sum(axis=0)
    worth = np.maximum(1, known * 3 * horizons / (2 * horizons**2 + 1))
    students = np.array([critical(freedom, 1 - level) for freedom in worth])
    unknown = students / NormalDist().inv_cdf((1 + level) / 2) * np.sqrt(1 + 1 / worth)
    unknown = np.pad(unknown, (0, steps - seen), mode="edge")
    with np.errstate(over="ignore", invalid="ignore"):
        found = quantile * np.concatenate([spread, _beyond(spread, steps)]) * unknown
    return np.where(found < np.inf, found, np.nan)


def _half(count: int) -> int:
    """Of a count, rounded up."""
    return (count + 1) // 2


def _spread(sizes: Array) -> float:
    """The RMSE of those that are known, and finite."""
    finite = sizes[np.isfinite(sizes)]
    return rmse_of(finite) if len(finite) else 0.0


def _growing(spread: Array) -> Array:
    """Midway between the least that grows, and is nowhere below it, and the most that is nowhere above."""
    above = np.maximum.accumulate(spread)
    below = np.minimum.accumulate(spread[::-1])[::-1]
    return np.asarray(above / 2 + below / 2)


def _beyond(spread: Array, steps: int) -> Array:
    """How it goes on to so many steps."""
    seen, half = len(spread), _half(len(spread))
    first, last = spread[half - 1], spread[-1]
    power = ONCE if seen == 1 else log(last / first) / log(seen / half) if first > 0 else 0.0
    horizons = np.arange(seen + 1, steps + 1)
    return np.asarray(last * (horizons / seen) ** min(TWICE, power))
