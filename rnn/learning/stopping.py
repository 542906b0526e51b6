"""When a training has learnt what it can: early stopping, by the losses in validation."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite

from rnn.common.checks import checked_count, checked_number, keep, shown


@dataclass(frozen=True)
class EarlyStopping:
    """A training run ends after ``n_iter_no_change`` epochs in a row without a better validation loss.

    Better means below the lowest loss before them by more than the fraction ``tol`` of its size. It is a
    fraction, not a difference, because losses are sums: so it means the same for any number of records and
    steps.

    >>> two = EarlyStopping(n_iter_no_change=2)
    >>> two.ends([5.0, 4.0, 4.5, 4.0]), two.ends([5.0, 4.0, 4.5, 3.9])
    (True, False)
    """

    n_iter_no_change: int = 15
    # Scikit-learn's 1e-4, a difference of mean losses, would end the training of a smooth series too soon.
    tol: float = 0.0

    def __post_init__(self) -> None:
        keep(self, n_iter_no_change=checked_count("EarlyStopping.n_iter_no_change", self.n_iter_no_change, 1))
        tol = checked_number("EarlyStopping.tol", self.tol)
        if not (tol >= 0 and isfinite(tol)):
            raise ValueError(f"EarlyStopping.tol: {shown(self.tol)}, needed a finite number of at least 0")
        keep(self, tol=tol)

    def ends(self, losses: Sequence[float]) -> bool:
        """Does it end a training with these losses in validation, after the epochs 0, 1, …?"""
        before, since = losses[: -self.n_iter_no_change], losses[-self.n_iter_no_change :]
        best = min(before, default=inf)
        return len(before) > 0 and not min(since) < best - self.tol * abs(best)
