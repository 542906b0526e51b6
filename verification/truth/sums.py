"""Sums of a gradient's parts, and bounds of sums of absolute terms from few sums with random signs.

Of n terms Σ |g| is at most √(n Σ g²), and Σ g² is the mean square of Σ ±g over orthogonal signs. That is
exact for as many terms as there are draws, and an estimate for more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, real_of
from verification.models.tolerance import least_healthy
from verification.truth.rounding import Copies

_ROOT = np.array([[1, 1], [1, -1]])


@cache
def orthogonal(draws: int) -> Array:
    """(draws, draws) of ±1, for a power of two: column c holds the signs of term c in each draw."""
    signs: Array = np.ones((1, 1), int) if draws == 1 else np.kron(_ROOT, orthogonal(draws // 2))
    return signs


def signs(copies: Copies, terms: int, rng: np.random.Generator) -> Array:
    """(M, terms) of ±1, all 1 in the truth."""
    drawn = orthogonal(copies.draws)[:, np.arange(terms) % copies.draws] * rng.choice((-1, 1), terms)
    return np.concatenate([np.ones((copies.count - copies.draws, terms)), drawn])


# The margin for more terms than draws, whose signs are not orthogonal.
CHANCE = 1.5


# Below this a square may underflow, so the numbers are scaled first.
SMALL = 1e-100


def bounded(drawn: Array, terms: int | Array, plain: Array | None = None) -> Array:
    """A bound of Σ |g| over so many terms, from draws of Σ ±g, and from the sum without signs if known.

    ``terms`` may be an array that broadcasts against one of the sums.
    """
    draws = len(drawn)
    norm = _norm(drawn)
    if not SMALL < np.max(norm, initial=0) < np.inf:
        # Of absolute values: a complex number divided by a denormal one is not finite.
        sizes = np.abs(drawn)
        largest = np.max(sizes, initial=0) or 1
        norm = largest * _norm(sizes / largest)
    count = np.asarray(terms)
    bound: Array = norm * np.sqrt(count / draws) * np.where(count > draws, CHANCE, 1)
    # If all terms have one sign, the plain sum is the sum of absolute values.
    return bound if plain is None else np.maximum(bound, np.abs(plain))


def _norm(sums: Array) -> Array:
    """√(Σ |·|²) over the first axis."""
    parts = (sums.real, sums.imag) if np.iscomplexobj(sums) else (sums,)
    norm: Array = np.sqrt(sum(np.einsum("m...,m...->...", part, part) for part in parts))
    return norm


@dataclass(frozen=True, eq=False)
class RowStarts:
    """Record and step of each row at the first of K steps; ``once``: they belong to a single replay."""

    records: Array
    steps: Array
    length: int
    once: bool

    @property
    def each(self) -> tuple[Array, Array]:
        """Of all rows at all steps, one step after another."""
        if self.length == 1:
            return self.records, self.steps
        steps = self.steps + np.arange(self.length)[:, None]
        return np.tile(self.records, self.length), steps.reshape(-1)

    def parts(self, array: Array) -> Iterator[tuple[Array, tuple[Any, Any]]]:
        """Parts of an array (…, K rows, …) in which each entry occurs once, and their indices."""
        by_step = array.reshape(len(array), self.length, len(self.records), *array.shape[2:])
        if self.once:
            start = int(self.steps[0])
            yield by_step.swapaxes(1, 2), (slice(None), slice(start, start + self.length))
            return
        for k in range(self.length):
            # One row's step now may be another row's step later.
            yield by_step[:, k], (self.records, self.steps + k)


class Sums:
    """A gradient by its blocks: in M draws (M, …), with Σ |terms| and what the type may lose (…)."""

    def __init__(self, case: Case, copies: Copies) -> None:
        dtype, real = copies.dtype, real_of(copies.dtype)
        shapes = {name: array.shape for name, array in case.blocks.items()}
        self._term = least_healthy(real_of(case.dtype))
        self.draws = {name: np.zeros((copies.count, *shape), dtype) for name, shape in shapes.items()}
        self.terms = {name: np.full(shape, self._term, real) for name, shape in shapes.items()}
        self.lost = {name: np.zeros(shape, real) for name, shape in shapes.items()}

    def add(self, name: str, draws: Array, terms: Array, where: tuple[Any, ...] = (), count: int = 1) -> None:
        """Adds a part of a block's gradient at these entries, each of which is a sum of ``count`` terms."""
        self.draws[name][(slice(None), *where)] += draws
        self.terms[name][where] += terms + count * self._term

    def add_at(self, name: str, draws: Array, where: RowStarts) -> None:
        """Adds parts of a block that has entries of its own for each record and step (M, K rows, …)."""
        for part, place in where.parts(draws):
            self.add(name, part, np.abs(part[0]), place)

    def lose_at(self, name: str, size: Array, where: RowStarts) -> None:
        """Adds what may be missing of such a block (K rows, …)."""
        for part, place in where.parts(size[None]):
            self.lose(name, part[0], place)

    def add_steps(self, name: str, draws: Array, terms: Array) -> None:
        """Adds parts of a block's gradient that K steps contribute (M, K, …)."""
        self.draws[name] += draws.sum(axis=1)
        self.terms[name] += terms.sum(axis=0) + len(terms) * self._term

    def lose(self, name: str, size: Array, where: tuple[Any, ...] = ()) -> None:
        """Adds what may be missing of a block, at these entries."""
        self.lost[name][where] += size

    def gradients(self) -> dict[str, Array]:
        """(M, …); autograd's gradients of complex numbers are the conjugates of ours."""
        return {name: np.conj(a) if np.iscomplexobj(a) else a for name, a in self.draws.items()}


