"""The options of each command, beside those of ``python -m verification``."""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

from benchmarks.evidence.mutants import CATALOGUE, EQUIVALENT, Fault
from benchmarks.evidence.mutants.compiled import COMPILED, COMPILED_EQUIVALENT
from rnn.console.command_line import program
from verification.adapters.rnn.cells import check_loops
from verification.cli.options import CACHE, PROFILE, SEED, WHICH_LOOPS, Usage, shown
from verification.cli.options import USAGES as OF_VERIFICATION

PROGRAM = program("benchmarks.evidence")

# By which text they are planted in: faults, and edits that are none.
FAULTS = {"numpy": (CATALOGUE, EQUIVALENT), "compiled": (COMPILED, COMPILED_EQUIVALENT)}


def named_faults(loops: str, name: str | None) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
    """The faults of a text and the edits that are none, or the one of this name; ValueError without."""
    wrong, equivalent = FAULTS[loops]
    if name is None:
        return wrong, equivalent
    names = [fault.name for fault in (*wrong, *equivalent)]
    if name not in names:
        close = get_close_matches(name, names, n=1, cutoff=0.0)[0]
        raise ValueError(
            f"--only {shown(repr(name))}: no wrong engine by {loops} loops, the closest is {close!r}"
        )
    wrong, equivalent = (tuple(each for each in some if each.name == name) for some in (wrong, equivalent))
    return wrong, equivalent


def _prepare_mutants(options: argparse.Namespace) -> None:
    check_loops(options.loops)
    options.faults = named_faults(options.loops, options.only)


USAGES: Mapping[str, Usage] = {
    "verify": replace(
        OF_VERIFICATION["verify"],
        description="Verify the hand-derived gradients of every cell, show that the verifier can fail, and "
        "train on the sine only if all holds: 7 min the first time on two cores, then 4; with --profile "
        "thorough hours.",
    ),
    "mutants": Usage(
        "Show that the suite catches every wrong engine of the catalogue, of NumPy's text or of the compiled "
        "one: 2 to 10 min on two cores.",
        {
            "--loops": WHICH_LOOPS,
            "--only": {
                "metavar": "NAME",
                "help": "the one of this name, in seconds (default all of them)",
            },
        },
        prepare=_prepare_mutants,
    ),
    "article": Usage(
        "Show why the published rule is refuted, and train by it from 20 seeds: 1 min on two cores.",
        {},
        ("article.png",),
    ),
    "detection": Usage(
        "Measure how small a planted fault is caught: 1 min on two cores, with PyTorch and JAX several.",
        {"--seed": SEED},
        ("detection.png",),
        json="detection.json",
    ),
    "adversary": Usage(
        "Measure how many faults are caught that show under one, two or three conditions alone, drawn from a "
        "published list: 2 min on two cores, and 10 s for each that is planted.",
        {
            "--profile": PROFILE,
            "--seed": SEED,
            "--planted": {
                "type": SEED["type"],
                "default": 0,
                "metavar": "N",
                "help": "so many faults are planted and judged, and their verdicts compared (default 0)",
            },
            "--no-cache": CACHE,
        },
    ),
}
