"""The published list of conditions, by class."""

from benchmarks.evidence.adversary.condition import Condition
from benchmarks.evidence.adversary.published import (
    conduct,
    cotangents,
    layouts,
    numbers,
    products,
    sizes,
    switches,
)

CONDITIONS: tuple[Condition, ...] = (
    *sizes.CONDITIONS,
    *products.CONDITIONS,
    *numbers.CONDITIONS,
    *switches.CONDITIONS,
    *cotangents.CONDITIONS,
    *layouts.CONDITIONS,
    *conduct.CONDITIONS,
)
