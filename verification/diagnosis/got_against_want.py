"""Given beside expected numbers of an answer's wrong parts."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from verification.diagnosis.probe import Seen
from verification.diagnosis.words import split, wrong_parts
from verification.models.arrays import Array

# Of how many numbers of a part a picture shows each; of more, these many.
POINTS = 60


@dataclass(frozen=True, eq=False)
class GotAgainstWant:
    """Numbers of a block, or of one of its parts: expected, given (both flat and real), and what is accepted.

    Of a complex number, the real and the imaginary part are two. ``count``: how many there are in all.
    """

    name: str
    part: str
    expected: Array
    given: Array
    bound: float
    count: int

    @property
    def wrong(self) -> Array:
        """Which are off by more than is accepted."""
        error = np.abs(self.given - self.expected)
        return np.asarray(~(error <= self.bound))


def beside(name: str, part: str, got: Array, want: Array, bound: float) -> GotAgainstWant:
    """Of arrays of one shape; of many numbers, the worst and some that stand for all."""
    given, expected = _flat(got), _flat(want)
    count = len(given)
    if count > POINTS:
        error = np.abs(given - expected)
        worst = np.argsort(np.where(np.isnan(error), np.inf, error))[-POINTS // 4 :]
        chosen = np.union1d(worst, np.linspace(0, count - 1, POINTS - len(worst)).astype(int))
        given, expected = given[chosen], expected[chosen]
    return GotAgainstWant(name, part, expected, given, bound, count)


def _flat(array: Array) -> Array:
    flat = np.ravel(array)
    return np.concatenate((flat.real, flat.imag) if np.iscomplexobj(flat) else (flat,)).astype(float)


def wrong_beside(seen: Seen) -> Iterator[GotAgainstWant]:
    """The wrong parts of a forward, or else the wrong blocks; part by part where some are right."""
    for name in seen.forward:
        expected = seen.truth.forward[name]
        yield beside(name, "", seen.values[name], expected.truth, expected.bound)
    for name in () if seen.forward else seen.blocks:
        block, bound = seen.truth.case.model.block(name), seen.bound(name)
        if not wrong_parts(seen, name):
            yield beside(name, "", seen.got[name], seen.want(name), bound)
            continue
        halves = zip(block.parts, split(block, seen.got[name]), split(block, seen.want(name)), strict=True)
        for part, got, want in halves:
            yield beside(name, part, got, want, bound)
