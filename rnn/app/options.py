"""The options of each command, which are checked before anything is done."""

import argparse
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from rnn.activations import ACTIVATIONS
from rnn.app import folder
from rnn.app.intervals import LEVEL
from rnn.app.recipe import OPTIMISERS, Recipe, loss_of, schedule_of, truncation_of
from rnn.app.table import DECIMALS, Columns
from rnn.common.checks import shown
from rnn.console.command_line import VALUE, Parser, line, program
from rnn.console.places import STANDARD_OUTPUT
from rnn.storage import CELLS

PROGRAM = program("rnn")

EXIT_CODES = (
    "exit codes: 0 done; 1 the gradients are refuted; 2 misused, and nothing done; 3 failed; 130 interrupted"
)

# By command: what it does, and the files that it writes into the folder.
DESCRIPTIONS = {
    "train": "Learn a series, or a text, into a folder: a model, a picture, and figures beside baselines.",
    "forecast": "The values that follow, with an interval of measured coverage, as table, pictures and CSV.",
    "predict": "One step ahead on a file's values, or on those that were held out, beside baselines.",
    "evaluate": "Errors by how many steps ahead, from a rolling origin, beside baselines.",
    "inspect": "What a model is, how it was trained, and how far back a loss reaches in it.",
    "generate": "Text that a model of a text writes.",
    "export": "The network as an ONNX file, for other programs; with the extra onnx.",
}
FILES = {
    "train": folder.NAMES,
    "forecast": ("forecast.csv", "forecast.png", "coverage.png"),
    "predict": ("predictions.csv", "predictions.png"),
    "evaluate": ("errors.csv", "errors.png"),
    "inspect": ("reach.png",),
    "generate": (),
    "export": ("model.onnx",),
}

# Steps that a forecast or a text has at most: an hour's work, and files of some megabytes.
MOST_STEPS = 100_000


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """``command`` and its options, or a refusal."""
    parser = Parser(prog=PROGRAM, usage=f"{PROGRAM} COMMAND [FLAGS]")
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, title="commands, each with a --help of its own"
    )
    each = {
        name: commands.add_parser(
            name, prog=f"{PROGRAM} {name}", help=said, description=said, epilog=EXIT_CODES
        )
        for name, said in DESCRIPTIONS.items()
    }
    for name, one in each.items():
        _add_flags(name, one)
    given = list(sys.argv[1:] if argv is None else argv)
    options, unknown = parser.parse_known_args(given)
    if unknown:
        each[options.command].error(f"unrecognized arguments: {' '.join(unknown)}")
    options.error = each[options.command].error
    if options.command == "train":
        _check_train(options, [flag.partition("=")[0] for flag in given if flag.startswith("--")])
    return options


def _check_train(options: argparse.Namespace, given: Sequence[str]) -> None:
    """Checks which flags go together."""
    if options.resume:
        others = sorted(set(given) - {"--out", "--resume", "--json", "--no-verify"})
        if others:
            options.error(f"{others[0]}: with --resume, needed what was asked for before, and that is kept")
    of_a_series = [getattr(options, name) for name in ("data", "column", "date", "fill", "form", "inputs")]
    if options.text and any(value not in (None, False, Recipe.form, ()) for value in of_a_series):
        options.error("--text: with flags of a series, needed one or the other")
    if options.data and options.column is None:
        options.error("--data: needed --column NAME, the column to learn, as well")
    if options.column is not None and not options.data:
        options.error("--column: needed --data FILE, the file that it is in, as well")
    if options.inputs and not options.data:
        options.error("--inputs: needed --data FILE, the file that they are in, as well")
    if options.calendar and options.date is None:
        options.error("--calendar: needed --date NAME, the column with the dates, as well")
    for twice in (options.column, options.date):
        if twice in options.inputs:
            options.error(f"--inputs: {shown(twice)} is something else already, needed other columns")
    for name in options.known:
        if name not in options.inputs:
            options.error(f"--known: {shown(name)}, needed one of --inputs")


def columns_of(options: argparse.Namespace) -> Columns | None:
    """Where the series is in the file, or None if that is not said."""
    if options.column is None:
        return None
    named = options.column, options.date, options.date_format, options.separator, options.decimal
    # A model that was trained on inputs knows their names.
    return Columns(*named, getattr(options, "inputs", ()), getattr(options, "known", ()))


def recipe_of(options: argparse.Namespace) -> Recipe:
    """The recipe for the flags of train."""
    return Recipe(**{each.name: getattr(options, each.name) for each in fields(Recipe)})


