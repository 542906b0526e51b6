"""A campaign from its beginning, or from where it was left, to its judgement.

First all that is kept is read, so that damage is found before any work. Then come the cases that have failed
before, then the designed sample, then the blocks of drawn cases, which are handed out. Portions of the sample
and blocks are kept as they come back.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from verification.campaign import failures
from verification.campaign.blocks import Block, Place, blocks, count
from verification.campaign.identity import Identity, Job
from verification.campaign.looking import looked_at_one
from verification.campaign.merging import Merging
from verification.campaign.portions import Portions
from verification.campaign.record import Record
from verification.campaign.sampled import Sampled
from verification.campaign.spreading import Gather
from verification.campaign.spreading import spread as spread_blocks
from verification.campaign.store import Store
from verification.judge import truths_kept
from verification.judging.judgement import Judgement
from verification.judging.profile import Profile
from verification.judging.run import Progress, Seen, Subject, Watch, judgement_of, tallied
from verification.processes.fresh import pooled

# The designed sample alone: what is drawn is drawn in blocks.
SAMPLE = Profile("sample", cases=0, exact_cases=0)

Tell = Callable[[str], object]


@dataclass(frozen=True, eq=False)
class Campaign:
    """What is asked: so many cases drawn from a seed, of an engine; and the folder where all is kept.

    ``cache``: are truths of the designed sample read from the user's cache, and kept there?
    """

    subject: Subject
    job: Job
    identity: Identity
    seed: int
    cases: int
    folder: Path
    cache: bool = True


@dataclass(frozen=True, eq=False)
class Outcome:
    """``judgement``: with the counts of all cases; ``refuted``: how many of them; ``smallest``: the place of
    the case that is told, None where it is one of the designed sample's.
    """

    judgement: Judgement
    refuted: int
    smallest: Place | None


def tried_again(campaign: Campaign, tell: Tell) -> dict[Place, Record]:
    """The cases that have failed before, each looked at once more; those that fail still are told."""
    found = {}
    for place in failures.kept(campaign.folder):
        record = looked_at_one(campaign.subject, place)
        found[place] = record
        shown = "holds now"
        if record.failing is not None:
            finding = record.failing.finding
            shown = f"fails still: {finding.property} {finding.part}".strip()
        tell(f"{failures.FOLDER}/{place}.py {shown}")
    return found


def sampled(campaign: Campaign, portions: Portions, progress: Progress) -> Sampled:
    """The designed sample, or of it the portions that are not kept."""
    if portions.whole is not None:
        return portions.whole
    with truths_kept(campaign.subject, campaign.cache) as subject, pooled() as spread:
        seen = tallied(portions.keeping(spread), subject, SAMPLE, 0, Watch(progress))
        if seen.ended:
            raise KeyboardInterrupt
        sample = Sampled(seen.tally, seen.coverage)
    portions.finish(sample)
    return sample


def taken_up(campaign: Campaign, store: Store) -> Merging:
    """What the blocks that are kept come to."""
    merging = Merging(count(campaign.cases))
    for block, record in store.kept(campaign.cases):
        _add(campaign, merging, block, record)
    return merging


def merge(campaign: Campaign, store: Store, merging: Merging, gather: Gather, progress: Progress) -> None:
    """Add the blocks that have not come yet, which are handed out, and kept as they come.

    ``progress`` is told of cases: of those that are left, how many have been done.
    """
    if merging.over:
        return
    todo = (block for block in blocks(campaign.seed, campaign.cases) if not merging.has(block))
    now, left = 0, campaign.cases - merging.cases
    with closing(spread_blocks(gather, todo)) as coming:
        for block, record in coming:
            store.keep(block, record)
            _add(campaign, merging, block, record)
            now += block.size
            progress(now, left)
            if merging.over:
                break


def _add(campaign: Campaign, merging: Merging, block: Block, record: Record) -> None:
    """Add a block's record, and keep the program of what has failed in those that have now been added up."""
    subject = campaign.subject
    for added in merging.add(block, record):
        failing = added.failing
        if failing is not None and not failures.holds(campaign.folder, failing.place):
            packed = subject.pack(subject.at(failing.place))
            program = subject.example(packed, failing.finding, False).code
            failures.keep(campaign.folder, failing.place, program)


def concluded(
    campaign: Campaign, sample: Sampled, merging: Merging, again: Mapping[Place, Record], started: float
) -> Outcome:
    """The judgement on all of it, told by the smallest case that is refuted.

    ``started``: by ``time.monotonic``.
    """
    record = merging.record
    for place, found in again.items():
        # Those that hold now are of no campaign; those in a block have been looked at there, and count once.
        in_a_block = place.seed == campaign.seed and merging.holds(place, campaign.cases)
        if found.refuted and not in_a_block:
            record += found
    tally, failing, subject = sample.tally + record.tally(), record.failing, campaign.subject
    own = sample.tally.refuted
    if failing is not None and (own is None or failing.size < subject.size(own[0])):
        tally = replace(tally, refuted=(subject.pack(subject.at(failing.place)), failing.finding))
    else:
        failing = None
    with pooled() as spread:
        seen = Seen(tally, sample.coverage)
        judgement = judgement_of(spread, subject, seen, SAMPLE.strength, campaign.seed, started)
    refuted = record.refuted + int(sample.tally.is_refuted)
    return Outcome(judgement, refuted, None if failing is None else failing.place)
