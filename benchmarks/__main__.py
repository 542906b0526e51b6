"""``python -m benchmarks``: the engine beside its peers, each time shown only if the gradients agree."""

import argparse
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext, redirect_stdout
from dataclasses import replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from benchmarks import fresh, progress
from benchmarks.contenders import CONTENDERS, Contender
from benchmarks.machine import cores, machine, versions
from benchmarks.options import Options
from benchmarks.progress import RunPart
from benchmarks.results import Timing, document
from benchmarks.shapes import BY_NAME
from benchmarks.task import CELLS, DATA
from rnn.console import command_line
from rnn.console.command_line import (
    EXIT_CODES,
    FAILED,
    HOLDS,
    REFUTED,
    VALUE,
    Parser,
    line,
    missing,
    program,
)
from rnn.console.files import Save, deliver, write_text
from rnn.console.places import STANDARD_OUTPUT, Places
from rnn.loops import usual_loops

PROGRAM = program(__package__)

QUESTIONS = (
    "against_autodiff",
    "floor",
    "crossover",
    "layers",
    "growth",
    "truncation",
    "memory",
    "denormals",
    "article_training",
)

# The questions that have a picture, and what it is called.
PICTURES = {"against_autodiff": "ratios.png", "growth": "growth.png", "memory": "memory.png"}

# By flag, the questions that it changes anything for.
HEEDED = {
    "contenders": QUESTIONS[:-1],
    "cells": ("against_autodiff", "crossover"),
    "shapes": ("against_autodiff", "floor"),
    "threads": ("against_autodiff", "floor", "crossover", "layers"),
    "out": tuple(PICTURES),
}


