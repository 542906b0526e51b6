"""Hypothesis, as every run here uses it: nothing kept on disk, no deadline, the same for the same seed."""

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis.internal.conjecture.choice import choice_permitted
from hypothesis.internal.conjecture.providers import (
    AVAILABLE_PROVIDERS,
    GLOBAL_CONSTANTS,
    HypothesisProvider,
)
from hypothesis.strategies import SearchStrategy

Drawn = TypeVar("Drawn")


class Alike(HypothesisProvider):
    """Draws the same from the same seed in every process.

    Hypothesis itself mixes in numbers that it reads in the source of whatever modules a process has loaded.
    """

    def _maybe_draw_constant(self, choice_type: Any, constraints: Any, *, p: float = 0.05) -> Any:
        """Seldom, one of the numbers that Hypothesis mixes in everywhere."""
        # It has one, or never has to draw.
        assert self._random is not None
        if self._random.random() > p:
            return None
        known = GLOBAL_CONSTANTS.set_for_type(choice_type)
        fitting = [each for each in known if choice_permitted(each, constraints)]
        return self._random.choice(fitting) if fitting else None


# As Hypothesis's documentation describes for a custom provider.
AVAILABLE_PROVIDERS["alike"] = Alike


def _settings(count: int, **further: Any) -> settings:
    return settings(
        max_examples=count,
        backend="alike",
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        **further,
    )


def all_drawn(strategy: SearchStrategy[Drawn], seed_: str | int, count: int) -> list[Drawn]:
    """Everything that is drawn from a seed, ``count`` times at most; the same in every process."""
    found: list[Drawn] = []

    @seed(seed_)
    @_settings(count, phases=[Phase.generate])
    @given(strategy)
    def draw(drawn: Drawn) -> None:
        found.append(drawn)

    draw()
    return found


def one_drawn(strategy: SearchStrategy[Drawn], seed_: str | int) -> Drawn:
    """What is drawn from a seed."""
    # The first that Hypothesis tries is the simplest of all, whatever the seed.
    return all_drawn(strategy, seed_, 2)[-1]


def smallest_drawn(strategy: SearchStrategy[Drawn], fails: Callable[[Drawn], bool], tried: int) -> Drawn:
    """The smallest that ``fails``, of so many that are tried; raises HypothesisException if none does."""
    return find(strategy, fails, settings=_settings(tried, derandomize=True))
