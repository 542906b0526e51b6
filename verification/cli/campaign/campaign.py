"""A campaign from its beginning, or from where it was left, to its judgement.

First all that is stored is read, so that damage is found before any work. Then comes the designed sample, and
then the blocks of random cases, which are handed out, and stored in their order as they come. A campaign ends
with its last block, or with the first by which enough is refuted: that depends on the records alone, so the
outcome is the same whoever did the work.
"""

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from itertools import tee
from pathlib import Path
from typing import Any

from rnn.console.files import deliver, write_text
from verification.cli.campaign.blocks import CASES, CaseId, SeededBlock, blocks
from verification.cli.campaign.record import Failing, Record, of_tally
from verification.cli.campaign.store import Store
from verification.judge import truths_kept
from verification.judging.judgement import Judgement
from verification.judging.profile import Profile
from verification.judging.run import Progress, Results, Subject, Watch, judgement_of, tallied
from verification.judging.sampled import Coverage
from verification.judging.shrinking import Shrunk
from verification.processes.timeout import MAX_LOST
from verification.processes.workers import Lost, Spread, pooled

# The designed sample alone, because all other cases are drawn in blocks.
SAMPLE = Profile("sample", cases=0, exact_cases=0)

# Refuted cases after which the search ends: enough to choose a small one.
ENOUGH = 100

# Programs of failing cases are in this folder of the campaign's folder.
FAILURES = "failures"


@dataclass(frozen=True, eq=False)
class Campaign:
    """So many random cases of an engine from a seed, and the folder where everything is stored.

    ``identity``: must be equal when a campaign is resumed. ``look``: makes the records of blocks, in order.
    ``cache``: are truths of the designed sample read from the user's cache, and written there?
    """

    subject: Subject
    identity: dict[str, str]
    seed: int
    cases: int
    folder: Path
    look: Callable[[Iterable[SeededBlock]], Generator[Record, None, None]]
    cache: bool = True


@dataclass(frozen=True, eq=False)
class CampaignResult:
    """``judgement``: with the counts of all cases; ``refuted``: how many of them; ``smallest``: the case that
    is shown, None if it belongs to the designed sample.
    """

    judgement: Judgement
    refuted: int
    smallest: CaseId | None


def sampled(campaign: Campaign, store: Store, progress: Progress) -> Results:
    """The result of the designed sample. It is stored when it is complete, unless the engine is refuted."""
    there = store.sample()
    if there is not None:
        kept = (Coverage(**{**each, "vacuous": tuple(each["vacuous"])}) for each in there["coverage"])
        return Results(Record.from_json(there["record"]).tally, tuple(kept))
    with truths_kept(campaign.subject, campaign.cache) as subject, pooled(subject.functions) as spread:
        seen = tallied(unhurried(spread), subject, SAMPLE, 0, Watch(progress))
    if seen.ended:
        raise KeyboardInterrupt
    if not seen.tally.is_refuted:
        coverage = [asdict(each) for each in seen.coverage]
        store.keep_sample({"record": of_tally(seen.tally).to_json(), "coverage": coverage})
    return seen


def unhurried(spread: Spread) -> Spread:
    """The same engine without its measured pace, by which a slow engine would get fewer checks."""

    def spread_without_pace(
        work: Callable[..., Any], tasks: Iterable[Any], processes: int | None = None
    ) -> Generator[Any, None, None]:
        with closing(spread(work, tasks, processes)) as outcomes:
            for outcome in outcomes:
                yield outcome if isinstance(outcome, Lost) else replace(outcome, pace=0.0)

    return spread_without_pace


def taken_up(campaign: Campaign, store: Store) -> tuple[Record, int]:
    """The sum of the stored blocks, and how many they are; all of them are read."""
    record, number = Record(), 0
    for each in store.records(campaign.cases):
        number += 1
        if not is_over(record):
            record += _with_program(campaign, each)
    return record, number


def merged(campaign: Campaign, store: Store, record: Record, first: int, progress: Progress) -> Record:
    """The record with the blocks from that index on, each stored when it is done.

    ``progress`` gets the number of cases left, and how many of them have been run.
    """
    if is_over(record):
        return record
    left, named = tee(blocks(campaign.seed, campaign.cases, first))
    now, most = 0, campaign.cases - first * CASES
    with closing(campaign.look(left)) as coming:
        for block, each in zip(named, coming, strict=False):
            store.keep(block, each)
            record += _with_program(campaign, each)
            now += block.size
            progress(now, most)
            if is_over(record):
                break
    return record


def is_over(record: Record) -> bool:
    """Have enough cases been refuted?"""
    return record.refuted >= ENOUGH or record.lost >= MAX_LOST


def _with_program(campaign: Campaign, record: Record) -> Record:
    """The record of a block; the program of its smallest failing case is written first."""
    failing = record.failing
    path = None if failing is None else campaign.folder / FAILURES / f"{failing.case}.py"
    if failing is not None and path is not None and not path.exists():
        _write_program(campaign, failing, path)
    return record


def _write_program(campaign: Campaign, failing: Failing, path: Path) -> None:
    """Writes a program that fails as printed; raises ``Undelivered`` if it cannot be written."""
    subject, case = campaign.subject, failing.case
    program = subject.example(Shrunk(subject.pack(subject.at(case)), failing.finding)).code

    def save(path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        write_text(path, f"# Case {case.number} of block {case.block}, seed {case.seed}.\n{program}")

    for _ in deliver({path: save}):
        pass


def concluded(campaign: Campaign, sample: Results, record: Record, started: float) -> CampaignResult:
    """The judgement on all cases, explained by the smallest refuted one.

    ``started``: by ``time.monotonic``.
    """
    tally, failing, subject = sample.tally + record.tally, record.failing, campaign.subject
    own = sample.tally.refuted
    if failing is not None and (own is None or failing.size < subject.size(own[0])):
        tally = replace(tally, refuted=(subject.pack(subject.at(failing.case)), failing.finding))
    else:
        failing = None
    with pooled(subject.functions) as spread:
        seen = Results(tally, sample.coverage)
        judgement = judgement_of(spread, subject, seen, SAMPLE.strength, campaign.seed, started)
    refuted = record.refuted + int(sample.tally.is_refuted)
    return CampaignResult(judgement, refuted, None if failing is None else failing.case)