def refuse(message: str) -> NoReturn:
    """One line on standard error, exit code 2."""
    command_line.refuse(PROGRAM, message)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line says."""
    parser = Parser(prog=PROGRAM, description=f"{__doc__} About two hours.", epilog=EXIT_CODES)
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds: about two minutes")
    parser.add_argument("--out", type=Path, metavar="DIR", help="draw pictures there")
    parser.add_argument(
        "--json",
        type=Path,
        metavar="PATH",
        help="write the results there; -: on standard output, the tables then on standard error",
    )
    parser.add_argument("--contenders", metavar="A,B", help=f"of {', '.join(CONTENDERS)}; manual always runs")
    parser.add_argument("--cells", metavar="A,B", help=f"of {', '.join(CELLS)}; all, if not given")
    parser.add_argument("--shapes", metavar="A,B", help=f"TxNxDxH, of {', '.join(BY_NAME)}")
    parser.add_argument("--threads", choices=("1", "all"), help="both, one after the other, if not given")
    parser.add_argument("--questions", metavar="A,B", help=f"of {', '.join(QUESTIONS)}")
    return parser.parse_args(given)


def options_from(given: argparse.Namespace) -> Options:
    """The options of a run from the command line; an error ends the command."""
    if given.contenders is None:
        names = [name for name, contender in CONTENDERS.items() if _takes_part(contender, given.quick)]
    else:
        names = chosen("--contenders", given.contenders, CONTENDERS)
    cells = list(CELLS) if given.cells is None else chosen("--cells", given.cells, CELLS)
    shapes = [] if given.shapes is None else chosen("--shapes", given.shapes, BY_NAME)
    require("threadpoolctl", "bench")
    for name in names:
        require(CONTENDERS[name].library, CONTENDERS[name].extra)
    if given.out is not None:
        require("matplotlib", "plots")
    every = sorted({1, cores()})
    threads = {"1": [1], "all": [cores()], None: [1] if given.quick else every}[given.threads]
    contenders = tuple(dict.fromkeys(["manual", *names]))
    return Options(contenders, tuple(cells), tuple(shapes), tuple(threads), given.quick)


def _takes_part(contender: Contender, quick: bool) -> bool:
    """By default, what is installed; autograd always, so that its absence is noticed."""
    wanted = contender.quick if quick else contender.usual
    return wanted and (contender.installed or contender.library == "autograd")


def chosen(option: str, text: str, known: Collection[str]) -> list[str]:
    """The names in a list separated by commas, or a refusal that says which are known."""
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in known:
            shown = line(repr(name), VALUE)
            refuse(f"{option}: unknown {shown}, needed one of {', '.join(known)}")
    return list(dict.fromkeys(names))


def require(library: str, extra: str) -> None:
    """A refusal unless the library is installed."""
    if find_spec(library) is None:
        refuse(missing(library, extra))


def names_from(given: argparse.Namespace) -> list[str]:
    """The questions of the run; a flag that changes nothing for any of them is an error."""
    names = chosen(
        "--questions", ",".join(QUESTIONS) if given.questions is None else given.questions, QUESTIONS
    )
    for flag, heeded in HEEDED.items():
        if getattr(given, flag) is not None and not set(names).intersection(heeded):
            refuse(f"--{flag}: changes nothing here, needed a question of {', '.join(heeded)}")
    return names


def places_from(given: argparse.Namespace, names: Collection[str]) -> Places:
    """Where results go, found now to be places that can be written to, and not after an hour of timing."""
    pictures = [PICTURES[name] for name in names if name in PICTURES]
    places = Places(given.out, pictures if given.out is not None else (), given.json)
    try:
        places.check()
        places.make()
    except OSError as problem:
        place = line(str(problem.filename), VALUE)
        refuse(f"{place}: cannot write the results there: {problem.strerror}")
    except ValueError as problem:
        refuse(str(problem))
    return places


def main(given: Sequence[str] | None = None) -> int:
    """Runs the questions: tables on standard output, progress on standard error."""
    flags = arguments(given)
    names = names_from(flags)
    options = options_from(flags)
    places = places_from(flags, names)
    questions = {name: import_module(f"benchmarks.{name}") for name in names}
    with redirect_stdout(sys.stderr) if places.json_to_standard_output else nullcontext():
        about = {**machine(), "blas": {str(n): fresh.call("machine.blas", n) for n in options.threads}}
        head = {**about, **versions(), "loops": _loops(options), "data": DATA, "run": options.described}
        print("\n".join(f"{key}: {value}" for key, value in head.items()))
        answered, found = answers(questions, options)
    text = document(about, versions(), found)
    files: dict[Path, Save] = {} if places.json is None else {places.json: partial(_save, text)}
    if places.folder is not None:
        for name in answered:
            if name in PICTURES:
                own = [row for row in found if row.question == name]
                files[places.folder / PICTURES[name]] = partial(_draw, questions[name], own)
    for path in deliver(files):
        if path != STANDARD_OUTPUT:
            print(f"Written: {path}", file=sys.stderr)
    if len(answered) < len(questions):
        return FAILED
    return REFUTED if any(row.objection for row in found) else HOLDS


def _loops(options: Options) -> str:
    """The loops of the contender manual, for every cell of the run."""
    usual = {repr(usual_loops(CELLS[cell].cell(1, 1))): None for cell in options.cells}
    return f"manual runs {', '.join(usual)}"


def answers(questions: Mapping[str, ModuleType], options: Options) -> tuple[list[str], list[Timing]]:
    """The questions that were answered, and their rows, each with its table as soon as it is there.

    One whose process fails does not cost the others.
    """
    answered: list[str] = []
    found: list[Timing] = []
    seconds = progress.QUICK if options.quick else progress.FULL
    stretches = RunPart.whole().divided({name: seconds[name] for name in questions})
    for name, question in questions.items():
        start = time.monotonic()
        try:
            rows = question.rows(replace(options, stretch=stretches[name]))
        except fresh.Failed as failure:
            command_line.complain(PROGRAM, f"{failure}; its traceback is above")
            continue
        finally:
            progress.erase()
        took = f"{name} took {time.monotonic() - start:.0f} s"
        print(f"{100 * stretches[name].last:.0f} % done: {took}", file=sys.stderr)
        answered.append(name)
        print(f"\n{question.report(rows)}")
        found += rows
    return answered, found


def _save(text: str, path: Path) -> None:
    if path == STANDARD_OUTPUT:
        print(text, end="")
    else:
        write_text(path, text)


def _draw(question: ModuleType, rows: list[Timing], path: Path) -> None:
    """The picture of a question, which knows its name itself."""
    question.pictures(rows, path.parent)


if __name__ == "__main__":
    sys.exit(command_line.run(PROGRAM, main))
