"""Hypothesis, as every run here uses it: nothing kept on disk, no deadline, the same for the same seed."""

from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis.strategies import SearchStrategy

Drawn = TypeVar("Drawn")


def each_drawn(
    strategy: SearchStrategy[Drawn], seed_: str | int, count: int, look: Callable[[Drawn], object]
) -> None:
    """Look at everything that is drawn from a seed, ``count`` times at most."""

    @seed(seed_)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(drawn: Drawn) -> None:
        look(drawn)

    draw()


def smallest_drawn(strategy: SearchStrategy[Drawn], fails: Callable[[Drawn], bool], tried: int) -> Drawn:
    """The smallest that ``fails``, of so many that are tried; raises HypothesisException if none does."""
    return find(
        strategy,
        fails,
        settings=settings(
            max_examples=tried,
            database=None,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
