"""A condition on a call, and which conditions can hold of one call together.

Contradictions are left out by rules that know of no sample: two conditions that look at the same thing are
not required of one call, and some sizes of ``SOME`` must be such as all of them need.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from benchmarks.evidence.adversary.call import BackwardCall, Sizes
from verification.models.arrays import Array

# The classes of conditions.
SIZES, PRODUCTS, ZEROS, PATTERNS, VALUES, SWITCHES, COTANGENTS, LAYOUTS, CONDUCT, STATE = (
    *("sizes", "products", "zeros", "patterns", "values", "switches", "cotangents", "layouts", "conduct"),
    "state at sizes",
)

# How many sizes are looked at together.
PORTION = 2**15

# What a condition on the calls before looks at.
CALLS = "calls"

# The largest of each size that a layer's scope names by default, and the most operations of one call.
MOST = Sizes(129, 512, 129, 512)
MOST_OPERATIONS = 2.7e8


def operations(sizes: Sizes) -> Any:
    """Of a forward of an LSTM: the numbers of its weights, at each position."""
    return sizes.N * sizes.T * 4 * sizes.H * (sizes.D + sizes.H)


def anywhere(sizes: Sizes) -> Any:
    """Of all sizes."""
    return sizes.N > 0


def always(call: BackwardCall) -> bool:
    """Of all calls of the sizes that are needed."""
    return True


@dataclass(frozen=True, eq=False)
class Trigger:
    """A condition by its name and its class.

    ``holds``: of a call. ``sizes``: does it need them to be such? ``of``: what it looks at beside sizes.
    """

    name: str
    kind: str
    holds: Callable[[BackwardCall], Any] = always
    sizes: Callable[[Sizes], Any] = anywhere
    of: frozenset[str] = frozenset()

    @property
    def looks_back(self) -> bool:
        """Does it look at the calls before?"""
        return CALLS in self.of

    def met(self, call: BackwardCall) -> bool:
        """Does it hold of the call?"""
        return bool(self.sizes(call.sizes)) and bool(self.holds(call))


def _some() -> Sizes:
    """Sizes that a call may have: up to the largest, small ones as often as large ones, some equal."""
    rng = np.random.default_rng(0)
    most = np.array([MOST.N, MOST.T, MOST.D, MOST.H])
    drawn = np.exp(rng.uniform(0, np.log(most + 1), (400_000, 4))).astype(int)
    for a, b in combinations(range(4), 2):
        alike = rng.integers(4, size=len(drawn)) == 0
        drawn[alike, b] = np.minimum(drawn[alike, a], most[b])
    return Sizes(*drawn[operations(Sizes(*drawn.T)) <= MOST_OPERATIONS].T)


SOME = _some()


def together(conditions: Sequence[Trigger]) -> bool:
    """Can one call meet all of them?"""
    if any(a.of & b.of for a, b in combinations(conditions, 2)):
        return False
    return bool(np.any(np.logical_and.reduce([each.sizes(SOME) for each in conditions])))


def pairs_together(conditions: Sequence[Trigger]) -> Array:
    """Which pairs one call can meet: ``together`` of each, (conditions, conditions); none with itself."""
    needs = np.stack([np.broadcast_to(each.sizes(SOME), SOME.N.shape) for each in conditions])
    found = np.zeros((len(conditions), len(conditions)), bool)
    for first in range(0, needs.shape[1], PORTION):
        some = needs[:, first : first + PORTION].astype(np.float32)
        found |= some @ some.T > 0
    alike = [[bool(a.of & b.of) or a is b for b in conditions] for a in conditions]
    return np.asarray(found & ~np.array(alike))
