"""Numbers as a draw has them: rounded, each by a noise that is told again whenever it is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.case import WIDER, Case, real_of
from verification.models.model import Use
from verification.models.tolerance import DRAWS, PERTURBATION, least_normal, unit
from verification.truth.observed import Call, rounded


@dataclass(frozen=True)
class Copies:
    """Copies of a case that are computed together: in a type, maybe the truth, and after it the draws."""

    dtype: np.dtype[Any]
    truth: bool
    draws: int

    @property
    def count(self) -> int:
        """M."""
        return int(self.truth) + self.draws

    def drawn(self, array: Array) -> Array:
        """Of an array (M, …) the draws."""
        return array[-self.draws :]


# Up to so many multiplications at a step and its loss, a longer type takes little more time.
SMALL = 2_000

# Of so many units each draw shows what roundings do in many ways, and so few draws show as much as eight.
UNITS, FEW = 16, 4


def copies_of(case: Case) -> tuple[Copies, ...]:
    """The truth in the next wider type, and the draws in double precision.

    Of a case in double precision the draws are rounded for themselves as well, which adds to what they show:
    a longer type has no fast matrix product, and would take ten times as long. Where products are small they
    are computed together, for what takes time there is each operation, however many numbers it has.
    """
    wide, double = WIDER[case.dtype], np.result_type(case.dtype, np.float64)
    draws = FEW if min(array[0].size for array in case.state) >= UNITS else DRAWS
    blocks = (block.name for block in case.model.of(Use.STEP, Use.READOUT))
    shared = sum(case.blocks[name].size for name in blocks if name in case.blocks)
    if wide == double or case.records * shared <= SMALL:
        return (Copies(wide, True, draws),)
    return Copies(wide, True, 0), Copies(double, False, draws)


class Rounding:
    """What rounding may do to the numbers of a case, in M copies; nothing to the truth.

    The same ``place`` gives the same noises, in the order in which they are asked for.
    """

    def __init__(self, case: Case, copies: Copies, *place: int) -> None:
        self._copies, self._unit = copies, unit(real_of(case.dtype))
        self._tiny = least_normal(real_of(case.dtype))
        self._rng = np.random.default_rng(place)

    def noise(self, shape: tuple[int, ...]) -> Array:
        """2uξ (M, …)."""
        xi: Array = np.zeros((self._copies.count, *shape), self._copies.dtype)
        if self._copies.draws:
            drawn = self._copies.drawn(xi)
            for part in (drawn.real, drawn.imag) if np.iscomplexobj(xi) else (drawn,):
                part[:] = self._rng.random(part.shape)
            drawn -= 0.5 + 0.5j if np.iscomplexobj(xi) else 0.5
            drawn *= 2 * PERTURBATION * self._unit
        return xi

    def of_array(self, array: Array) -> Array:
        """An array (…), rounded (M, …)."""
        copies = np.broadcast_to(array.astype(self._copies.dtype), (self._copies.count, *array.shape))
        drawn: Array = self.rounded(copies, self.noise(array.shape))
        return drawn

    def rounded(self, array: Any, noise: Array) -> Any:
        """An array (M, …) with a noise of its shape."""
        return rounded(array, noise, self._tiny) if self._copies.draws else array

    def of_calls(self, shapes: Sequence[tuple[int, ...]], steps: int) -> list[Call]:
        """Calls of functions with arguments of these shapes, in so many steps at once."""
        if not self._copies.draws:
            return [Call(shape) for shape in shapes]
        noises = [(self.noise((steps, *shape)), self.noise((steps, *shape))) for shape in shapes]
        return [
            Call(shape, None, *each, self._tiny, self._tiny)
            for shape, each in zip(shapes, noises, strict=True)
        ]
