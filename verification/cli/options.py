"""What each command can be asked for: its own flags and no others, checked before anything is done."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from difflib import get_close_matches
from math import inf
from pathlib import Path

from rnn.console.command_line import EXIT_CODES, VALUE, Parser, line, program
from rnn.console.places import STANDARD_OUTPUT, Places
from verification.adapters.rnn.cells import (
    BIDIRECTIONAL,
    CELLS,
    LOOPS,
    RECURRENCES,
    SCOPES,
    check_loops,
    judged_by,
)
from verification.campaign import command as campaign
from verification.evidence.mutants import CATALOGUE, EQUIVALENT, Fault
from verification.evidence.mutants.compiled import COMPILED, COMPILED_EQUIVALENT
from verification.judging.profile import PROFILES
from verification.processes.loading import FORM, engine_at

PROGRAM = program("verification")

# By which text they are planted in: faults, and edits that are none.
FAULTS = {"numpy": (CATALOGUE, EQUIVALENT), "compiled": (COMPILED, COMPILED_EQUIVALENT)}

# What a number may have at most, so that Python can print it again.
SEED_DIGITS = 1_000

# By command: what it does and how long that takes, and the files that it writes into the folder.
DESCRIPTIONS = {
    "verify": (
        "Verify the hand-derived gradients of every cell, and train on the sine only if they hold: 4 min on "
        "two cores, with --profile thorough hours."
    ),
    "judge": (
        "Judge an engine of yours, which is what an adapter returned, as layer(...), or a function "
        "Problem -> Gradients: 10 s to 2 min on two cores where a call takes a millisecond."
    ),
    "campaign": (
        "Judge an engine of yours on as many drawn cases as you like, 25 to 40 cases a second on two cores, "
        "over processes or a Dask cluster; what is done is kept in DIR, from where the same command goes on."
    ),
    "cell": "Judge a cell of rnn by NumPy's loops or by compiled ones: 1 to 2 min on two cores.",
    "mutants": (
        "Show that the suite catches every wrong engine of the catalogue, of NumPy's text or of the compiled "
        "one: 5 to 10 min on two cores."
    ),
    "article": "Show why the published rule is refuted, and train by it from 20 seeds: 1 min on two cores.",
    "detection": (
        "Measure how small a planted fault is caught: 1 min on two cores, with PyTorch and JAX several."
    ),
    "adversary": (
        "Measure how many faults are caught that show under one, two or three conditions alone, drawn from a "
        "published list: 2 min on two cores, and 10 s for each that is planted."
    ),
}
FILES = {
    "verify": ("report.html", "sine.png"),
    "judge": ("report.html",),
    "campaign": ("report.html",),
    "cell": ("report.html",),
    "mutants": (),
    "article": ("article.png",),
    "detection": ("detection.png",),
    "adversary": (),
}


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """``command``, its options, and ``places``, which have been made; or a refusal, and nothing made.

    Of ``judge``, ``campaign`` and ``cell`` also ``engine``, and of the second ``campaign``, prepared.
    """
    given = list(sys.argv[1:] if argv is None else argv)
    # Flags without a command are those of verify. What is no flag has to be a command.
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help")):
        given = ["verify", *given]
    each = parsers()
    options, unknown = each[""].parse_known_args(given)
    parser = each[options.command]
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    if options.command == "detection" and options.json is None:
        options.json = options.out / "detection.json"
    options.places = Places(getattr(options, "out", None), FILES[options.command], options.json)
    try:
        options.places.check()
        if options.command in ("judge", "campaign"):
            # What the file prints is no part of the result.
            with redirect_stdout(sys.stderr):
                options.engine = engine_at(options.target)
        if options.command in ("verify", "mutants"):
            check_loops(options.loops)
        if options.command == "mutants":
            options.faults = named_faults(options.loops, options.only)
        if options.command == "cell":
            if options.cell == BIDIRECTIONAL and options.scope != "all":
                raise ValueError(f"--scope {options.scope}: of {BIDIRECTIONAL}, needed all")
            options.engine = judged_by(options.cell, options.loops)
        if options.command == "campaign":
            options.campaign = campaign.prepared(options)
        options.places.make()
    except OSError as error:
        parser.error(f"{shown(error.filename)}: {error.strerror}, needed a place to write to")
    except ValueError as error:
        parser.error(str(error))
    return options


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


def shown(value: object) -> str:
    """A value in a message."""
    return line(str(value), VALUE)


def parsers() -> Mapping[str, Parser]:
    """A parser for each command, and the one that has them all, which is called ""."""
    parser = Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [COMMAND] [FLAGS]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", title="commands, each with a --help of its own"
    )
    each = {
        name: commands.add_parser(
            name,
            # What is asked without a command is answered without one.
            prog=PROGRAM if name == "verify" else f"{PROGRAM} {name}",
            help=description,
            description=description,
            epilog=EXIT_CODES,
        )
        for name, description in DESCRIPTIONS.items()
    }
    _add_flags(each)
    _, _, flags = each["verify"].format_help().partition("\n\n")
    parser.epilog = f"without a command: verify\n\n{flags}"
    return {"": parser, **each}


def _add_flags(each: Mapping[str, Parser]) -> None:
    """What can be asked of each command."""
    profiles = ", ".join(f"{name} {profile.cases:,}" for name, profile in PROFILES.items())
    for name in ("judge", "campaign"):
        each[name].add_argument("target", metavar=FORM, help="a file, and the name that the engine has in it")
    campaign.add_flags(each["campaign"])
    each["cell"].add_argument("cell", choices=(*RECURRENCES, BIDIRECTIONAL), help="which")
    each["cell"].add_argument(
        "--scope",
        choices=SCOPES,
        default="all",
        help="all that it claims, or what python -m rnn train asks of it (default all)",
    )
    each["verify"].add_argument("--cell", choices=CELLS, help="the one that is judged (default all of them)")
    for name in ("verify", "cell", "mutants"):
        each[name].add_argument(
            "--loops", choices=LOOPS, default="numpy", help="which text makes the steps (default numpy)"
        )
    for name in ("verify", "judge", "cell", "adversary"):
        each[name].add_argument(
            "--profile",
            choices=PROFILES,
            default="quick",
            help=f"how many cases are drawn, beside those designed: {profiles} (default quick)",
        )
    for name in ("verify", "judge", "cell", "detection", "adversary"):
        each[name].add_argument(
            "--seed", type=seed, default=0, metavar="N", help="of all that is drawn (default 0)"
        )
    each["mutants"].add_argument(
        "--only", metavar="NAME", help="the one of this name, in seconds (default all of them)"
    )
    each["adversary"].add_argument(
        "--planted",
        type=seed,
        default=0,
        metavar="N",
        help="so many of the faults are planted and judged, and their verdicts compared (default 0)",
    )
    for name in ("judge", "cell"):
        each[name].add_argument(
            "--seconds",
            type=seconds,
            metavar="S",
            help="end after so many seconds, and say what was met by then (default: when all cases are run)",
        )
    for name in ("verify", "judge", "cell", "campaign", "adversary"):
        each[name].add_argument(
            "--no-cache",
            action="store_false",
            dest="cache",
            help="make what is true of every case anew, and keep nothing of it for the next run",
        )
    for name, files in FILES.items():
        if files:
            folder = "verification-campaign" if name == "campaign" else "verification-report"
            each[name].add_argument(
                "--out",
                type=Path,
                default=Path(folder),
                metavar="DIR",
                help=f"the folder for {', '.join(files)} (default {folder})",
            )
        default = "default: detection.json in DIR" if name == "detection" else "default: nowhere"
        each[name].add_argument(
            "--json",
            type=Path,
            metavar="PATH",
            help=f"where the result goes as JSON; {STANDARD_OUTPUT}: standard output, the text then on "
            f"standard error ({default})",
        )


def seconds(text: str) -> float:
    """A time, or an error for argparse that shows what was given."""
    try:
        given = float(text)
    except ValueError:
        given = 0.0
    if not 0 < given < inf:
        raise argparse.ArgumentTypeError(f"{shown(repr(text))}, needed a number of seconds above 0")
    return given


def seed(text: str) -> int:
    """A seed, or an error for argparse that shows what was given."""
    if not text.isdecimal() or len(text) > SEED_DIGITS:
        needed = f"needed an integer of at least 0, of {SEED_DIGITS:,} digits at most"
        raise argparse.ArgumentTypeError(f"{shown(repr(text))}, {needed}")
    return int(text)
