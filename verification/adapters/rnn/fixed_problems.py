"""The fixed problems of the vanilla model: what any function of one is asked, and ``rnn`` besides.

A designed sample has every size and every level; ``rnn`` treats large problems in ways of its own, from
thresholds of its own, and takes truncations that are none of the four. ``verification.adapters.rnn.larger``
names them.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from verification.adapters.rnn import small
from verification.adapters.rnn.larger import LARGER, OWN
from verification.adapters.rnn.problem import Problem
from verification.adapters.rnn.vanilla_form import case_of
from verification.models.case import Case
from verification.properties.engine import Fixed

# Where a program finds them.
HOME = "verification.adapters.rnn"

LARGE_ALONE = "what it does with such problems alone is at fault"
OWN_ALONE = "policies of one's own alone are at fault"
EXACT_ALONE = "in numbers that nothing rounds it shows, and no rounding explains it"


@lru_cache(maxsize=128)
def _case(source: str, make: Callable[[], Problem]) -> Case:
    return case_of(replace(make(), source=source))


def _fixed(
    property_: str, name: str, source: str, make: Callable[[], Problem], stage: str, says: str
) -> Fixed:
    return Fixed(property_, name, lambda: _case(source, make), stage, says)


def _numbered(property_: str, kind: str, count: int) -> tuple[Fixed, ...]:
    make: Callable[[int], Problem] = getattr(small, kind)
    return tuple(
        _fixed(
            property_,
            f"{kind} {n}",
            f"{HOME}.small.{kind}({n})",
            lambda n=n: make(n),  # type: ignore[misc]
            "exact",
            EXACT_ALONE,
        )
        for n in range(count)
    )


INTEGERS = _numbered("integers", "whole", small.WHOLE)
DECAYING = _numbered("", "decaying", len(small.DECAYING))
LARGER_PROBLEMS = tuple(
    _fixed("larger", name, f"{HOME}.larger.LARGER[{name!r}]()", make, "size", LARGE_ALONE)
    for name, make in LARGER.items()
)
OWN_POLICIES = tuple(
    _fixed(
        "own policies",
        name,
        f"{HOME}.larger.OWN[{name!r}]()",
        make,
        "truncation",
        OWN_ALONE,
    )
    for name, make in OWN.items()
)

# Of any function of a ``Problem`` that claims all of them.
FIXED = (*INTEGERS, *DECAYING, *LARGER_PROBLEMS)