def _add_flags(command: str, parser: Parser) -> None:
    if command == "train":
        parser.add_argument(
            "--out", type=Path, required=True, metavar="DIR", help="the folder of the training"
        )
        parser.add_argument("--text", type=Path, metavar="FILE", help="learn a text, in UTF-8")
        _add_data(parser, "learn a column of a CSV file (default: a sine)")
        parser.add_argument("--unit", default="", help="the unit of the values, for pictures and tables")
        parser.add_argument(
            "--season", type=count(2), metavar="N", help="steps of a season (default: found, if there is one)"
        )
        parser.add_argument(
            "--inputs",
            type=several,
            default=(),
            metavar="A,B",
            help="further columns as inputs: lagged, thus as known a step before, if not --known",
        )
        parser.add_argument(
            "--known",
            type=several,
            default=(),
            metavar="A",
            help="those of --inputs that are known ahead; a forecast needs their values after the last one",
        )
        parser.add_argument(
            "--calendar",
            action="store_true",
            help="sines of the year, the week and the day as inputs, by the dates",
        )
        _add_recipe(parser)
        parser.add_argument("--resume", action="store_true", help="go on from the folder's last checkpoint")
        parser.add_argument(
            "--no-verify",
            dest="verify",
            action="store_false",
            help="train even if the verifier has not seen this code, without half a minute of checks first",
        )
    else:
        parser.add_argument(
            "model", type=Path, metavar="MODEL", help="a model, or the folder of its training"
        )
        if command != "generate":
            names = ", ".join(FILES[command])
            parser.add_argument("--out", type=Path, metavar="DIR", help=f"for {names} (default: the model's)")
        if command in ("forecast", "predict", "evaluate"):
            _add_data(parser, "values that go on to now (default: those that the model keeps)")
        if command in ("forecast", "evaluate"):
            parser.add_argument(
                "--steps", type=count(1, MOST_STEPS), default=12, metavar="N", help="how many (default 12)"
            )
        if command == "forecast":
            parser.add_argument(
                "--level",
                type=number(0.01, 0.999),
                default=LEVEL,
                metavar="X",
                help=f"the share of what comes that an interval is to hold (default {LEVEL})",
            )
        if command == "generate":
            _add_writing(parser)
        if command == "export":
            said = (
                "states go in and out, so that values can be handed in one by one, and no step is made twice"
            )
            parser.add_argument("--states", action="store_true", help=said)
    parser.add_argument(
        "--json",
        type=Path,
        metavar="PATH",
        help=f"where the result goes as JSON; {STANDARD_OUTPUT}: standard output, the text then on the other",
    )


def _add_data(parser: Parser, said: str) -> None:
    parser.add_argument("--data", type=Path, metavar="FILE", help=said)
    parser.add_argument("--column", type=not_empty, metavar="NAME", help="the column with the values")
    # An empty name is one: that of the first column in a table that pandas wrote with its index.
    parser.add_argument("--date", metavar="NAME", help="the column with the dates, in ISO 8601")
    parser.add_argument(
        "--date-format", type=not_empty, metavar="FORM", help="how dates are written, as for strptime"
    )
    parser.add_argument(
        "--separator", type=one_character, default=",", metavar="C", help="between two fields (default ,)"
    )
    parser.add_argument(
        "--decimal", choices=DECIMALS, default=".", help="before the decimals of a number: . or , (default .)"
    )
    parser.add_argument(
        "--fill", action="store_true", help="fill missing values in, between their neighbours"
    )


# What stands for a default that the data decide.
DEFAULTS = {"loss": "these"}


