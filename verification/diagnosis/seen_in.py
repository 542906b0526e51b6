"""What can be seen in a case: its kind, zeros and patterns, of all blocks or of the one that matters.

Each fact is in words, with a code such as "one-hot:xs".
"""

from collections.abc import Iterator

import numpy as np

from verification.diagnosis.coded import Coded
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


# What of a case has other numbers than healthy ones, where nothing more is seen in them.
NUMBERS = "numbers"

# What the objective is made with, as a code calls it.
OF_COTANGENTS = "cotangents"


def numbers_in_words(case: Case, name: str) -> Coded:
    """Of a block, the cotangents or the targets: what is seen first, or that their numbers matter."""
    seen = (
        _of_block(case.model.block(name), case.blocks[name]) if name in case.blocks else _of_cotangents(case)
    )
    words = next(seen, None)
    return words or Coded(f"with these numbers of {name}", f"{NUMBERS}:{name}")


def facts(case: Case) -> Iterator[Coded]:
    """What is seen in a case, in words, the most particular first: of its kind, and of every block."""
    kind = f"truncation:{kind_of(case.truncation)}"
    yield Coded(f"in {name_of(case.dtype)}", f"type:{name_of(case.dtype)}")
    yield Coded(f"under {case.truncation}", kind)
    yield Coded(f"under {kind_of(case.truncation)}", kind)
    for role, function in case.chosen.items():
        yield Coded(f"with {role} {function.name}", f"{role}:{function.name}")
    if case.chunk is not None:
        yield Coded(f"in chunks of {case.chunk}", "chunk")
    if case.lengths is not None:
        yield Coded("where records end early", "lengths")
    if case.layouts:
        words = layouts.in_words(case.layouts, len(case.blocks) + len(case.objective.arrays()))
        yield Coded(f"with {words}", "layout")
    for name in case.blocks:
        yield from _of_block(case.model.block(name), case.blocks[name])
    yield from _of_cotangents(case)


def _of_block(block: Block, array: Array) -> Iterator[Coded]:
    def said(level: object, words: str) -> Coded:
        return Coded(f"where {words.format(block.name)}", f"{level}:{block.name}")

    if block.below is not None:
        # Of whole numbers it says nothing that they are such, or not below 0.
        if PATTERNS[ALIKE].holds(array):
            yield said(ALIKE, PATTERNS[ALIKE].words)
        if len(np.unique(array)) < array.size:
            yield said("repeated", "a number of {} is there more than once")
        return
    if ZERO.holds(array):
        yield said("zero", ZERO.words)
    zeros = {f"zero {level}": ZEROS[level] for level in (RECORD, STEP)}
    some = {**zeros, **{f"quiet {level}": each for level, each in QUIET_NUMBERS.items()}}
    for level, each in some.items():
        if each.of(block) and each.holds([array]):
            yield said(level, each.words)
    near = {f"next to {level:g}": each for level, each in NEXT_TO.items()}
    known = {level: each for level, each in PATTERNS.items() if not _is_always_so(block, each)}
    for level, pattern in {**near, **known}.items():
        if pattern.of(block) and pattern.holds(array):
            yield said(level, pattern.words)


def _is_always_so(block: Block, pattern: Condition[Array]) -> bool:
    """Are all numbers of its domain so, as those of one sign?"""
    return block.domain is not None and pattern.of(block) and pattern.holds(np.asarray(block.domain(SOME)))


def _of_cotangents(case: Case) -> Iterator[Coded]:
    quiet = {f"quiet {level}": each for level, each in QUIET_COTANGENTS.items()}
    for level, each in {**COTANGENTS, **quiet}.items():
        if each.holds(case):
            yield Coded(f"where {each.words}", f"{level}:{OF_COTANGENTS}")
