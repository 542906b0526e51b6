"""``python -m verification campaign``: its options, its output and its result."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rnn.console.command_line import VALUE, line, missing, refuse
from rnn.console.files import Undelivered
from rnn.console.progress import Progress
from rnn.console.signals import Terminated
from verification.cli.campaign.blocks import count
from verification.cli.campaign.campaign import (
    FAILURES,
    Campaign,
    CampaignResult,
    concluded,
    merged,
    sampled,
    taken_up,
)
from verification.cli.campaign.identity import identity_of
from verification.cli.campaign.looking import GaveUp, on_processes
from verification.cli.campaign.store import opened
from verification.judge import subject_of
from verification.report import structured, summary

# The most digits of a given number: names of files contain the seed.
DIGITS = 19

# About how many cases the designed sample has; used to estimate the remaining time.
SAMPLE = 300.0


def whole(least: int, digits: int = DIGITS) -> Callable[[str], int]:
    """Reads an integer from ``least`` on, or raises argparse's error, which shows what was given."""

    def read(text: str) -> int:
        if not text.isdecimal() or len(text) > digits or int(text) < least:
            needed = f"needed an integer of at least {least}, of {digits:,} digits at most"
            raise argparse.ArgumentTypeError(f"{line(repr(text), VALUE)}, {needed}")
        return int(text)

    return read


# The options of a campaign, beside the engine and the places of results, as argparse takes them.
FLAGS: Mapping[str, Mapping[str, Any]] = {
    "--cases": {"type": whole(1), "required": True, "metavar": "N", "help": "how many cases are drawn"},
    "--seed": {
        "type": whole(0),
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


def prepared(options: argparse.Namespace) -> Campaign:
    """The campaign for these options; raises ValueError, in one line, if there can be none."""
    identity, subject = identity_of(options.target), subject_of(options.engine)
    look = partial(on_processes, subject, options.workers)
    if options.scheduler is not None:
        if options.workers is not None:
            raise ValueError(
                "--workers: given with --scheduler, whose cluster has its own; needed one of the two"
            )
        if find_spec("distributed") is None:
            raise ValueError(f"--scheduler: {missing('distributed', 'cluster')}")
        from verification.cli.campaign.cluster import check, on_cluster

        # Workers have other working directories.
        file, _, name = options.target.rpartition(":")
        target = f"{Path(file).resolve()}:{name}"
        check(options.scheduler, target, identity)
        look = partial(on_cluster, options.scheduler, target, identity)
    identity = {"seed": f"{options.seed}", **identity}
    return Campaign(subject, identity, options.seed, options.cases, options.out, look, options.cache)


def parts(options: argparse.Namespace) -> Mapping[str, float]:
    """The expected duration of each part of a campaign."""
    return {"designed sample": SAMPLE, "cases": float(options.cases)}


def run(campaign: Campaign, program: str, progress: Progress) -> CampaignResult:
    """Runs a campaign to its end; if it stops, one line says why and how to resume it."""
    started = time.monotonic()
    try:
        with opened(campaign.folder, campaign.identity) as store, _how_to_go_on(campaign.folder):
            record, first = taken_up(campaign, store)
            if first:
                _tell(f"going on: {first:,} of {count(campaign.cases):,} blocks are in {campaign.folder}")
            with progress.part("designed sample") as show:
                sample = sampled(campaign, store, show)
            with progress.part("cases") as show:
                record = merged(campaign, store, record, first, show)
            return concluded(campaign, sample, record, started)
    except ValueError as wrong:
        refuse(program, str(wrong))
    except (GaveUp, Undelivered) as vain:
        raise SystemExit(f"{vain}; the same command goes on from what is kept") from vain


@contextmanager
def _how_to_go_on(folder: Path) -> Iterator[None]:
    """On an interruption, prints how to resume the campaign."""
    try:
        yield
    except (KeyboardInterrupt, Terminated):
        _tell(f"what is done so far is kept in {folder}; the same command goes on from there")
        raise


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def as_text(outcome: CampaignResult) -> str:
    """The text of ``judge``, and how often the engine was refuted."""
    return "\n".join([summary.as_text(outcome.judgement), *_refuted(outcome)])


def _refuted(outcome: CampaignResult) -> Iterator[str]:
    if outcome.refuted:
        cases, which = ("cases", "the smallest ") if outcome.refuted > 1 else ("case", "")
        where = "" if outcome.smallest is None else f", {which}in {FAILURES}/{outcome.smallest}.py"
        yield f"{outcome.refuted:,} {cases} refuted{where}"


def as_json(outcome: CampaignResult) -> dict[str, Any]:
    """The JSON values of ``judge``, and those of what the cases met."""
    judgement = outcome.judgement
    return {
        **structured.as_json(judgement),
        "refuted": outcome.refuted,
        "shown": None if outcome.smallest is None else str(outcome.smallest),
        "seen": dict(judgement.seen),
        "coverage": [str(each) for each in judgement.coverage],
    }
