"""Which of two forecasts is better, as far as a stretch of values can tell: beyond what chance explains.

The test is that of Diebold and Mariano on squared errors: is the mean of d_t = e_t² − e′_t² zero? Errors of h
steps ahead depend on each other over h − 1 origins, so the variance of the mean holds that many
autocovariances, and a t distribution with n − 1 degrees of freedom says what chance explains.

Sources: Diebold and Mariano (1995), Comparing predictive accuracy; Harvey, Leybourne and Newbold (1997), for
the factor that corrects for few origins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from rnn.app.predictors import rmse_of
from rnn.common.arrays import Array

# How often chance alone may pass for a difference.
CHANCE = 0.05

# Of fewer origins the test finds but large differences, and its distribution is a rough one.
FEW = 30


@dataclass(frozen=True)
class Comparison:
    """The baselines that a model beats, those that it ties with, and those that beat it, the best first.

    ``origins`` is how many forecasts of each say so.
    """

    beaten: tuple[str, ...]
    ties: tuple[str, ...]
    better: tuple[str, ...]
    origins: int

    def said(self, model: str) -> list[str]:
        """In sentences, with another where there are few origins."""
        found = (("beats", self.beaten), ("ties with", self.ties), ("is beaten by", self.better))
        each = [f"{does} {listed(names)}." for does, names in found if names]
        if not self.ties and not self.better:
            each = ["beats all of them."]
        subject = f"{model[0].upper()}{model[1:]}"
        said = [f"{who} {what}" for who, what in zip((subject, "It", "It"), each, strict=False)]
        if self.origins < FEW:
            said.append(f"{self.origins} forecast{' is' if self.origins == 1 else 's are'} few to tell by.")
        return said

    def of(self, baseline: str) -> str:
        """What was found of one of them, in a word or two."""
        return "beaten" if baseline in self.beaten else "a tie" if baseline in self.ties else "better"


def compared(errors: Mapping[str, Array]) -> Comparison:
    """The first of some predictors beside the others, by their errors (N, steps) from the same origins.

    Origins whose truth is not known to the last step are left out; NaN says so.
    """
    known = {name: error[~np.isnan(error).any(axis=1)] for name, error in errors.items()}
    (_, own), *others = known.items()
    ahead = {name: advantage(own, error) for name, error in others}
    sizes = {name: rmse_of(error) for name, error in others}
    best_first = sorted(ahead, key=sizes.__getitem__)
    beaten, ties, better = (tuple(name for name in best_first if ahead[name] == sign) for sign in (1, 0, -1))
    return Comparison(beaten, ties, better, len(own))


def advantage(own: Array, other: Array) -> int:
    """1 if errors (N, h) are smaller than others beyond chance, −1 if they are larger, else 0."""
    finite = [bool(np.isfinite(error).all()) for error in (own, other)]
    if not all(finite):
        # An error that no float holds is larger than any.
        return finite[0] - finite[1]
    size = max(np.abs(own).max(initial=0), np.abs(other).max(initial=0)) or 1.0
    difference = np.square(other / size).mean(axis=1) - np.square(own / size).mean(axis=1)
    statistic = diebold_mariano(difference, own.shape[1])
    return int(np.sign(statistic)) if abs(statistic) > critical(len(own) - 1) else 0


def diebold_mariano(difference: Array, steps: int) -> float:
    """The statistic of differences (N,) of forecasts so far ahead; 0 where too few, or none, say anything."""
    count, mean = len(difference), float(difference.mean()) if len(difference) else 0.0
    correction = count + 1 - 2 * steps + steps * (steps - 1) / count if count else 0.0
    away = difference - mean
    products = [float(away[lag:] @ away[: count - lag]) / count for lag in range(min(steps, count))]
    variance = (products[0] + 2 * sum(products[1:])) / count if count > 1 else 0.0
    if variance <= 0 or correction <= 0:
        return 0.0
    return mean / sqrt(variance) * sqrt(correction / count)


def critical(freedom: int, chance: float = CHANCE) -> float:
    """What t with so many degrees of freedom exceeds, on either side, with that probability.

    Source: Abramowitz and Stegun (1964), 26.7.5: at 5 % within 0.01 from 4 degrees on.
    """
    z, n = NormalDist().inv_cdf(1 - chance / 2), max(1, freedom)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / n + second / n**2 + third / n**3


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
