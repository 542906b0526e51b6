"""Numbers as a draw has them: rounded, each by a noise that is told again whenever it is asked for."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn.arrays import Array
from verification.asked.case import WIDER, Case, real_of
from verification.tolerance import DRAWS, PERTURBATION, least_normal, unit
from verification.truth.observed import Call

# The draws, and before them the truth.
COPIES = 1 + DRAWS


class Rounding:
    """What rounding may do to the numbers of a case, in M = ``COPIES`` copies; nothing to the first.

    The same ``place`` gives the same noises, in the order in which they are asked for.
    """

    def __init__(self, case: Case, *place: int) -> None:
        self._wide, self._unit = WIDER[case.dtype], unit(real_of(case.dtype))
        self._tiny = least_normal(real_of(case.dtype))
        self._rng = np.random.default_rng(place)

    def noise(self, shape: tuple[int, ...]) -> Array:
        """2uξ (M, …)."""
        xi: Array = self._rng.uniform(-1, 1, (COPIES, *shape)).astype(self._wide)
        if np.iscomplexobj(xi):
            xi = xi + 1j * self._rng.uniform(-1, 1, xi.shape)
        xi[0] = 0
        xi *= PERTURBATION * self._unit
        return xi

    def of_array(self, array: Array) -> Array:
        """An array (…), rounded (M, …)."""
        wide = array.astype(self._wide)
        copies = np.broadcast_to(wide, (COPIES, *wide.shape))
        rounded: Array = self.rounded(copies, self.noise(wide.shape))
        return rounded

    def rounded(self, array: Any, noise: Array) -> Any:
        """An array (M, …) with a noise of its shape."""
        return array * (1 + noise) + noise * self._tiny

    def of_calls(self, shapes: Sequence[tuple[int, ...]]) -> list[Call]:
        """Calls of functions with arguments of these shapes."""
        return [Call(s, None, self.noise(s), self.noise(s), self._tiny, self._tiny) for s in shapes]
