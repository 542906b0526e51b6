"""Runs the cases of a block in a process. If the engine ends it, that case is refuted and is the last."""

from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import tee

from verification.cli.campaign.blocks import CaseId, SeededBlock
from verification.cli.campaign.record import Failing, Record, of_tally
from verification.judging.run import Subject
from verification.judging.tally import of_lost
from verification.processes.workers import Lost, Worker, pooled
from verification.properties.property import FORM, Finding


class GaveUp(Exception):
    """The campaign cannot go on; the message says why, in a line."""


def on_processes(
    subject: Subject, processes: int | None, blocks: Iterable[SeededBlock]
) -> Generator[Record, None, None]:
    """The records of the blocks in order, by so many processes of this machine (None: one for each core)."""
    given, named = tee(blocks)
    with (
        pooled(subject.functions, processes=processes) as spread,
        closing(spread(partial(look_at, subject), given, processes)) as outcomes,
    ):
        for block, outcome in zip(named, outcomes, strict=False):
            yield record_of(subject, block, outcome)


def look_at(subject: Subject, block: SeededBlock, worker: Worker) -> Record:
    """The record of the block. Each case is announced with the record so far, and then in words.

    A case that ends its process, or is not answered in time, is the last: later ones would probably cost as
    long.
    """
    subject, record = subject.guarded(worker), Record()
    for each in block.cases():
        worker.tell((record, None))
        case = subject.at(each)
        worker.tell((record, subject.in_words(case)))
        tally = subject.tally(case)
        failing = None if tally.refuted is None else _failing(subject, each, tally.refuted[1])
        record += of_tally(tally, failing)
        if record.lost:
            break
    return record


def record_of(subject: Subject, block: SeededBlock, outcome: Record | Lost) -> Record:
    """The same for a block whose process may be lost; raises ``GaveUp`` if no engine was called."""
    if not isinstance(outcome, Lost):
        return outcome
    before, words = outcome.doing or (Record(), None)
    if words is None:
        # Cases of a function call the user's own forward.
        raise GaveUp(f"block {block.index}: the work {outcome.how}, before the engine was called")
    lost = of_lost(replace(outcome, doing=words))
    case = CaseId(block.seed, block.index, before.tally.cases)
    finding = Finding(FORM.name, "", f"{outcome.how}, at {words}")
    return before + of_tally(lost, _failing(subject, case, finding))


def _failing(subject: Subject, case: CaseId, finding: Finding) -> Failing:
    return Failing(subject.size(subject.pack(subject.at(case))), case, finding)
