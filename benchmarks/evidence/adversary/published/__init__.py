"""The published list of conditions, by class."""

from benchmarks.evidence.adversary.condition import Condition
from benchmarks.evidence.adversary.published import conduct, cotangents, layouts, numbers, sizes

CONDITIONS: tuple[Condition, ...] = (
    *sizes.CONDITIONS,
    *numbers.CONDITIONS,
    *cotangents.CONDITIONS,
    *layouts.CONDITIONS,
    *conduct.CONDITIONS,
)
