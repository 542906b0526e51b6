"""Numbers of a draw: each is rounded by a noise that is the same whenever it is computed again."""

import math
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.case import WIDER, Case, real_of
from verification.models.model import PARAMETERS
from verification.models.tolerance import DRAWS, PERTURBATION, least_healthy, unit


@dataclass(frozen=True)
class Copies:
    """Copies of a case that are computed together in one type: the truth, if it is among them, then the
    draws.
    """

    dtype: np.dtype[Any]
    truth: bool
    draws: int

    @property
    def count(self) -> int:
        """M."""
        return int(self.truth) + self.draws

    def drawn(self, array: Array) -> Array:
        """The draws of an array (M, …)."""
        return array[-self.draws :]


# With at most this many multiplications at a step and its loss, a longer type costs little more time.
SMALL = 2_000

# With so many units, each draw averages over many roundings, and FEW draws show as much as eight.
UNITS, FEW = 16, 4


def copies_of(case: Case) -> tuple[Copies, ...]:
    """The truth in the next wider type, and the draws in double precision.

    For a case in double precision, the draws then have rounding errors of their own, which add to the spread.
    In a longer type there is no fast matrix product, and they would take ten times as long. Where products
    are small, truth and draws are computed together, because the time depends on the number of operations and
    not on their size.
    """
    wide, double = WIDER[case.dtype], np.result_type(case.dtype, np.float64)
    draws = FEW if min(array[0].size for array in case.state) >= UNITS else DRAWS
    blocks = (block.name for block in case.model.of(*PARAMETERS))
    shared = sum(case.blocks[name].size for name in blocks if name in case.blocks)
    if wide == double or case.records * shared <= SMALL:
        return (Copies(wide, True, draws),)
    return Copies(wide, True, 0), Copies(double, False, draws)


# Each draw has its own POOL numbers on [−1, 1]. A noise is a run of consecutive numbers, wrapped around the
# end, from a place of its own; the next noise starts STRIDE further. Both are prime.
POOL, STRIDE = 16_381, 7_919

# Multipliers that spread places over the pool.
MIXED = (1, 104_729, 15_485_863, 32_452_843)


@dataclass(frozen=True, eq=False)
class Noises:
    """Noises of M copies, zero for the truth, which comes first: 2uξ, and 1 + 2uξ (M, 2 POOL)."""

    off: Array
    factors: Array

    def noise(self, start: int, shape: tuple[int, ...], complex_: bool) -> Any:
        """2uξ (M, …)."""
        some = _some(self.off, start, shape)
        return some + 1j * _some(self.off, further(start), shape) if complex_ else some

    def factor(self, start: int, shape: tuple[int, ...], complex_: bool) -> Any:
        """1 + 2uξ (M, …)."""
        some = _some(self.factors, start, shape)
        return some + 1j * _some(self.off, further(start), shape) if complex_ else some


def _some(pool: Array, start: int, shape: tuple[int, ...]) -> Array:
    """Consecutive numbers of a pool (M, …)."""
    count = math.prod(shape[1:])
    if count <= POOL:
        return pool[:, start : start + count].reshape(shape)
    again = [pool[:, start : start + min(POOL, count - i)] for i in range(0, count, POOL)]
    return np.concatenate(again, axis=1).reshape(shape)


@cache
def pool_of(truths: int, draws: int, u: float, dtype: np.dtype[Any]) -> Noises:
    """The pool of so many copies, for numbers with this unit."""
    xi = np.random.default_rng(0).uniform(-1, 1, (draws, POOL))
    off = np.concatenate([np.zeros((truths, POOL)), PERTURBATION * u * xi]).astype(dtype)
    twice = np.tile(off, 2)
    return Noises(twice, 1 + twice)


def place_of(*place: int) -> int:
    """The start of a place's noises in a pool."""
    return sum(number * mixed for number, mixed in zip((1, *place), MIXED, strict=False)) % POOL


def further(start: int) -> int:
    """The start of the next noise."""
    return (start + STRIDE) % POOL


class Rounding:
    """What rounding may do to the numbers of a case, in M copies; the truth is not rounded.

    The same ``place`` gives the same noises, if they are requested in the same order.
    """

    def __init__(self, case: Case, copies: Copies, *place: int) -> None:
        real = real_of(case.dtype)
        self.copies, self._least = copies, least_healthy(real)
        self._complex = bool(np.issubdtype(copies.dtype, np.complexfloating))
        self._pool = pool_of(int(copies.truth), copies.draws, unit(real), real_of(copies.dtype))
        self._start = place_of(*place)

    def at(self, *place: int) -> "Rounding":
        """The same at another place."""
        other = copy(self)
        other._start = place_of(*place)
        return other

    def of_array(self, array: Array) -> Array:
        """An array (…), rounded (M, …)."""
        rounded: Array = self.rounded(array.astype(self.copies.dtype, copy=False)[None])
        return rounded

    def rounded(self, array: Any) -> Any:
        """An array (M or 1, …), each number off by up to 2u of itself, and by what may underflow."""
        if not self.copies.draws:
            return array
        noise = self.noise((self.copies.count, *array.shape[1:]))
        return array * (1 + noise) + self.least(noise)

    def least(self, noise: Any) -> Any:
        """The error of a number that may underflow: up to twice the least normal number, by this noise."""
        return noise * self._least

    def scattered(self, array: Any, size: Array) -> Any:
        """An array that broadcasts against (M, …), each number off by up to 2u of a size (…)."""
        return array + self.noise((self.copies.count, *size.shape)) * size

    def noise(self, shape: tuple[int, ...]) -> Any:
        """2uξ (M, …)."""
        self._start = further(self._start)
        return self._pool.noise(self._start, shape, self._complex)
