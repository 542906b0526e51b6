"""What can be seen in a case: its kind, zeros and patterns, of all blocks or of the one that matters."""

from collections.abc import Iterator

import numpy as np

from verification.models import layouts
from verification.models.arrays import Array
from verification.models.case import Case, name_of
from verification.models.condition import Condition
from verification.models.model import Block
from verification.models.truncation import kind_of
from verification.sampling.patterns import ALIKE, PATTERNS
from verification.sampling.quiet import NEXT_TO, QUIET_COTANGENTS, QUIET_NUMBERS
from verification.sampling.zeros import COTANGENTS, RECORD, STEP, ZERO, ZEROS

# Numbers of either sign, large and small, of a block with one axis for each that a pattern may look along.
SOME = np.array([[-2.0, -0.5], [0.5, 2.0]])


def numbers_in_words(case: Case, name: str) -> str:
    """Of a block, the cotangents or the targets: what is seen first, or that their numbers matter."""
    seen = (
        _of_block(case.model.block(name), case.blocks[name]) if name in case.blocks else _of_cotangents(case)
    )
    words = next(seen, "")
    return f"where {words}" if words else f"with these numbers of {name}"


def facts(case: Case) -> Iterator[str]:
    """What is seen in a case, in words, the most particular first: of its kind, and of every block."""
    yield f"in {name_of(case.dtype)}"
    yield f"under {case.truncation}"
    yield f"under {kind_of(case.truncation)}"
    yield from (f"with {role} {function.name}" for role, function in case.chosen.items())
    if case.chunk is not None:
        yield f"in chunks of {case.chunk}"
    if case.lengths is not None:
        yield "where records end early"
    if case.layouts:
        yield f"with {layouts.in_words(case.layouts, len(case.blocks) + len(case.objective.arrays()))}"
    for name in case.blocks:
        yield from (f"where {words}" for words in _of_block(case.model.block(name), case.blocks[name]))
    yield from (f"where {words}" for words in _of_cotangents(case))


def _of_block(block: Block, array: Array) -> Iterator[str]:
    if block.below is not None:
        # Of whole numbers it says nothing that they are such, or not below 0.
        if PATTERNS[ALIKE].holds(array):
            yield PATTERNS[ALIKE].words.format(block.name)
        if len(np.unique(array)) < array.size:
            yield f"a number of {block.name} is there more than once"
        return
    if ZERO.holds(array):
        yield ZERO.words.format(block.name)
    some = (ZEROS[RECORD], ZEROS[STEP], *QUIET_NUMBERS.values())
    zeros = [each.words for each in some if each.of(block) and each.holds([array])]
    zeros += [each.words for each in NEXT_TO.values() if each.of(block) and each.holds(array)]
    known = [each for each in PATTERNS.values() if not _is_always_so(block, each)]
    patterns = [each.words for each in known if each.of(block) and each.holds(array)]
    yield from (words.format(block.name) for words in (*zeros, *patterns))


def _is_always_so(block: Block, pattern: Condition[Array]) -> bool:
    """Are all numbers of its domain so, as those of one sign?"""
    return block.domain is not None and pattern.of(block) and pattern.holds(np.asarray(block.domain(SOME)))


def _of_cotangents(case: Case) -> Iterator[str]:
    some = (*COTANGENTS.values(), *QUIET_COTANGENTS.values())
    yield from (each.words for each in some if each.holds(case))
