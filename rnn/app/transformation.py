"""What a series is turned into before it is learnt, and back: its logarithms, and differences at some lags.

Of logarithms the differences are those of the logarithms. Each difference at lag m of S values leaves S − m.
"""

from dataclasses import dataclass

import numpy as np

from rnn.common.arrays import Array


@dataclass(frozen=True)
class Transformation:
    """Logarithms or the values themselves, then the differences at each of the lags, one after another."""

    logs: bool = False
    lags: tuple[int, ...] = ()

    @property
    def before(self) -> int:
        """How many values the first transformed one takes, beside its own."""
        return sum(self.lags)

    def forward(self, values: Array) -> Array:
        """Of values (…, S), what is seen of them: (…, S − before). NaN or −∞ for logarithms that are none."""
        return self._levels(values)[-1]

    def back(self, seen: Array, values: Array) -> Array:
        """The values (N, steps) whose transformed ones are ``seen``, after others (N, C), C ≥ before.

        What is too large for a float is infinite.
        """
        levels = self._levels(values)
        for lag, known in zip(reversed(self.lags), reversed(levels[:-1]), strict=True):
            seen = _summed(seen, known[:, -lag:])
        with np.errstate(over="ignore"):
            return np.exp(seen) if self.logs else seen

    def _levels(self, values: Array) -> list[Array]:
        """The values or their logarithms, and after each difference what is left."""
        with np.errstate(divide="ignore", invalid="ignore"):
            levels = [np.log(values) if self.logs else values]
            for lag in self.lags:
                levels.append(levels[-1][..., lag:] - levels[-1][..., :-lag])
        return levels


def _summed(differences: Array, known: Array) -> Array:
    """The values whose differences at lag m these are (N, steps), after the m that are known (N, m)."""
    lag, steps = known.shape[1], differences.shape[1]
    seasons = -(-steps // lag)
    padded = np.zeros((len(differences), seasons * lag))
    padded[:, :steps] = differences
    # Each place of the season has a sum of its own.
    sums = np.cumsum(padded.reshape(-1, seasons, lag), axis=1) + known[:, np.newaxis]
    return sums.reshape(len(differences), -1)[:, :steps]
