"""Several faults: errors that need more steps, and explanations of each block by itself.

A fault in the recursion spoils with more steps what is right with fewer. Where the recursion is right, or
nothing shows it, every block may have a fault of its own, and each is explained by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verification.diagnosis.as_if import explained, explained_alone
from verification.diagnosis.coded import Coded
from verification.diagnosis.probe import Seen
from verification.diagnosis.stages import FAULTS
from verification.diagnosis.words import joined, verb, wrong_parts
from verification.models.model import Use


@dataclass(frozen=True, eq=False)
class Later:
    """What is wrong from a case's steps on, and right with fewer: blocks, and further parts in words."""

    seen: Seen
    blocks: tuple[str, ...]
    parts: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"from T = {self.seen.truth.case.steps} on also {joined(self.blocks)}"

    @property
    def is_carried(self) -> bool:
        """Do these gradients show what flows back?"""
        model = self.seen.truth.case.model
        return any(model.block(name).use in (Use.STATE, Use.INPUT) for name in self.blocks)


def later(first: Seen, wrong: Sequence[Seen]) -> list[Later]:
    """What is wrong with more steps than those of the first case that is wrong."""
    found, known = [], list(first.blocks)
    parts = {name: [*wrong_parts(first, name)] for name in first.blocks}
    for seen in wrong:
        if seen.truth.case.steps <= first.truth.case.steps or seen.raised:
            continue
        blocks = tuple(name for name in seen.blocks if name not in known)
        more = []
        for name, before in parts.items():
            others = [part for part in _all_parts(seen, name) if part not in before] if before else []
            more += [f"{name} in {', '.join(others)}"] if others else []
            before += others
        known += blocks
        if blocks or more:
            found.append(Later(seen, blocks, tuple(more)))
    return found


def _all_parts(seen: Seen, name: str) -> tuple[str, ...]:
    """The wrong parts of a block, though all of them are."""
    if name not in seen.blocks:
        return ()
    return wrong_parts(seen, name) or seen.truth.case.model.block(name).parts


@dataclass(frozen=True, eq=False)
class Explanation:
    """What explains some blocks by themselves, behind "as if"; ``where``: with how many steps, if not all."""

    blocks: tuple[str, ...]
    as_if: Coded
    where: str = ""


def each_alone(blocks: Sequence[str], first: Seen, last: Seen) -> list[Explanation]:
    """What explains each of the blocks, those alike together: in the last case, or at least in the first."""
    found: dict[tuple[Coded, str], list[str]] = {}
    for name in blocks:
        for seen, where in ((last, ""), (first, _with(first))):
            as_if = explained_alone(seen, name) if name in seen.blocks else None
            if as_if is not None:
                found.setdefault((as_if, where), []).append(name)
                break
    return [Explanation(tuple(names), as_if, where) for (as_if, where), names in found.items()]


def _with(seen: Seen) -> str:
    return f"with T = {seen.truth.case.steps} "


def alone_in_words(blocks: Sequence[str], alone: Sequence[Explanation]) -> str:
    """ ", as if …", with the names of blocks where it is not so of all of them."""
    return "".join(
        f", {'' if each.blocks == tuple(blocks) else f'{joined(each.blocks)} '}{each.where}as if {each.as_if}"
        for each in alone
    )


def as_well(found: Sequence[Later], last: Seen) -> Iterator[str]:
    """A sentence for each number of steps from which on more is wrong, by other faults."""
    for each in (each for each in found if each.blocks or each.parts):
        names = (*each.blocks, *each.parts)
        carried = f": {FAULTS['recursion']}" if each.is_carried else ""
        alone = alone_in_words(names, each_alone(each.blocks, each.seen, last))
        clause = f"From T = {each.seen.truth.case.steps} on {', '.join(names)} {verb(names)} wrong as well"
        yield f"{clause}{carried}{'' if carried else alone}."


def with_fewest(stage: str, first: Seen, last: Seen) -> tuple[str, str]:
    """The stage, and what explains the first case alone, if anything does; behind the place of the bug.

    A block that every step shares and that is explained by itself has a fault of its own: what is left, if it
    is the initial state's gradient, says that the bug is in what is carried as well.
    """
    as_if = None if first is last else explained(first)
    if as_if is not None:
        return stage, f", {_with(first)}as if {as_if}"
    model = first.truth.case.model
    shared = tuple(name for name in first.blocks if model.block(name).use is Use.STEP)
    alone = each_alone(shared, first, last)
    known = {name for each in alone for name in each.blocks}
    left = {model.block(name).use for name in first.blocks if name not in known}
    if alone and left == {Use.STATE}:
        stage = "recursion"
    return stage, alone_in_words((), alone)
