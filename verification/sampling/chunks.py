"""Chunks: numbers of steps around the border of two, of an engine that computes in chunks of so many steps.

Code in chunks is another code within a chunk than from one to the next, and another where the last is not
whole. Where that begins is no size among others: all of what passes a border is at fault there or nowhere.
"""

from collections.abc import Callable, Iterator, Mapping

from verification.models.case import Case
from verification.sampling.claim import Claim

# By what they are, how many steps beside a chunk of so many.
BORDERS: Mapping[str, Callable[[int], int]] = {
    "a step less than a chunk": lambda chunk: chunk - 1,
    "one chunk": lambda chunk: chunk,
    "a step more than a chunk": lambda chunk: chunk + 1,
    "two chunks": lambda chunk: 2 * chunk,
    "two chunks and a part of one": lambda chunk: 2 * chunk + chunk // 3 + 1,
}

# The lengths for an engine that compiles for each shape.
FEW_BORDERS = ("a step more than a chunk", "two chunks")


def known(claim: Claim) -> tuple[int, ...]:
    """The steps of the engine's chunks, which it has fixed or is told."""
    return claim.chunks or ((claim.chunk,) if claim.chunk is not None else ())


def borders(claim: Claim) -> Iterator[tuple[str, int, int]]:
    """The numbers of steps that are run for each chunk: in words, the number, and the chunk's length."""
    least, most = claim.steps
    for chunk in known(claim):
        for words in FEW_BORDERS if claim.compiled else BORDERS:
            steps = BORDERS[words](chunk)
            if least <= steps <= most:
                yield words, steps, chunk


def chunk_of(claim: Claim, case: Case) -> int | None:
    """The steps of a chunk on this case; None of an engine that does not say."""
    return case.chunk or claim.chunk or next(iter(claim.chunks), None)
