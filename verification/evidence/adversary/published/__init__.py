"""The published list of conditions, by class."""

from verification.evidence.adversary.condition import Condition
from verification.evidence.adversary.published import conduct, cotangents, layouts, numbers, sizes

CONDITIONS: tuple[Condition, ...] = (
    *sizes.CONDITIONS,
    *numbers.CONDITIONS,
    *cotangents.CONDITIONS,
    *layouts.CONDITIONS,
    *conduct.CONDITIONS,
)
