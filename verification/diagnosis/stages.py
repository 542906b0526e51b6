"""Stages: where a fault is, in a word.

=============  ==============================================================================
convention     all is right if arrays, or equations, are read another way
form           it does not answer as agreed, everywhere or somewhere, and where it does all is right
forward        outputs or a final state are wrong
accumulation   the initial state's gradients are right, those of other blocks are not
parameters     theirs are wrong, and none that is right or claimed shows what flows back
state          the initial state's gradients are wrong and no other, at any T
recursion      with one step all is right, or all but what is handed on to the step before
step           with one step other gradients are wrong
truncation     the full gradient is right, and a truncated one is not
lengths        sequences of one length are right, and records that end early are not
losses         the model's own loss is right, and weighted ones, or those of classes, are not
packed         one of packed sequences is seen by another, or their slack by the last
border         one chunk is right, and a step more, or a chunk that is not whole, is not
lags, exact    one lag is wrong, or exact arithmetic, by less than rounded sums show
conduct        every gradient is right, and a property is refuted that is about other calls
precision      all is right to fewer digits than the number type has
size           small cases of healthy numbers are right, and larger ones, or other numbers, are not
backward       gradients are wrong, of a function that has no model
unexplained    the diagnosis itself failed, by a fault of this package
=============  ==============================================================================
"""

from collections.abc import Sequence
from dataclasses import dataclass

from verification.diagnosis.coded import Coded
from verification.diagnosis.probe import Seen
from verification.diagnosis.words import gates, verb, wrong_in_words
from verification.models.model import Use
from verification.properties.engine import Engine


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What is wrong: the stage, the wrong blocks, those of their parts that are, and all of it in a sentence.

    ``as_if``: what the engine computes instead, in a few words, where that is found.
    ``also``: the blocks that are wrong with more steps, or elsewhere, and not where the others are seen
    first. ``conditions``: codes of the circumstances in which they are wrong, such as "lengths" or "size:T";
    none where small cases of healthy numbers show it.
    """

    stage: str
    blocks: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    sentence: str = ""
    as_if: Coded | None = None
    also: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where it is, in a few words: "stage: block, block (part, part)"."""
        parts = f" ({', '.join(self.parts)})" if self.parts else ""
        return f"{self.stage}: {', '.join(self.blocks)}{parts}".rstrip(": ")

    def __str__(self) -> str:
        return self.sentence


# Where the bug is, by stage.
FAULTS = {
    "accumulation": "what flows back is right; the bug is in what is computed from it",
    "parameters": "the bug is in what flows back, or in what is computed from it",
    "state": "the bug is in the initial state's own gradient",
    "recursion": "the bug is in what is carried back from step to step",
    "step": "the bug is in the derivative of one step",
}


def bug_first(bug: str, wrong: str) -> str:
    """A sentence of where the bug is, then of what is wrong.

    >>> bug_first("the bug is in the forward", "outputs are wrong from T = 2 on")
    'The bug is in the forward: outputs are wrong from T = 2 on.'
    """
    return f"{bug[0].upper()}{bug[1:]}: {wrong}."


def at_place(
    stage: str, bug: str, seen: Seen, where: str = "", conditions: tuple[str, ...] = ()
) -> Diagnosis:
    """The diagnosis of a bug, by what is wrong in a case: of a wrong forward that alone, which spoils all.

    No factor is reported: what all that pass the place lose may be small, or nothing.
    """
    if seen.forward:
        sentence = bug_first(bug, wrong_in_words(seen) + where)
        return Diagnosis(stage, sentence=sentence, conditions=conditions)
    wrong = f"{', '.join(seen.blocks)} {verb(seen.blocks)} wrong"
    sentence = bug_first(bug, wrong + where)
    return Diagnosis(stage, seen.blocks, gates(seen), sentence, conditions=conditions)


# Where a block that is wrong spoils no other, so that each may have a fault of its own.
APART = ("accumulation", "parameters")


def _show_flow(engine: Engine, seen: Seen) -> bool:
    """Is a parameter's gradient right in a case of several steps? It sees what flows back to each of them."""
    used = (block.name for block in engine.model.of(Use.STEP) if block.name in engine.claim.blocks)
    right = (name for name in used if name not in seen.blocks and seen.want(name).any())
    return seen.truth.case.steps > 1 and any(right)


def stage_of(engine: Engine, first: Seen, by_steps: Sequence[Seen]) -> str:
    """From the shortest case that is wrong, and the longest of all."""
    uses = [{engine.model.block(name).use for name in seen.blocks} for seen in (first, by_steps[-1])]
    claimed = {engine.model.block(name).use for name in engine.claim.blocks}
    if not claimed & {Use.STATE, Use.INPUT}:
        return "accumulation" if _show_flow(engine, by_steps[-1]) else "parameters"
    # Where no state's gradient is claimed, the inputs' say the same of every step but the first.
    if Use.STATE not in uses[0] | uses[1] and (Use.STATE in claimed or Use.INPUT not in uses[1]):
        return "accumulation"
    if uses[1] == {Use.STATE}:
        return "state"
    # What flows back through the fewest steps is right; what is wrong with more is another fault.
    if first is by_steps[0] and Use.STATE in claimed - uses[0]:
        return "accumulation"
    if first is not by_steps[0] or uses[0] == {Use.STATE}:
        return "recursion"
    return "step"
