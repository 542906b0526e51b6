"""``python -m benchmarks``: the engine beside its peers, each time shown only if the gradients agree."""

import argparse
import sys
import time
from collections.abc import Collection
from errno import EISDIR
from importlib import import_module
from importlib.util import find_spec
from os import getpid, strerror
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from benchmarks import fresh
from benchmarks.contenders import CONTENDERS, Contender
from benchmarks.machine import cores, machine, versions
from benchmarks.measure import say
from benchmarks.options import Options
from benchmarks.results import Row, document, write
from benchmarks.shapes import BY_NAME, QUICK, SHAPES
from benchmarks.task import DATA

QUESTIONS = (
    "against_autodiff",
    "floor",
    "growth",
    "truncation",
    "memory",
    "denormals",
    "article_training",
)


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        refuse(message)


def refuse(message: str) -> NoReturn:
    """One line on standard error, exit code 2."""
    print(f"python -m benchmarks: {message}", file=sys.stderr)
    raise SystemExit(2)


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What the command line says."""
    parser = Parser(prog="python -m benchmarks", description=__doc__, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds: under two minutes")
    parser.add_argument("--out", type=Path, metavar="DIR", help="draw pictures there")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the results there")
    parser.add_argument("--contenders", metavar="A,B", help=f"of {', '.join(CONTENDERS)}; manual always runs")
    parser.add_argument("--shapes", metavar="A,B", help=f"TxNxDxH, of {', '.join(BY_NAME)}")
    parser.add_argument("--threads", choices=("1", "all"), help="both, one after the other, if not given")
    parser.add_argument("--questions", metavar="A,B", help=f"of {', '.join(QUESTIONS)}")
    return parser.parse_args(given)


def options_from(given: argparse.Namespace) -> Options:
    """The run that the command line asks for, or a refusal."""
    if given.contenders is None:
        names = [name for name, contender in CONTENDERS.items() if _takes_part(contender, given.quick)]
    else:
        names = chosen("--contenders", given.contenders, CONTENDERS)
    shapes = [shape.name for shape in (QUICK if given.quick else SHAPES)]
    if given.shapes is not None:
        shapes = chosen("--shapes", given.shapes, BY_NAME)
    require("threadpoolctl", "bench")
    for name in names:
        require(CONTENDERS[name].library, CONTENDERS[name].extra)
    if given.out is not None:
        require("matplotlib", "plots")
    every = sorted({1, cores()})
    threads = {"1": [1], "all": [cores()], None: [1] if given.quick else every}[given.threads]
    return Options(tuple(dict.fromkeys(["manual", *names])), tuple(shapes), tuple(threads), given.quick)


def _takes_part(contender: Contender, quick: bool) -> bool:
    """By default, what is installed; autograd always, so that its absence is noticed."""
    wanted = contender.quick if quick else contender.usual
    return wanted and (contender.installed or contender.library == "autograd")


def chosen(option: str, text: str, known: Collection[str]) -> list[str]:
    """The names in a list separated by commas, or a refusal that says which are known."""
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in known:
            refuse(f"{option}: unknown {name!r}, needed one of {', '.join(known)}")
    return list(dict.fromkeys(names))


def require(library: str, extra: str) -> None:
    """A refusal unless the library is installed."""
    if find_spec(library) is None:
        refuse(f"{library} is missing; the extra {extra!r} brings it: pip install 'verified-rnn[{extra}]'")


def questions_from(given: argparse.Namespace) -> list[ModuleType]:
    names = QUESTIONS if given.questions is None else chosen("--questions", given.questions, QUESTIONS)
    return [import_module(f"benchmarks.{name}") for name in names]


def main(given: list[str] | None = None) -> int:
    """Everything that was asked for: tables on standard output, progress on standard error."""
    asked = arguments(given)
    options, questions = options_from(asked), questions_from(asked)
    check_places(asked)
    about = {**machine(), "blas": {str(n): fresh.call("machine.blas", n) for n in options.threads}}
    head = {**about, **versions(), "data": DATA, "run": options.told}
    print("\n".join(f"{key}: {value}" for key, value in head.items()))
    found: list[Row] = []
    for question in questions:
        start = time.monotonic()
        rows = question.rows(options)
        say(f"{question.NAME}: {time.monotonic() - start:.0f} s")
        print(f"\n{question.report(rows)}", flush=True)
        found += rows
    try:
        if asked.json is not None:
            write(asked.json, document(about, versions(), found))
        for question in questions if asked.out is not None else ():
            if hasattr(question, "pictures"):
                question.pictures([row for row in found if row.question == question.NAME], asked.out)
    except OSError as problem:
        refuse(f"{problem.filename or asked.json}: cannot write the results there: {problem.strerror}")
    return 0 if not any(row.objection for row in found) else 1


def check_places(asked: argparse.Namespace) -> None:
    """The places for results can be written to: found out now, and not after an hour of timing."""
    if asked.json is not None:
        _check_place(asked.json, is_folder=False)
    if asked.out is not None:
        _check_place(asked.out, is_folder=True)


def _check_place(place: Path, is_folder: bool) -> None:
    """A file can be made there, or in the folder there, which is made if need be."""
    try:
        if is_folder:
            place.mkdir(parents=True, exist_ok=True)
        elif place.is_dir():
            raise IsADirectoryError(EISDIR, strerror(EISDIR))
        probe = (place if is_folder else place.parent) / f".benchmarks-{getpid()}"
        write(probe, "")
        probe.unlink()
    except OSError as problem:
        refuse(f"{place}: cannot write the results there: {problem.strerror}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except fresh.Failed as failure:
        sys.exit(f"python -m benchmarks: {failure}")
