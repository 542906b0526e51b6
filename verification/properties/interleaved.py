"""Interleaved calls: what a forward has saved is its own, and stays as it was for a second backward.

Asked of engines whose calls come in two. A training loop with two graphs alive at once, as that of two
losses, goes forward twice before it goes back.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, in_domains
from verification.models.model import Use
from verification.properties.asking import PendingBackward, begin, relaid
from verification.properties.engine import Answer, InvalidAnswer
from verification.properties.property import About, Looked, Property
from verification.properties.trial import Trial, agreement

# To how many parts in one a wrong gradient is what it is said to be.
CLOSE = 1e-4


def interleaved_calls(trial: Trial) -> Looked:
    """Two forwards before their backwards, in either order: each goes back by what it has saved itself."""
    engine, case = trial.engine, trial.truth.case
    first, second = begin(engine, case), begin(engine, _of_other_data(case))
    with _going_back_too(second):
        yield from _in_turn(trial, first, "a backward after another forward")
    _back(second, "the backward of a second forward")
    # Of other parameters, and fewer records where that is claimed: what is kept has another shape then.
    few = in_domains(relaid(case, np.negative))
    few = few.of_records(slice(0, 1)) if engine.claim.records[0] == 1 else few
    first, second = begin(engine, case), begin(engine, few)
    with _going_back_too(first):
        _back(second, "a backward before that of the forward before")
    yield from _in_turn(trial, first, "a backward after another call")


@contextmanager
def _going_back_too(other: PendingBackward) -> Iterator[None]:
    """If what is asked here is not in form, the other forward's backward is asked all the same.

    Who keeps a queue of what forwards have saved has none too many in it then, when the next property asks.
    """
    try:
        yield
    except InvalidAnswer as invalid:
        if not invalid.lost:
            with suppress(InvalidAnswer):
                other.back()
        raise


def _in_turn(trial: Trial, first: PendingBackward, what: str) -> Looked:
    """The first forward's backward beside the truth, and whose tape it took, where that can be told."""
    answer = _back(first, what)
    for name, wrong, expected in agreement(answer, trial.truth):
        clause = f"{_of_other_tape(trial, answer) or what}: {wrong}" if wrong else None
        yield name, clause, expected


def _of_other_tape(trial: Trial, answer: Answer) -> str:
    """Is it the gradient of the other forward's numbers, for these cotangents?"""
    case = trial.truth.case
    other = begin(trial.engine, _of_other_data(case)).back(case.objective)
    alike = all(_alike(got, other.blocks[name]) for name, got in answer.blocks.items())
    return "the backward takes the tape of the last forward" if alike else ""


def _of_other_data(case: Case) -> Case:
    """The case with other inputs and states: its parameters are those of the same network."""
    data = {block.name: -case.blocks[block.name] for block in case.model.of(Use.INPUT, Use.STATE)}
    other = replace(case, blocks={**case.blocks, **data}, objective=case.objective.replaced(np.negative))
    return in_domains(other)


def second_backward(trial: Trial) -> Looked:
    """A second backward of one forward gives what the first gave."""
    forward = begin(trial.engine, trial.truth.case)
    first = {name: got.copy() for name, got in _back(forward, "a backward").blocks.items()}
    again = _back(forward, "a second backward of one forward")
    for name, wrong, expected in agreement(again, trial.truth):
        clause = "a second backward of one forward differs"
        if wrong and name in first and _alike(again.blocks[name], 2 * first[name]):
            clause = "a second backward adds to what the last backward left"
        yield name, f"{clause}: {wrong}" if wrong else None, expected


def _back(forward: PendingBackward, what: str) -> Answer:
    """Its backward; what is not in form is told with what was asked."""
    try:
        return forward.back()
    except InvalidAnswer as invalid:
        if invalid.lost:
            raise
        raise InvalidAnswer(f"{what}: {invalid}") from invalid


def _alike(got: Array, want: Array) -> bool:
    return bool(np.max(np.abs(got - want)) <= CLOSE * np.max(np.abs(want)))


INTERLEAVED_CALLS = Property(
    "interleaved calls",
    "two forwards before their backwards, in either order: each goes back by its own",
    About.CONDUCT,
    interleaved_calls,
    asks=lambda claim: claim.capabilities.in_two and "interleaved calls" not in claim.declines,
)
SECOND_BACKWARD = Property(
    "second backward",
    "a second backward of one forward gives what the first gave",
    About.CONDUCT,
    second_backward,
    asks=lambda claim: claim.capabilities.in_two and "second backward" not in claim.declines,
)
