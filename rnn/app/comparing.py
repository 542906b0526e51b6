"""Which of two forecasts is better, as far as a stretch of values can tell: beyond what chance explains.

The test is that of Diebold and Mariano on squared errors: is the mean of d_t = e_t² − e′_t² zero? Its
variance is that of B cosines, c_jt = √2 cos(π j (t + ½) / n) of n origins t, which the slow waves of d_t sway
as they sway the mean::

    B   = max(1, min(⌊0.4 n^⅔⌋, ⌊n / h⌋, MOST))
    v   = r / B Σ_j (Σ_t c_jt d_t / n)²
    r   = s(1) / (Σ_j s(c_j) / B)           s(w) = Σ (sums of h neighbours in w)²

Errors of h steps ahead depend on each other over h − 1 origins, and r is how much more that sways the mean
than the cosines where d_t are sums of h neighbours. The mean over √v has Student's t distribution with B
degrees of freedom. v is never negative, and 0 of constant differences alone, which are certain.

How often chance passed for a difference, where 5 % are said: 4000 series of 15, 20, 30, 50, 100 and 200
origins, of errors 1, 4, 12 and 24 steps ahead. Sums of h neighbours: 4.3 to 5.5 %. Differences of squares of
such sums, and of the errors of two walks over 1 to h steps: 1.8 to 5.3 %. With a season of 12 steps three
times as large: 0 to 5.6 %. An autoregression with the coefficient ½, one step ahead: 4.5 to 6.6 %.

Sources: Diebold and Mariano (1995), Comparing predictive accuracy; Lazarus, Lewis, Stock and Watson (2018),
HAR inference, for the cosines and 0.4 n^⅔; Coroneo and Iacone (2020), Comparing predictive accuracy in small
samples using fixed-smoothing asymptotics.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import copysign, inf, pi, sqrt, tan

import numpy as np

from rnn.app.predictors import rmse_of
from rnn.common.arrays import Array

# The probability with which chance may pass for a difference.
CHANCE = 0.05

# Of fewer origins the test finds but large differences.
FEW = 30

# With more cosines the critical value falls by less than 3 %.
MOST = 50


@dataclass(frozen=True)
class Comparison:
    """The baselines that a model beats, those that it ties with, and those that beat it, the best first.

    A tie says that these forecasts do not tell the two apart, and not that they are alike.

    ``origins`` is how many forecasts of each say so.
    """

    beaten: tuple[str, ...]
    ties: tuple[str, ...]
    better: tuple[str, ...]
    origins: int

    def said(self, model: str) -> list[str]:
        """In sentences, with a further one if there are few origins."""
        found = (
            (self.beaten, "{} beats {}."),
            (self.ties, "these forecasts do not tell {} apart from {}."),
            (self.better, "{} is beaten by {}."),
        )
        each = [(sentence, listed(names)) for names, sentence in found if names]
        if not self.ties and not self.better:
            each = [("{} beats {}.", "all of them")]
        whole = (
            does.format(who, names) for who, (does, names) in zip((model, "it", "it"), each, strict=False)
        )
        said = [f"{sentence[0].upper()}{sentence[1:]}" for sentence in whole]
        if self.origins < FEW:
            said.append(f"{self.origins} forecast{' is' if self.origins == 1 else 's are'} few to tell by.")
        return said

    def of(self, baseline: str) -> str:
        """The result for one of them, in a word or two."""
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
    """1 if errors (N, h) are smaller than the others beyond chance, −1 if they are larger, else 0."""
    finite = [bool(np.isfinite(error).all()) for error in (own, other)]
    if not all(finite):
        # An error that no float holds is larger than any.
        return finite[0] - finite[1]
    size = max(np.abs(own).max(initial=0), np.abs(other).max(initial=0)) or 1.0
    difference = np.square(other / size).mean(axis=1) - np.square(own / size).mean(axis=1)
    statistic, freedom = diebold_mariano(difference, own.shape[1])
    return int(np.sign(statistic)) if abs(statistic) > critical(freedom) else 0


def diebold_mariano(difference: Array, steps: int) -> tuple[float, int]:
    """The statistic of differences (N,) of forecasts so far ahead, and its degrees of freedom.

    It is infinite where all differences are the same, and not 0; 0 of fewer than two.
    """
    count = len(difference)
    freedom = max(1, min(int(0.4 * count ** (2 / 3)), count // steps, MOST))
    mean = float(difference.mean()) if count > 1 else 0.0
    if mean == 0:
        return 0.0, freedom
    away, own, sway = difference - mean, 0.0, 0.0
    for wave in range(1, freedom + 1):
        cosine = sqrt(2) * np.cos(pi * wave * (np.arange(count) + 0.5) / count)
        own += float(cosine @ away / count) ** 2
        sway += _sums(cosine, steps)
    deviation = sqrt(own * _sums(np.ones(count), steps) / sway)
    return (mean / deviation if deviation else copysign(inf, mean)), freedom


def _sums(weights: Array, steps: int) -> float:
    """The sum of squares of all sums of so many neighbours, those beyond both ends being 0."""
    total = np.cumsum(np.pad(weights, steps))
    return float(np.square(total[steps:] - total[:-steps]).sum())


def critical(freedom: float, chance: float = CHANCE) -> float:
    """What t with so many degrees of freedom, 1 or more, exceeds on either side with that probability.

    With t = √ν tan θ its density is one of cos^(ν − 1) θ, which is summed up here.
    """
    # Beyond 12 standard deviations nothing is left of it.
    angles = np.linspace(0, min(pi / 2, 12 / sqrt(freedom)), 4097)
    density = np.cos(angles) ** (freedom - 1)
    below = np.concatenate([[0], np.cumsum(density[1:] + density[:-1])])
    return sqrt(freedom) * tan(float(np.interp(1 - chance, below / below[-1], angles)))


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
