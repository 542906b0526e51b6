"""The fixed problems of the vanilla model: those for any function of it, and further ones for ``rnn``.

A designed sample has every size and every level. ``rnn`` also has special paths for large problems, beyond
thresholds of its own, and takes truncations that are none of the four. ``verification.adapters.rnn.larger``
lists them.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial

from verification.adapters.rnn import small
from verification.adapters.rnn.larger import LARGER, OWN
from verification.models.case import Case
from verification.properties import exactness
from verification.properties.engine import FixedCase
from verification.properties.property import Property
from verification.properties.trial import Trial

# Where a program finds them.
HOME = "verification.adapters.rnn"


@lru_cache(maxsize=128)
def _case(source: str, make: Callable[[], Case]) -> Case:
    return replace(make(), source=source)


def _fixed(property_: Property[Trial] | None, name: str, source: str, make: Callable[[], Case]) -> FixedCase:
    return FixedCase(property_, name, lambda: _case(source, make))


def _numbered(property_: Property[Trial] | None, kind: str, count: int) -> tuple[FixedCase, ...]:
    make: Callable[[int], Case] = getattr(small, kind)
    return tuple(
        _fixed(property_, f"{kind} {n}", f"{HOME}.small.{kind}({n})", partial(make, n)) for n in range(count)
    )


INTEGERS = _numbered(exactness.INTEGERS, "whole", small.WHOLE)
DECAYING = _numbered(None, "decaying", len(small.DECAYING))
LARGER_PROBLEMS = tuple(
    _fixed(exactness.LARGER, name, f"{HOME}.larger.LARGER[{name!r}]()", make) for name, make in LARGER.items()
)
OWN_TRUNCATIONS = tuple(
    _fixed(exactness.OWN_TRUNCATIONS, name, f"{HOME}.larger.OWN[{name!r}]()", make)
    for name, make in OWN.items()
)

# Of any function of the vanilla model's problems that claims all of them.
FIXED = (*INTEGERS, *DECAYING, *LARGER_PROBLEMS)
