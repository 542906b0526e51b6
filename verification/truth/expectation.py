"""From draws and terms to what is expected, whichever way the draws were had."""

from collections.abc import Iterable, Sequence

import numpy as np

from rnn.arrays import Array
from verification.asked.case import Case, real_of
from verification.asked.model import Block, Use
from verification.tolerance import Expected, least_normal


def judged(case: Case, draws: Array, terms: Array, lost: float = 0.0) -> Expected:
    """Of draws (M, …), the first of which is the truth, and Σ |terms|."""
    spread = float(np.max(np.abs(draws[1:] - draws[0])))
    return Expected(draws[0], spread, float(np.max(terms)), real_of(case.dtype), lost)


def final_of(block: Block) -> str:
    """What the final state of a STATE block is called."""
    return f"final {block.name}"


def expected_forward(case: Case, outputs: Array, final: Sequence[Array]) -> dict[str, Expected]:
    """The truth of the outputs (M, N, T, …) and of each final state (M, N, …), by name."""
    blocks = case.model.of(Use.STATE)
    named = {"outputs": outputs} | {final_of(block): each for block, each in zip(blocks, final, strict=True)}
    tiny = least_normal(real_of(case.dtype))
    return {name: judged(case, array, np.abs(array[0]) + tiny) for name, array in named.items()}


def fits(case: Case, arrays: Iterable[Array]) -> bool:
    """Does the case's type hold all of these numbers?"""
    largest = np.finfo(case.dtype).max
    return all(bool(np.all(np.abs(array) < largest)) for array in arrays)
