"""The expected duration of each part of a run. Only proportions matter (``rnn.console.progress``)."""

from collections.abc import Mapping

from rnn.app.sine import ARTICLE, LONG
from verification.judge import CASE, DESIGNED
from verification.judging.profile import Profile

# Seconds of an epoch of the training; those of a case are in ``verification.judge``. Every command prints the
# seconds of its parts at its end. These were measured on two cores under other load, with
# OPENBLAS_NUM_THREADS=1, so a run alone is faster.
EPOCH = 0.14


def cases_of(cell: str) -> str:
    """The part in which a cell is judged."""
    return f"cases of {cell}"


def of_verify(
    cells: Mapping[str, Profile], measured: Mapping[str, float] | None = None
) -> Mapping[str, float]:
    """The parts of ``verify`` if everything holds, by the profiles of the cells; ``measured``: parts before
    the training.
    """
    return {
        **{cases_of(name): _of_cases(profile) for name, profile in cells.items()},
        **(measured or {}),
        "training": EPOCH * (ARTICLE.epochs + LONG.epochs),
    }


def _of_cases(profile: Profile) -> float:
    """The parts of the drawn cases and of the designed sample."""
    return CASE * (profile.cases + profile.exact_cases + DESIGNED)
