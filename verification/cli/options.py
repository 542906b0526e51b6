"""The options of each command, which are checked before anything is done."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from rnn.console.command_line import EXIT_CODES, VALUE, Parser, line, program, require
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
from verification.cli.campaign import command as campaign
from verification.cli.events import check_events
from verification.cli.refusing import told_as_json
from verification.judge import subject_of, with_calls
from verification.judging.profile import PROFILES
from verification.processes.apart import NOBODY, Telling
from verification.processes.loading import FORM, engine_at
from verification.processes.sandbox import check_sandbox, is_seen
from verification.sampling.secret import secret_of

PROGRAM = program("verification")

# Seconds that the import of a user's file may take: some libraries compile for minutes. With ``--seconds`` no
# more than those, but for what a library takes at its first import on a busy machine.
MOST_IMPORT, LEAST_IMPORT = 600.0, 30.0

# The most digits of a number, so that Python can print it.
SEED_DIGITS = 1_000


def shown(value: object) -> str:
    """A value in a message."""
    return line(str(value), VALUE)


def seconds(text: str) -> float:
    """A time, or an error for argparse that shows what was given."""
    try:
        given = float(text)
    except ValueError:
        given = 0.0
    if not 0 < given < inf:
        raise argparse.ArgumentTypeError(f"{shown(repr(text))}, needed a number of seconds above 0")
    return given


@dataclass(frozen=True)
class SecretFile:
    """Where a secret is, and its bytes."""

    path: Path
    data: bytes


def secret(path: str) -> SecretFile:
    """That of a file, or an error for argparse."""
    try:
        data = Path(path).read_bytes()
        secret_of(data)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error).removeprefix("secret: ")
        raise argparse.ArgumentTypeError(f"{shown(path)}: {why}") from error
    return SecretFile(Path(path), data)


def _nothing(options: argparse.Namespace) -> None:
    """Nothing to prepare."""


@dataclass(frozen=True)
class Usage:
    """A command: what it does, how long that takes, its options, and the files that it writes.

    ``flags``: the keywords of ``add_argument``, by name. ``prepare`` adds to the options what the command
    runs with, or refuses them by ValueError or OSError. ``json``: where the result goes if no place is given.
    ``has_result``: is there one?
    """

    description: str
    flags: Mapping[str, Mapping[str, Any]]
    files: tuple[str, ...] = ()
    folder: str = "verification-report"
    json: str | None = None
    has_result: bool = True
    prepare: Callable[[argparse.Namespace], None] = _nothing


PROFILE: Mapping[str, Any] = {
    "choices": PROFILES,
    "default": "quick",
    "help": "how many cases are drawn, beside those designed: "
    f"{', '.join(f'{name} {profile.cases:,}' for name, profile in PROFILES.items())} (default quick)",
}
SEED: Mapping[str, Any] = {
    "type": campaign.whole(0, SEED_DIGITS),
    "default": 0,
    "metavar": "N",
    "help": "of all that is drawn (default 0)",
}
CACHE: Mapping[str, Any] = {
    "action": "store_false",
    "dest": "cache",
    "help": "make what is true of every case anew, and keep nothing of it for the next run",
}
WHICH_LOOPS: Mapping[str, Any] = {
    "choices": LOOPS,
    "default": "numpy",
    "help": "which text makes the steps (default numpy)",
}
_TARGET: Mapping[str, Any] = {"metavar": FORM, "help": "a file, and the name that the engine has in it"}
_SECONDS: Mapping[str, Any] = {
    "type": seconds,
    "metavar": "S",
    "help": "end after so many seconds, and say what was met by then (default: when all cases are run)",
}
_SANDBOX: Mapping[str, Any] = {
    "action": "store_true",
    "help": "run the engine in a sandbox, by bubblewrap (bwrap), which has to be installed",
}
_SECRET: Mapping[str, Any] = {
    "type": secret,
    "metavar": "FILE",
    "help": "make the cases from the bytes of this file too, at least 16, so that no engine can know them",
}
_EVENTS: Mapping[str, Any] = {
    "type": Path,
    "metavar": "PATH",
    "help": "where each milestone, a refutation and the verdict go when they happen, one line of JSON each; "
    f"{STANDARD_OUTPUT}: standard output, the text then on standard error",
}
_CALLS: Mapping[str, Any] = {
    "type": Path,
    "metavar": "DIR",
    "help": "judge the calls of a training too, which verification.watch has kept in this folder",
}


def _load(options: argparse.Namespace) -> None:
    places: Places = options.places
    told = {
        "program": f"{PROGRAM} {options.command}",
        "file": options.target.rpartition(":")[0],
        "json": None if places.json is None else str(places.json),
        "folder": str(places.folder),
        "seconds": max(LEAST_IMPORT, getattr(options, "seconds", None) or MOST_IMPORT),
    }
    # Output of the user's file is no part of the result.
    with options.telling.importing(**told), redirect_stdout(sys.stderr):
        options.engine = engine_at(options.target)


def _prepare_judge(options: argparse.Namespace) -> None:
    if options.sandbox:
        check_sandbox()
    _load(options)
    if options.sandbox and options.secret is not None and is_seen(options.secret.path, sys.path):
        raise ValueError(
            f"--secret: {shown(str(options.secret.path))}: can be read in the sandbox, needed a file in your "
            "home or the temporary folder, in no folder that is imported from"
        )
    if options.calls is not None:
        with_calls(subject_of(options.engine), options.calls)


def _prepare_campaign(options: argparse.Namespace) -> None:
    _load(options)
    options.campaign = campaign.prepared(options)


def _prepare_mcp(options: argparse.Namespace) -> None:
    require(f"{PROGRAM} mcp", "mcp", "mcp")


def _prepare_cell(options: argparse.Namespace) -> None:
    if options.cell == BIDIRECTIONAL and options.scope != "all":
        raise ValueError(f"--scope {options.scope}: of {BIDIRECTIONAL}, needed all")
    options.engine = judged_by(options.cell, options.loops)


USAGES: Mapping[str, Usage] = {
    "verify": Usage(
        "Verify the hand-derived gradients of every cell, and train on the sine only if they hold: "
        "5½ min the first time on two cores, then 3; with --profile thorough hours.",
        {
            "--cell": {"choices": CELLS, "help": "the one that is judged (default all of them)"},
            "--loops": WHICH_LOOPS,
            "--profile": PROFILE,
            "--seed": SEED,
            "--no-cache": CACHE,
        },
        ("report.html", "sine.png"),
        prepare=lambda options: check_loops(options.loops),
    ),
    "judge": Usage(
        "Judge an engine of yours, which is what an adapter returned, as layer(...), or a function "
        "Problem -> Gradients: 10 s to 2 min on two cores where a call takes a millisecond.",
        {
            "target": _TARGET,
            "--profile": PROFILE,
            "--seed": SEED,
            "--seconds": _SECONDS,
            "--events": _EVENTS,
            "--calls": _CALLS,
            "--sandbox": _SANDBOX,
            "--secret": _SECRET,
            "--no-cache": CACHE,
        },
        ("report.html",),
        prepare=_prepare_judge,
    ),
    "campaign": Usage(
        "Judge an engine of yours on as many drawn cases as you like, 25 to 40 cases a second on two cores, "
        "over processes or a Dask cluster; what is done is kept in DIR, from where the same command goes on.",
        {"target": _TARGET, **campaign.FLAGS, "--no-cache": CACHE},
        ("report.html",),
        "verification-campaign",
        prepare=_prepare_campaign,
    ),
    "cell": Usage(
        "Judge a cell of rnn by NumPy's loops or by compiled ones: 1 to 2 min on two cores.",
        {
            "cell": {"choices": (*RECURRENCES, BIDIRECTIONAL), "help": "which"},
            "--scope": {
                "choices": SCOPES,
                "default": "all",
                "help": "all that it claims, or what python -m rnn train asks of it (default all)",
            },
            "--loops": WHICH_LOOPS,
            "--profile": PROFILE,
            "--seed": SEED,
            "--seconds": _SECONDS,
            "--events": _EVENTS,
            "--no-cache": CACHE,
        },
        ("report.html",),
        prepare=_prepare_cell,
    ),
    "mcp": Usage(
        "Serve an agent by the Model Context Protocol, on standard input and output, with one tool: judge.",
        {},
        has_result=False,
        prepare=_prepare_mcp,
    ),
}

# Commands that measure the verifier and not an engine; they need a checkout.
ELSEWHERE = ("mutants", "article", "detection", "adversary")
EVIDENCE = "python -m benchmarks.evidence"


def arguments(
    argv: Sequence[str] | None = None,
    usages: Mapping[str, Usage] = USAGES,
    program: str = PROGRAM,
    telling: Telling = NOBODY,
) -> argparse.Namespace:
    """``command``, its options, and ``places``, whose folders exist then; a refusal creates nothing but JSON.

    ``telling``: to whom it is told that a user's file is imported.
    For ``judge``, ``campaign`` and ``cell`` also ``engine``, and for the second ``campaign``, prepared.
    """
    given = list(sys.argv[1:] if argv is None else argv)
    first = next(iter(usages))
    # Flags without a command belong to the first command. Anything that is no flag has to be a command.
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help")):
        given = [first, *given]
    each = parsers(usages, program)
    if given[0] in ELSEWHERE and given[0] not in usages:
        each[""].error(f"{given[0]} measures the verifier, from a checkout: {EVIDENCE} {given[0]}")
    with told_as_json(Places(json=_place_of_json(given))):
        options, unknown = each[""].parse_known_args(given)
        parser, usage = each[options.command], usages[options.command]
        if unknown:
            parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    if usage.json is not None and options.json is None:
        options.json = options.out / usage.json
    options.places = Places(getattr(options, "out", None), usage.files, getattr(options, "json", None))
    options.telling = telling
    with _refused(parser):
        options.places.check()
        if getattr(options, "events", None) is not None:
            check_events(options.events, options.places)
    with told_as_json(options.places), _refused(parser):
        usage.prepare(options)
        options.places.make()
    return options


@contextmanager
def _refused(parser: Parser) -> Iterator[None]:
    """What the user has to mend is refused."""
    try:
        yield
    except OSError as error:
        parser.error(f"{shown(error.filename)}: {error.strerror}, needed a place to write to")
    except ValueError as error:
        parser.error(str(error))


def _place_of_json(given: Sequence[str]) -> Path | None:
    """Where the JSON of a call goes that cannot be read otherwise, if that is plain."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--json", type=Path)
    with suppress(argparse.ArgumentError, OSError, ValueError):
        place: Path | None = parser.parse_known_args([*given])[0].json
        Places(json=place).check()
        return place
    return None