def _add_recipe(parser: Parser) -> None:
    at = Recipe()
    flags: Mapping[str, dict[str, Any]] = {
        "cell": {"choices": CELLS},
        "units": {"type": count(1, 10_000)},
        "num_layers": {"type": count(1, 100)},
        "dropout": {"type": number(0, 1, open_above=True)},
        "activation": {"choices": ACTIVATIONS},
        "truncation": {"type": named(truncation_of), "metavar": "TRUNCATION"},
        "loss": {"type": named(loss_of), "metavar": "LOSS"},
        "length": {"type": count(1, 100_000)},
        "optimiser": {"choices": OPTIMISERS},
        "rate": {"type": number(0, math.inf, open_below=True)},
        "schedule": {"type": named(lambda text: schedule_of(text, 1.0, 1)), "metavar": "SCHEDULE"},
        "warmup": {"type": count(0)},
        "clip": {"type": number(0, math.inf)},
        "batch": {"type": count(1)},
        "epochs": {"type": count(1, 1_000_000)},
        "weight_decay": {"type": number(0, math.inf)},
        "n_iter_no_change": {"type": count(1)},
        "tol": {"type": number(0, math.inf)},
        "seed": {"type": count(0, 2**128)},
    }
    said = {
        "cell": ", ".join(CELLS),
        "activation": f"of the vanilla cell: {', '.join(ACTIVATIONS)}",
        "optimiser": ", ".join(OPTIMISERS),
        "units": "of the cell",
        "num_layers": "cells one above another, each with as many units",
        "dropout": "with what probability a number from one of them to the next is dropped in an update",
        "epochs": "at most",
        "seed": "of the first parameters and of the order of windows",
        "truncation": "how far back a loss reaches: full, window:K, chunked:K, chunked:K:K or tail:K",
        "loss": "its name, with :last or :every for the steps of a window that have one: squared_error:last "
        "for a series, softmax_cross_entropy:every for a text",
        "length": "steps of a window",
        "rate": "the learning rate that the schedule begins with",
        "schedule": "how the rate falls: constant, not at all; cosine, to 0; step:EPOCHS:GAMMA, by a factor "
        "(0.1 if not said) every so many epochs",
        "warmup": "epochs before that in which the rate rises in a line",
        "clip": "the longest gradient; 0: any",
        "batch": "windows of an update",
        "weight_decay": "of adamw, which shrinks weights by rate times so much at each update; not biases",
        "n_iter_no_change": "epochs in a row without a better validation loss that end the training",
        "tol": "the share of the best loss by which a better one is lower",
    }
    for name, given in flags.items():
        shown = {"metavar": name.upper() if "choices" in given else "N", **given}
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            default=getattr(at, name),
            help=f"{said.get(name, '')} (default {DEFAULTS.get(name, getattr(at, name))})".strip(),
            **shown,
        )
    parser.add_argument(
        "--bidirectional",
        action="store_true",
        default=at.bidirectional,
        help="read each window of a series both ways, with as many units in either",
    )
    parser.add_argument(
        "--no-early-stopping",
        dest="early_stopping",
        action="store_false",
        default=at.early_stopping,
        help="go on to the last epoch; the parameters that validated best are kept all the same",
    )
    forms = parser.add_mutually_exclusive_group()
    for form, seen in (("levels", "the values as they are"), ("changes", "the changes from step to step")):
        forms.add_argument(
            f"--{form}",
            action="store_const",
            dest="form",
            const=form,
            default=at.form,
            help=f"learn {seen}, by the network alone (default: forms and linear parts that are chosen)",
        )
    parser.add_argument(
        "--checkpoint-every", type=count(1), default=10, metavar="N", help="epochs (default 10)"
    )


def _add_writing(parser: Parser) -> None:
    parser.add_argument(
        "--steps",
        type=count(1, MOST_STEPS),
        default=300,
        metavar="N",
        help="how many characters (default 300)",
    )
    parser.add_argument(
        "--prompt", default="", metavar="TEXT", help="what it goes on from (default: its text)"
    )
    parser.add_argument(
        "--temperature",
        type=number(0.01, 100),
        default=0.7,
        metavar="X",
        help="below 1 it prefers what is likely (default 0.7)",
    )
    parser.add_argument(
        "--seed", type=count(0, 2**128), default=0, metavar="N", help="of the draw (default 0)"
    )


def _wrong(text: str, needed: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(f"{line(repr(text), VALUE)}, needed {needed}")


def count(least: int, most: int = sys.maxsize) -> Callable[[str], int]:
    """A type for argparse: an integer of at least and at most so much."""

    def parse(text: str) -> int:
        fits = text.isascii() and text.isdecimal() and len(text) <= len(str(most))
        if not (fits and least <= int(text) <= most):
            upper = "" if most == sys.maxsize else f" and at most {most}"
            raise _wrong(text, f"an integer of at least {least}{upper}")
        return int(text)

    return parse


def number(
    least: float, most: float, open_below: bool = False, open_above: bool = False
) -> Callable[[str], float]:
    """A type for argparse: a finite number of at least, or above, and at most, or below, so much."""

    def parse(text: str) -> float:
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        fits = least <= found <= most and math.isfinite(found)
        if not fits or (open_below and found == least) or (open_above and found == most):
            upper = "" if most == math.inf else f" and {'below' if open_above else 'at most'} {most:g}"
            raise _wrong(text, f"a number {'above' if open_below else 'of at least'} {least:g}{upper}")
        return found

    return parse


def named(check: Callable[[str], object]) -> Callable[[str], str]:
    """A type for argparse: a text in which ``check`` finds a name, or raises ValueError; kept as it is."""

    def parse(text: str) -> str:
        try:
            check(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return text

    return parse


def not_empty(text: str) -> str:
    """A type for argparse: a text of at least one character."""
    if not text:
        raise _wrong(text, "at least one character")
    return text


def several(text: str) -> tuple[str, ...]:
    """A type for argparse: names of columns, each once, with commas between."""
    found = tuple(each.strip() for each in text.split(","))
    if not all(found) or len(set(found)) < len(found):
        raise _wrong(text, "names with commas between, each once")
    return found


def one_character(text: str) -> str:
    """A type for argparse: what may stand between two fields."""
    text = "\t" if text == "\\t" else text
    if len(text) != 1 or text in '\r\n"\0' or ord(text) > 127:
        raise _wrong(text, "one character, as ; or \\t")
    return text
