"""Circumstances under which blocks are wrong that are right in small cases of healthy numbers.

Each circumstance is a case of its own (``verification.diagnosis.circumstances``). The one that is reported
occurs in as many wrong cases as possible, and in no right one. The time is limited; the result is what was
found by then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from verification.diagnosis.circumstances import circumstances, large
from verification.diagnosis.coded import NOTHING, Coded
from verification.diagnosis.ends import explained_by_ends, fault_in_words
from verification.diagnosis.onset import fainter, onset
from verification.diagnosis.probe import OfSome, Seen, glance_at
from verification.diagnosis.seen_in import facts
from verification.diagnosis.words import joined
from verification.models.case import Case, Cotangents
from verification.processes.processor import spent
from verification.properties.engine import Engine
from verification.truth.parts import OUTPUTS

# Seconds after which nothing new is tried. The cases of an LSTM take a third of one.
SECONDS = 8.0


@dataclass(frozen=True, eq=False)
class Where:
    """Circumstances, a case that has them, and the blocks that are wrong in any such case.

    ``words``: "" for sizes or magnitudes, which further calls have to find.
    """

    words: Coded
    seen: Seen
    blocks: tuple[str, ...]


def wrong_where(engine: Engine) -> list[Where]:
    """The circumstances under which an engine is wrong that is right in small healthy cases."""
    ends = spent() + SECONDS
    wrong: list[Seen] = []
    right: list[Case] = []
    for case in circumstances(engine):
        if spent() > ends:
            break
        seen = glance_at(engine, case)
        if seen is None:
            right.append(case)
        elif not right:
            return []
        elif not _is_of_cotangents(engine, seen):
            wrong.append(seen)
    found = [*_grouped(engine, wrong, right)] if right else []
    left = tuple(name for name in engine.claim.blocks if not any(name in each.blocks for each in found))
    return [*found, *_of_sizes(engine, left, ends)]


class Elsewhere:
    """Those circumstances, searched once for the same blocks: a sentence and a picture need them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._found: dict[tuple[str, ...], list[Where]] = {}

    def of(self, blocks: tuple[str, ...]) -> list[Where]:
        """Where these blocks are wrong, if they are right in small healthy cases."""
        if blocks not in self._found:
            self._found[blocks] = wrong_where(OfSome(self._engine, blocks)) if blocks else []
        return self._found[blocks]


def as_well(engine: Engine, found: Sequence[Where]) -> Iterator[str]:
    """A sentence for each: "Where xs is one-hot, U is wrong as well."."""
    for each in found:
        case, names = each.seen.truth.case, each.seen.forward or each.blocks
        words = each.words or onset(OfSome(engine, each.blocks), case).words or f"at {_sizes(case)}"
        wrong = f"{joined(names)} {'is' if len(names) == 1 and names != (OUTPUTS,) else 'are'} wrong as well"
        if case.lengths is not None and not each.seen.raised:
            wrong += f": {fault_in_words(each.seen, explained_by_ends(each.seen))}"
        clause = f"it does not answer in form: {each.seen.raised}" if each.seen.raised else wrong
        yield f"{beginning(words)}, {clause}."


def beginning(words: str) -> str:
    """As a sentence begins."""
    return f"{words[0].upper()}{words[1:]}"


def _is_of_cotangents(engine: Engine, seen: Seen) -> bool:
    """Is it right where cotangents are small, so that their size is what matters, and not where?"""
    if seen.raised or seen.forward or not isinstance(seen.truth.case.objective, Cotangents):
        return False
    return glance_at(engine, fainter(seen.truth.case)) is None


def _grouped(engine: Engine, wrong: Sequence[Seen], right: Sequence[Case]) -> Iterator[Where]:
    """Wrong cases together that have something in common, which the plain one has not, and fewest right ones.

    The plain case is the first of those that are right.
    """
    plain, *others = [{*facts(case)} for case in right]
    telling = [[fact for fact in facts(seen.truth.case) if fact not in plain] for seen in wrong]
    left = list(range(len(wrong)))
    while left:
        first, *_ = left
        tells = {
            fact: (-sum(fact in each for each in others), sum(fact in telling[i] for i in left))
            for fact in telling[first]
        }
        words = max(tells, key=lambda fact: tells[fact], default=NOTHING)
        some = [i for i in left if words in telling[i]] or [first]
        seen = max((wrong[i] for i in some), key=_says)
        blocks = {name for i in some for name in wrong[i].blocks}
        yield Where(words, seen, tuple(name for name in engine.claim.blocks if name in blocks))
        left = [i for i in left if i not in some]


def _says(seen: Seen) -> tuple[int, int]:
    """In how many blocks it shows, and in how many numbers that are not 0."""
    return len(seen.blocks), sum(int(np.count_nonzero(a)) for a in seen.truth.case.blocks.values())


def _of_sizes(engine: Engine, left: tuple[str, ...], ends: float) -> Iterator[Where]:
    """Each block that is left, at the first large size at which it is wrong."""
    for case in large(engine):
        if not left or spent() > ends:
            return
        seen = glance_at(OfSome(engine, left), case)
        if seen is not None and seen.blocks:
            left = tuple(name for name in left if name not in seen.blocks)
            yield Where(NOTHING, seen, seen.blocks)


def _sizes(case: Case) -> str:
    return joined([f"{name} = {size}" for name, size in case.sizes.items()])