def parsers(usages: Mapping[str, Usage], program: str) -> Mapping[str, Parser]:
    """A parser for each command, and the parser of all commands under ""."""
    parser = Parser(
        prog=program,
        usage=f"{program} [COMMAND] [FLAGS]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", title="commands, each with a --help of its own"
    )
    first = next(iter(usages))
    each = {
        name: commands.add_parser(
            name,
            # Flags such as --help are also valid without a command.
            prog=program if name == first else f"{program} {name}",
            help=usage.description,
            description=usage.description,
            epilog=EXIT_CODES,
        )
        for name, usage in usages.items()
    }
    for name, usage in usages.items():
        _add_flags(each[name], usage)
    _, _, flags = each[first].format_help().partition("\n\n")
    parser.epilog = f"without a command: {first}\n\n{flags}"
    return {"": parser, **each}


def _add_flags(parser: Parser, usage: Usage) -> None:
    """Adds the options of a command, and those for its results."""
    for name, keywords in usage.flags.items():
        parser.add_argument(name, **keywords)
    if usage.files:
        parser.add_argument(
            "--out",
            type=Path,
            default=Path(usage.folder),
            metavar="DIR",
            help=f"the folder for {', '.join(usage.files)} (default {usage.folder})",
        )
    if not usage.has_result:
        return
    default = "nowhere" if usage.json is None else f"{usage.json} in DIR"
    parser.add_argument(
        "--json",
        type=Path,
        metavar="PATH",
        help=f"where the result goes as JSON; {STANDARD_OUTPUT}: standard output, the text then on "
        f"standard error (default: {default})",
    )
