"""A block's cases looked at, in a process that an engine may end or never come back from.

A case on which that happens is refuted, and the cases after it are looked at in another process.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from verification.campaign.blocks import Block, Place
from verification.campaign.record import Failing, Record, of_tally
from verification.judging.run import Subject
from verification.judging.tally import of_lost
from verification.processes.timeout import MAX_LOST
from verification.processes.workers import Lost, spread
from verification.properties.property import FORM, Finding


def looked_at(subject: Subject, block: Block) -> Record:
    """What all cases of the block come to; those after ``MAX_LOST`` that cost a process are not asked."""
    return _looked_at(subject, [block.place(number) for number in range(block.size)])


def looked_at_one(subject: Subject, place: Place) -> Record:
    """What one case comes to."""
    return _looked_at(subject, [place])


def _looked_at(subject: Subject, places: Sequence[Place]) -> Record:
    record, left = Record(), list(places)
    while left and record.lost < MAX_LOST:
        (found,) = spread(partial(_look, subject), [left])
        if not isinstance(found, Lost):
            return record + found
        before, number, words = found.doing or (record, 0, None)
        # A case is drawn by the user's own forward, where that is what a backward is judged by.
        if words is None:
            raise RuntimeError(f"the work {found.how}, before the engine was asked anything")
        lost = of_tally(of_lost(replace(found, doing=words)))
        finding = Finding(FORM.name, "", f"{found.how}, at {words}")
        failing = _failing(subject, left[number], finding, subject.at(left[number]))
        record += before + replace(lost, failing=failing)
        left = left[number + 1 :]
    return record


def _look(subject: Subject, places: Sequence[Place], channel: Any) -> Record:
    """The record of the cases, each told before it is asked, with the record of those before it."""
    subject, record = subject.guarded(channel), Record()
    for number, place in enumerate(places):
        channel.tell((record, number, None))
        case = subject.at(place)
        channel.tell((record, number, subject.in_words(case)))
        tally = subject.tally(case)
        found = of_tally(tally)
        if tally.refuted is not None:
            found = replace(found, failing=_failing(subject, place, tally.refuted[1], case))
        record += found
    return record


def _failing(subject: Subject, place: Place, finding: Finding, case: Any) -> Failing:
    return Failing(subject.size(subject.pack(case)), place, finding)
