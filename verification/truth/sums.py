"""What comes together in a gradient, and bounds of sums of absolute terms from few sums with signs.

Of n terms Σ |g| is at most √(n Σ g²), and Σ g² is the mean square of Σ ±g over signs that are orthogonal:
exact for as many terms as there are draws, and beyond as exact as chance has it.
"""

from functools import cache
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, real_of
from verification.models.tolerance import least_healthy, least_normal
from verification.truth.rounding import Copies

_ROOT = np.array([[1, 1], [1, -1]])


@cache
def orthogonal(draws: int) -> Array:
    """(draws, draws) of ±1, a power of two: column c holds the signs of term c in each draw."""
    signs: Array = np.ones((1, 1), int) if draws == 1 else np.kron(_ROOT, orthogonal(draws // 2))
    return signs


def signs(copies: Copies, terms: int, rng: np.random.Generator) -> Array:
    """(M, terms) of ±1, all 1 in the truth."""
    drawn = orthogonal(copies.draws)[:, np.arange(terms) % copies.draws] * rng.choice((-1, 1), terms)
    return np.concatenate([np.ones((copies.count - copies.draws, terms)), drawn])


# What chance may take from the bound of more terms than draws, where their signs are not orthogonal.
CHANCE = 1.5


# Below this a square may be none, and is taken of the number in proportion.
SMALL = 1e-100


def bounded(drawn: Array, terms: int | Array, plain: Array | None = None) -> Array:
    """A bound of Σ |g| over so many terms from draws of Σ ±g, and the sum without signs if known.

    ``terms`` may be an array that broadcasts against one of the sums.
    """
    draws = len(drawn)
    norm = _norm(drawn)
    if not SMALL < np.max(norm, initial=0) < np.inf:
        # Of sizes, for a complex number divided by a denormal one is none.
        sizes = np.abs(drawn)
        largest = np.max(sizes, initial=0) or 1
        norm = largest * _norm(sizes / largest)
    count = np.asarray(terms)
    bound: Array = norm * np.sqrt(count / draws) * np.where(count > draws, CHANCE, 1)
    # Of terms that are all alike the plain sum is the sum of sizes.
    return bound if plain is None else np.maximum(bound, np.abs(plain))


def _norm(sums: Array) -> Array:
    """√(Σ |·|²) over the first axis."""
    parts = (sums.real, sums.imag) if np.iscomplexobj(sums) else (sums,)
    norm: Array = np.sqrt(sum(np.einsum("m...,m...->...", part, part) for part in parts))
    return norm


class Sums:
    """A gradient by its blocks: in M draws (M, …), and beside it Σ |terms| and what the type may lose (…)."""

    def __init__(self, case: Case, copies: Copies) -> None:
        dtype, real = copies.dtype, real_of(copies.dtype)
        shapes = {name: array.shape for name, array in case.blocks.items()}
        self._tiny = least_normal(real_of(case.dtype))
        self.draws = {name: np.zeros((copies.count, *shape), dtype) for name, shape in shapes.items()}
        self.terms = {name: np.full(shape, self._tiny, real) for name, shape in shapes.items()}
        self.lost = {name: np.zeros(shape, real) for name, shape in shapes.items()}

    def add(self, name: str, draws: Array, terms: Array, where: tuple[Any, ...] = ()) -> None:
        """A part of a block's gradient, at these entries of it."""
        self.draws[name][(slice(None), *where)] += draws
        self.terms[name][where] += terms + self._tiny

    def add_steps(self, name: str, draws: Array, terms: Array) -> None:
        """Parts of a block's gradient that K steps make (M, K, …)."""
        self.draws[name] += draws.sum(axis=1)
        self.terms[name] += terms.sum(axis=0) + len(terms) * self._tiny

    def lose(self, name: str, size: Array, where: tuple[Any, ...] = ()) -> None:
        """What may be missing of a block, at these entries."""
        self.lost[name][where] += size

    def gradients(self) -> dict[str, Array]:
        """(M, …); autograd's gradients of complex numbers are the conjugates of ours."""
        return {name: np.conj(a) if np.iscomplexobj(a) else a for name, a in self.draws.items()}


class Lost:
    """What the type may lose, as a flow back of its own: each cotangent below ``least_healthy`` starts one.

    Each has a sign of its own in every draw. ``flow``: what reaches the states (M, rows, S) that have been
    come to; ``count``: how many started.
    """

    def __init__(self, case: Case, copies: Copies, flow: Array) -> None:
        self.flow, self.count = flow, 0
        self._copies = copies
        self._least = least_healthy(real_of(case.dtype))
        self._rng = np.random.default_rng(0)

    def below(self, cotangent: Array) -> Array:
        """Of cotangents (M, …) those of the truth that may be lost, in size."""
        size: Array = np.abs(cotangent[0])
        return np.where(size < self._least, size, 0)

    def started(self, cotangents: Array) -> tuple[Array, Array]:
        """What starts at K steps, (M, K, …), and how many at each (K,)."""
        size = self.below(cotangents)
        if not size.any():
            return np.zeros(cotangents.shape, size.dtype), np.zeros(len(size), int)
        started: Array = size * self._rng.choice((-1, 1), cotangents.shape)
        return started, np.count_nonzero(size.reshape(len(size), -1), axis=1)

    def bound(self, arrived: Array, count: int | Array) -> Array:
        """How large what arrived (M, …), or at K steps (M, K, …), may be without signs if so many started."""
        terms = np.reshape(count, (*np.shape(count), *[1] * (arrived.ndim - 1 - np.ndim(count))))
        return bounded(self._copies.drawn(arrived), terms)
