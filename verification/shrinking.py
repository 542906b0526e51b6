"""The smallest problem on which something fails."""

from collections.abc import Callable
from typing import Any

from hypothesis.errors import Flaky, NoSuchExample

from verification.drawing import smallest_drawn
from verification.problem import Problem
from verification.properties import Property
from verification.strategies import whole_numbers

# Problems tried while looking for one that fails and for a smaller one.
TRIED = 1000


def smallest(
    check: Property, policy: str, fails: Callable[[Problem], bool], tried: int = TRIED
) -> Problem | None:
    """The smallest problem of a property, under one kind of truncation, that ``fails``, or None.

    None as well where the property draws no problems. Whole numbers come first: most faults show on them, and
    such an example can be checked by hand.
    """
    if check.problems is None:
        return None
    kinds: list[dict[str, Any]] = [{"numbers": whole_numbers()}, {}] if check.ordinary else [{}]
    for kind in kinds:
        try:
            return smallest_drawn(check.problems(policy=policy, most_steps=12, **kind), fails, tried)
        except (NoSuchExample, Flaky):
            # Flaky: an engine that keeps state may be wrong at one call and right at the next.
            continue
    return None
