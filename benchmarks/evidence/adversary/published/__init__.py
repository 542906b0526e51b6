"""The published list of conditions, by class."""

from benchmarks.evidence.adversary.condition import Trigger
from benchmarks.evidence.adversary.published import (
    conduct,
    cotangents,
    layouts,
    numbers,
    products,
    sizes,
    switches,
)

CONDITIONS: tuple[Trigger, ...] = (
    *sizes.CONDITIONS,
    *products.CONDITIONS,
    *numbers.CONDITIONS,
    *switches.CONDITIONS,
    *cotangents.CONDITIONS,
    *layouts.CONDITIONS,
    *conduct.CONDITIONS,
)
