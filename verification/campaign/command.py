"""``python -m verification campaign``: what it can be asked for, what it prints, and what it comes to."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rnn.console.command_line import VALUE, line, missing, refuse
from rnn.console.files import Undelivered
from rnn.console.progress import Progress
from rnn.console.signals import Terminated
from verification.campaign.blocks import count
from verification.campaign.campaign import (
    Campaign,
    Outcome,
    concluded,
    merge,
    sampled,
    taken_up,
    tried_again,
)
from verification.campaign.failures import FOLDER, check
from verification.campaign.identity import identity_of, job_of
from verification.campaign.kept import Refused
from verification.campaign.portions import Portions
from verification.campaign.processes import processes
from verification.campaign.spreading import BackendLost, Gather, GaveUp
from verification.campaign.store import opened
from verification.judge import subject_of
from verification.report import summary

# The least number that is no seed: names of files hold it, and so has SQLite's integer to.
SEEDS = 2**63

# Cases of the designed sample, about, by whose proportion to the others it is known what is left.
SAMPLE = 300.0


def whole(least: int, beyond: int | None = None) -> Callable[[str], int]:
    """Reads an integer from ``least`` on and below ``beyond``, or raises argparse's error."""

    def read(text: str) -> int:
        number = int(text) if text.isdecimal() and len(text) < 20 else None
        if number is None or number < least or (beyond is not None and number >= beyond):
            limit = "" if beyond is None else f", below {beyond}"
            shown = line(repr(text), VALUE)
            raise argparse.ArgumentTypeError(f"{shown}, needed an integer of at least {least}{limit}")
        return number

    return read


# What a campaign can be asked for, beside the engine and where its results go, as argparse takes it.
FLAGS: Mapping[str, Mapping[str, Any]] = {
    "--cases": {"type": whole(1), "required": True, "metavar": "N", "help": "how many cases are drawn"},
    "--seed": {
        "type": whole(0, SEEDS),
        "default": 0,
        "metavar": "S",
        "help": "of all that is drawn (default 0)",
    },
    "--workers": {
        "type": whole(1),
        "metavar": "K",
        "help": "processes of this machine (default: its cores)",
    },
    "--scheduler": {
        "metavar": "ADDRESS",
        "help": "of a Dask cluster, as HOST:PORT, whose workers can read FILE.py at its path "
        "(extra 'cluster')",
    },
}


@dataclass(frozen=True, eq=False)
class Prepared:
    """A campaign, and who does its work."""

    campaign: Campaign
    gather: Gather


def prepared(options: argparse.Namespace) -> Prepared:
    """The campaign that the options ask for; ValueError, in one line, for one that cannot be."""
    job = job_of(options.target)
    identity = identity_of(job)
    subject = subject_of(options.engine)
    campaign = Campaign(subject, job, identity, options.seed, options.cases, options.out, options.cache)
    if options.scheduler is None:
        return Prepared(campaign, partial(processes, job, identity, options.workers or os.cpu_count() or 1))
    if options.workers is not None:
        raise ValueError(
            "--workers: given with --scheduler, whose cluster has its own; needed one of the two"
        )
    if find_spec("distributed") is None:
        raise ValueError(f"--scheduler: {missing('distributed', 'cluster')}")
    from verification.campaign.cluster import BACK, cluster

    try:
        with cluster(options.scheduler, job, identity):
            pass
    except BackendLost as lost:
        raise ValueError(f"--scheduler: {line(options.scheduler, VALUE)} is lost: {lost}") from None
    return Prepared(campaign, partial(cluster, options.scheduler, job, identity, BACK, _tell))


def parts(options: argparse.Namespace) -> Mapping[str, float]:
    """What a campaign is expected to take, part by part."""
    return {"designed sample": SAMPLE, "cases": float(options.cases)}


def run(asked: Prepared, program: str, progress: Progress) -> Outcome:
    """From where the campaign was left to its end; what stops it is told in one line, with how to go on."""
    campaign, started = asked.campaign, time.monotonic()
    try:
        check(campaign.folder)
        with (
            opened(campaign.folder, campaign.identity, campaign.seed) as store,
            _how_to_go_on(campaign.folder),
        ):
            portions, merging = Portions(store), taken_up(campaign, store)
            there = [str(portions), f"{merging.come:,} of {count(campaign.cases):,} blocks"]
            if str(portions) or merging.come:
                _tell(f"going on: {' and '.join(filter(None, there))} are in {campaign.folder}")
            again = tried_again(campaign, _tell)
            with progress.part("designed sample") as show:
                sample = sampled(campaign, portions, show)
            with progress.part("cases") as show:
                merge(campaign, store, merging, asked.gather, show)
            return concluded(campaign, sample, merging, again, started)
    except (ValueError, Refused) as wrong:
        refuse(program, str(wrong))
    except (GaveUp, Undelivered) as vain:
        raise SystemExit(f"{vain}; the same command goes on from what is kept") from vain


@contextmanager
def _how_to_go_on(folder: Path) -> Iterator[None]:
    """Who ends a campaign is told that nothing is lost."""
    try:
        yield
    except (KeyboardInterrupt, Terminated):
        _tell(f"what is done so far is kept in {folder}; the same command goes on from there")
        raise


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def as_text(outcome: Outcome) -> str:
    """What ``judge`` says, and how often the engine was refuted."""
    return "\n".join([summary.as_text(outcome.judgement), *_refuted(outcome)])


def _refuted(outcome: Outcome) -> Iterator[str]:
    if outcome.refuted:
        cases, which = ("cases", "the smallest ") if outcome.refuted > 1 else ("case", "")
        where = "" if outcome.smallest is None else f", {which}in {FOLDER}/{outcome.smallest}.py"
        yield f"{outcome.refuted:,} {cases} refuted{where}"


def as_json(outcome: Outcome) -> dict[str, Any]:
    """What ``judge`` writes, and what the cases met, as JSON values."""
    judgement = outcome.judgement
    return {
        **summary.as_json(judgement),
        "seed": judgement.seed,
        "refuted": outcome.refuted,
        "smallest": None if outcome.smallest is None else str(outcome.smallest),
        "rows": [[row.property, row.part, row.cases, row.evidence, row.failures] for row in judgement.rows],
        "seen": dict(judgement.seen),
        "coverage": [str(each) for each in judgement.coverage],
    }
