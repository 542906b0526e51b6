"""A condition: what numbers can be, with what makes it, what recognises it, and what names it.

A sample makes it of random numbers, a diagnosis looks for it in a wrong case, and the sentence has its words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from verification.models.model import Block

Subject = TypeVar("Subject")


def _any(block: Block) -> bool:
    return True


@dataclass(frozen=True)
class Condition(Generic[Subject]):
    """What an array, several that belong together, or the cotangents of a case can be.

    ``words``: a clause, with "{}" for the name of a block. ``apply(subject, rng)``: the subject made so;
    ``holds(subject)``: is it so? ``of``: the blocks of which it can be said.
    """

    words: str
    apply: Callable[[Subject, np.random.Generator], Subject]
    holds: Callable[[Subject], bool]
    of: Callable[[Block], bool] = _any
