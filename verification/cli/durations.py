"""What a run is expected to take, part by part. Only the proportions matter (``rnn.console.progress``)."""

from collections.abc import Mapping

from verification.judge import CASE, DESIGNED
from verification.judging.profile import Profile
from verification.sine import ARTICLE, LONG

# Seconds of an epoch of the training; those of a case are in ``verification.judge``. Every command ends with
# the seconds of its parts. These are from runs on two cores that other work shared, with
# OPENBLAS_NUM_THREADS=1, so none is what a run alone takes.
EPOCH = 0.14


def cases_of(cell: str) -> str:
    """The part in which a cell is judged."""
    return f"cases of {cell}"


def of_verify(
    cells: Mapping[str, Profile], measured: Mapping[str, float] | None = None
) -> Mapping[str, float]:
    """When all holds, by the profiles of the cells; ``measured``: what comes before the training."""
    return {
        **{cases_of(name): _of_cases(asked) for name, asked in cells.items()},
        **(measured or {}),
        "training": EPOCH * (ARTICLE.epochs + LONG.epochs),
    }


def _of_cases(asked: Profile) -> float:
    """Of those that are drawn, and of the designed sample."""
    return CASE * (asked.cases + asked.exact_cases + DESIGNED)