class Started(NamedTuple):
    """A flow that starts at rows (M, rows, …), if any does, and how many start at each row."""

    flow: Array | None
    counts: Array


class Underflow:
    """What the type may lose, propagated backward: each cotangent below ``least_healthy`` starts a flow.

    Each has a random sign in every draw. ``flow``: what arrives at the states (M, rows, …), by state.
    ``counts``: how many started, for each row, or for all together where rows are not ``apart``.
    """

    def __init__(self, case: Case, copies: Copies, flow: Sequence[Array], apart: bool) -> None:
        self.flow, self.counts, self._apart = list(flow), np.zeros(flow[0].shape[1], int), apart
        self._copies = copies
        self._least = least_healthy(real_of(case.dtype))
        self._rng = np.random.default_rng(0)

    def widen(self, rows: int) -> None:
        """Adds rows, at which nothing arrives yet."""
        more = rows - len(self.counts)
        self.counts = np.append(self.counts, np.full(more, 0 if self._apart else max(self.counts, default=0)))
        self.flow = widened(self.flow, rows)

    def below(self, cotangent: Array) -> Array:
        """The size of those cotangents of the truth (M, …) that may be lost, zero elsewhere."""
        size: Array = np.abs(cotangent[0])
        return np.where(size < self._least, size, 0)

    def started(self, cotangents: Array) -> Started:
        """The flow that starts at cotangents (M, rows, …), and how many start at each row."""
        size = self.below(cotangents)
        if self._apart:
            counts = np.count_nonzero(size.reshape(len(size), -1), axis=1)
        else:
            # A loss may belong to any of the rows.
            counts = np.full(len(self.counts), np.count_nonzero(size))
        flow = size * self._rng.choice((-1, 1), cotangents.shape) if counts.any() else None
        return Started(flow, counts)

    def bound(self, arrived: Array, counts: Array) -> Array:
        """A bound of the absolute sum of what arrived at rows (M, rows, …), if so many started at each."""
        return bounded(self._copies.drawn(arrived), counts.reshape(-1, *[1] * (arrived.ndim - 2)))

    def whole(self, arrived: Array) -> Array:
        """The same for what arrived from all rows together (M, …)."""
        return bounded(self._copies.drawn(arrived), max(self.counts, default=0))


def widened(flow: Sequence[Array], rows: int) -> list[Array]:
    """Arrays (M, rows, …), padded with zeros for further rows."""
    made = []
    for array in flow:
        more = np.zeros((len(array), rows - array.shape[1], *array.shape[2:]), array.dtype)
        made.append(np.concatenate((array, more), axis=1) if more.size else array)
    return made
