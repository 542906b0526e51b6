"""Interleaved calls: what a forward saves belongs to it, and stays as it was for a second backward.

This applies to engines whose calls come in two, on cases with cotangents: a loss is one call. A training loop
with several graphs alive at once, for several losses, calls as many forwards before it calls a backward.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import numpy as np

from verification.models.case import Case, Cotangents, in_domains
from verification.models.model import Use
from verification.processes.invalid import InvalidAnswer
from verification.properties.calling import PendingBackward, begin, relaid, rng_of
from verification.properties.engine import Answer
from verification.properties.property import About, Checked, Property
from verification.properties.trial import Trial, agreement, saying
from verification.sampling.claim import Claim
from verification.truth.comparison import near

# The relative error up to which a wrong gradient counts as equal to another gradient.
CLOSE = 1e-4


def interleaved_calls(trial: Trial) -> Checked:
    """Four forwards before their backwards, in either order: each goes back by what its own has saved."""
    engine, case = trial.engine, trial.truth.case
    if not isinstance(case.objective, Cotangents):
        return
    few = _of_fewer(in_domains(relaid(case, np.negative)), engine.claim)
    first, again, fewer, last = (begin(engine, each) for each in (case, case, few, of_other_data(case)))
    with going_back_too(again, fewer, last):
        yield from _in_turn(trial, first, "a backward after another forward")
    with going_back_too(again, last):
        _back(fewer, "a backward before that of the forward before")
    with going_back_too(last):
        yield from _in_turn(trial, again, "a backward after another call")
    _back(last, "the backward of a last forward")


def _of_fewer(case: Case, claim: Claim) -> Case:
    """One record of a case, or one step, as claimed: the saved arrays are of another shape."""
    ways = [case.of_records(slice(0, 1))] if claim.records[0] == 1 else []
    ways += [case.of_steps(slice(0, 1))] if claim.steps[0] == 1 and not claim.compiled else []
    return ways[int(rng_of(case).integers(len(ways)))] if ways else case


@contextmanager
def going_back_too(*others: PendingBackward) -> Iterator[None]:
    """If a backward fails, those of the other forwards are called all the same.

    Otherwise an engine with a queue of saved forwards would have some too many when the next property is
    checked.
    """
    try:
        yield
    except InvalidAnswer as invalid:
        for other in () if invalid.lost else others:
            with suppress(InvalidAnswer):
                other.back()
        raise


def _in_turn(trial: Trial, first: PendingBackward, what: str) -> Checked:
    """Compares the first forward's backward with the truth, and tells which tape it used, where that is
    clear.
    """
    answer = _back(first, what)
    for name, wrong, expected in agreement(answer, trial.truth):
        yield name, wrong and wrong.under(_of_other_tape(trial, answer) or what), expected


def _of_other_tape(trial: Trial, answer: Answer) -> str:
    """Says so if it is the gradient for the other forward's numbers and these cotangents."""
    case = trial.truth.case
    other = begin(trial.engine, of_other_data(case)).back(case.objective)
    alike = all(near(got, other.blocks[name], CLOSE) for name, got in answer.blocks.items())
    return "the backward takes the tape of the last forward" if alike else ""


def of_other_data(case: Case) -> Case:
    """The case with other inputs and states, and the same parameters: they belong to the same network."""
    data = {block.name: -case.blocks[block.name] for block in case.model.of(Use.INPUT, Use.STATE)}
    other = replace(case, blocks={**case.blocks, **data}, objective=case.objective.replaced(np.negative))
    return in_domains(other)


def second_backward(trial: Trial) -> Checked:
    """A second backward of one forward gives what the first gave."""
    if not isinstance(trial.truth.case.objective, Cotangents):
        return
    forward = begin(trial.engine, trial.truth.case)
    first = {name: got.copy() for name, got in _back(forward, "a backward").blocks.items()}
    again = _back(forward, "a second backward of one forward")
    for name, wrong, expected in agreement(again, trial.truth):
        clause = "a second backward of one forward differs"
        if wrong and name in first and near(again.blocks[name], 2 * first[name], CLOSE):
            clause = "a second backward adds to what the last backward left"
        yield name, wrong and wrong.under(clause), expected


def _back(forward: PendingBackward, what: str) -> Answer:
    """Its backward; ``what`` begins the message if the answer is invalid."""
    with saying(what):
        return forward.back()


INTERLEAVED_CALLS = Property(
    "interleaved calls",
    "four forwards before their backwards, in either order: each goes back by its own",
    About.CONDUCT,
    interleaved_calls,
    applies=lambda claim: claim.capabilities.in_two and "interleaved calls" not in claim.declines,
)
SECOND_BACKWARD = Property(
    "second backward",
    "a second backward of one forward gives what the first gave",
    About.CONDUCT,
    second_backward,
    applies=lambda claim: claim.capabilities.in_two and "second backward" not in claim.declines,
)
