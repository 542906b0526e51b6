"""The commands: each reads and checks, computes, and then says, draws and writes what it came to.

Text goes to standard output, progress to standard error. What the user got wrong is one line and exit code 2,
before anything is made; the result is written when all is done, each file whole or not at all.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from rnn.app import pictures, series, text
from rnn.app.folder import Folder
from rnn.app.forecaster import SHARE, Forecaster, from_stored, read_model
from rnn.app.options import FILES, arguments, columns_of, recipe_of
from rnn.app.predictors import rmse_by_step, rmse_of
from rnn.app.reach import effective, reach, windows_of
from rnn.app.recipe import policy
from rnn.app.table import read
from rnn.app.training import Run, going_on, run_of, said_of, trained
from rnn.arrays import Array
from rnn.checks import cut, printable
from rnn.classes import one_hot
from rnn.console.command_line import HOLDS, complain
from rnn.console.files import Save, deliver, write_text
from rnn.console.places import STANDARD_OUTPUT, Places
from rnn.console.progress import Progress
from rnn.console.signals import Terminated
from rnn.network import RNN
from rnn.storage import Stored, save


@dataclass(frozen=True, eq=False)
class Outcome:
    """What is said, the result as JSON values, and the files by their names."""

    said: str
    result: Mapping[str, Any]
    files: Mapping[str, Save] = field(default_factory=dict)


Command: TypeAlias = Callable[[argparse.Namespace, Places], Outcome]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = arguments(argv)
    out = getattr(options, "out", None)
    if out is None and hasattr(options, "out"):
        out = options.model if options.model.is_dir() else options.model.parent
    places = Places(out, FILES[options.command], options.json)
    try:
        places.check()
        with redirect_stdout(sys.stderr) if places.json_to_standard_output else nullcontext():
            outcome = COMMANDS[options.command](options, places)
    except OSError as error:
        options.error(
            f"{cut(str(error.filename))}: {error.strerror or error}, needed a place to read and write"
        )
    except (ValueError, MemoryError) as error:
        options.error(str(error))
    _deliver(outcome, places)
    return HOLDS


def _deliver(outcome: Outcome, places: Places) -> None:
    stream = sys.stderr if places.json_to_standard_output else sys.stdout
    print(outcome.said, file=stream)
    # The JSON first: it holds everything, and takes no drawing.
    files: dict[Path, Save] = {}
    if places.json is not None:
        files[places.json] = partial(_save_json, outcome.result)
    if places.folder is not None:
        files |= {places.folder / name: each for name, each in outcome.files.items()}
    for path in deliver(files):
        if path != STANDARD_OUTPUT:
            print(f"Written: {path}", file=stream)


def _save_json(result: Mapping[str, Any], path: Path) -> None:
    shown = json.dumps(_finite(result), indent=1)
    if path == STANDARD_OUTPUT:
        print(shown)
    else:
        write_text(path, shown + "\n")


def _finite(value: Any) -> Any:
    """JSON values with null for what is not known, as NaN is no JSON."""
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _save_csv(columns: Mapping[str, Sequence[Any]], path: Path) -> None:
    """Columns whose names and texts are this program's own: no cell begins what a spreadsheet computes."""
    rows = zip(*columns.values(), strict=True)
    cells = ["" if isinstance(cell, float) and np.isnan(cell) else str(cell) for row in rows for cell in row]
    width = len(columns)
    lines = [",".join(cells[start : start + width]) for start in range(0, len(cells), width)]
    write_text(path, "\n".join([",".join(columns), *lines, ""]))


def train(options: argparse.Namespace, places: Places) -> Outcome:
    """A folder with a model, from the start or from its last checkpoint."""
    folder = Folder(options.out)
    if options.resume:
        asked, digest = folder.read_run()
        run = run_of(asked)
    else:
        folder.refuse_used()
        run, digest = run_of(_asked(options)), ""
    places.make()
    with folder.locked():
        if not options.resume:
            # Once more: another training may have begun and ended while this one waited.
            folder.refuse_used()
            digest = folder.write_run(run.asked)
        return _trained(run, folder, digest)


def _asked(options: argparse.Namespace) -> dict[str, Any]:
    """What the flags ask for, with the data, as the folder keeps it."""
    if options.text is not None:
        data = text.asked_for(_text(options.text), options.text.name)
    else:
        columns = columns_of(options)
        found = series.sine() if columns is None else read(options.data, columns, options.fill)
        data = series.asked_for(found, options.unit, options.season, columns)
    return {
        "recipe": recipe_of(options).as_json(),
        "checkpoint_every": options.checkpoint_every,
        "data": data,
    }


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{cut(str(path))}: byte {error.start} is no UTF-8, needed a text in UTF-8"
        ) from None


def _trained(run: Run, folder: Folder, digest: str) -> Outcome:
    epochs, progress = run.recipe.epochs, Progress({"training": 1.0})
    print(_lines(run.task.said))
    try:
        with progress.part("training") as show:
            course = trained(
                run, folder, digest, lambda course: show(course.epoch, epochs, said_of(course, epochs))
            )
    except (KeyboardInterrupt, Terminated):
        complain("python -m rnn train", f"stopped; {going_on(folder)}")
        raise
    except FloatingPointError as error:
        raise ValueError(str(error)) from None
    finished, task = run.task.finish(course), run.task
    training = {
        **run.recipe.as_json(),
        "epochs_done": course.epoch,
        "best_epoch": course.best_epoch,
        "train": course.train,
        "validation": course.validation,
    }
    about = {**finished.about, "training": training, "figures": finished.figures}
    files: dict[str, Save] = {
        folder.model.name: lambda path: save(
            path, task.net, course.best, arrays=finished.arrays, about=about
        ),
        folder.picture.name: finished.draw,
    }
    return Outcome(
        f"{said_of(course, epochs)}\n{_lines(finished.said)}",
        {"training": training, **finished.figures},
        files,
    )


def _lines(text: str) -> str:
    """A text in lines of characters that can be printed."""
    return "\n".join(map(printable, text.split("\n")))


def _forecaster(options: argparse.Namespace) -> tuple[Forecaster, Stored, Array, int]:
    """The model, and the values that it is asked about, from number so much on."""
    stored = read_model(options.model)
    try:
        model = from_stored(stored)
    except ValueError as error:
        raise ValueError(f"{cut(str(options.model))}: {error}") from None
    found, first = model.series(options.data, columns_of(options), options.fill)
    if found.calendar != model.calendar:
        # Another file has its own dates.
        from dataclasses import replace

        model = replace(model, calendar=found.calendar)
    return model, stored, found.values, first


def _labels(model: Forecaster, first: int, count: int) -> list[str]:
    if model.calendar is None:
        return [str(number) for number in range(first, first + count)]
    return model.calendar.labels(first, count)


def forecast(options: argparse.Namespace, places: Places) -> Outcome:
    """The values that follow, with an interval."""
    model, _, values, first = _forecaster(options)
    steps = options.steps
    ahead, width = model.forecast(values, steps), model.interval(steps)
    labels = _labels(model, first + len(values), steps)
    network = next(iter(ahead.values()))
    low, high = network - width, network + width
    columns = {"step": labels, "forecast": network.tolist(), "low": low.tolist(), "high": high.tolist()}
    known = int((~np.isnan(width)).sum())
    lines = [
        f"  {label:>{max(map(len, labels))}}  {value:10.4g}"
        + ("" if np.isnan(half) else f"   {value - half:.4g} to {value + half:.4g}")
        for label, value, half in zip(labels, network, width, strict=True)
    ]
    shown = lines if steps <= 40 else [*lines[:39], f"  … and {steps - 39} more in forecast.csv"]
    note = f"Intervals: as wide as {SHARE:.0%} of the errors on held-out values"
    note += "." if known == steps else f", for the first {known} steps; there are too few of later ones."
    places.make()
    return Outcome(
        "\n".join([printable(f"{model.label}, {steps} steps ahead"), *shown, note]),
        {**columns, "share": SHARE, "baselines": dict(list(ahead.items())[1:])},
        {
            "forecast.csv": partial(_save_csv, columns),
            "forecast.png": lambda path: pictures.forecast(path, model, values, first, ahead, width),
        },
    )


def predict(options: argparse.Namespace, places: Places) -> Outcome:
    """One step ahead, on every value that has a context."""
    model, _, values, first = _forecaster(options)
    errors = model.errors(values, 1)
    known, error = values[model.context :], next(iter(errors.values()))[:, 0]
    labels = _labels(model, first + model.context, len(known))
    columns = {"step": labels, "value": known.tolist(), "predicted": (known + error).tolist()}
    figures = {name: rmse_of(each) for name, each in errors.items()}
    places.make()
    return Outcome(
        series.table(figures, printable(f"{model.name}: RMSE one step ahead, {len(known)} values"), model),
        {**columns, "rmse": figures},
        {
            "predictions.csv": partial(_save_csv, columns),
            "predictions.png": lambda path: pictures.predictions(
                path, model, known, error, first + model.context
            ),
        },
    )


def evaluate(options: argparse.Namespace, places: Places) -> Outcome:
    """Errors by horizon, from each origin that has a context and a truth."""
    model, _, values, _ = _forecaster(options)
    steps, origins = options.steps, len(values) - model.context
    if steps > origins:
        raise ValueError(f"--steps: {steps}, needed at most {origins}, the values that can be forecast")
    found = model.errors(values, steps)
    rmse = {name: rmse_by_step(error) for name, error in found.items()}
    whole = {name: rmse_of(error[: origins - steps + 1]) for name, error in found.items()}
    columns = {
        "steps ahead": list(range(1, steps + 1)),
        **{name: each.tolist() for name, each in rmse.items()},
    }
    title = f"{model.name}: RMSE over 1 to {steps} steps ahead, from {origins - steps + 1} origins"
    places.make()
    return Outcome(
        series.table(whole, printable(title), model),
        {"origins": origins - steps + 1, "rmse": whole, "rmse by step": rmse},
        {
            "errors.csv": partial(_save_csv, columns),
            "errors.png": lambda path: pictures.by_step(path, model, rmse),
        },
    )


def inspect(options: argparse.Namespace, places: Places) -> Outcome:
    """The architecture, the training, and how far a loss reaches back."""
    stored = read_model(options.model)
    net, params, about = stored.net, stored.params, stored.about
    try:
        xs, targets = _held_out(stored)
        training = dict(about["training"])
        chosen = policy(training["truncation"])
        full, trained = (reach(net, params, xs, targets, each) for each in (policy("full"), chosen))
        shapes = {name: list(block.shape) for name, block in params._asdict().items()}
        figures = dict(about["figures"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{cut(str(options.model))}: {cut(str(error))}, needed what train writes") from None
    count = sum(block.size for block in params)
    asked = ("optimiser", "rate", "clip", "batch", "truncation", "length", "changes", "seed")
    said = [
        architecture(net),
        f"{count} parameters: " + ", ".join(f"{name} {shape}" for name, shape in shapes.items()),
        "trained by " + ", ".join(f"{name} {training.get(name)}" for name in asked),
        f"{training.get('epochs_done')} epochs, kept: epoch {training.get('best_epoch')}",
        f"held out: {json.dumps(figures)}",
        f"A loss reaches {effective(full)} steps back with 1 % of what it has on its own step; "
        f"as trained {effective(trained)}.",
    ]
    training.pop("train", None), training.pop("validation", None)
    places.make()
    return Outcome(
        _lines("\n".join(said)),
        {"architecture": architecture(net), "shapes": shapes, "training": training, "figures": figures,
         "reach": full, "reach as trained": trained},
        {"reach.png": lambda path: pictures.reach(path, full, trained)},
    )  # fmt: skip


def architecture(net: RNN) -> str:
    """The network in a line."""
    cell = net.cell
    activation = getattr(cell, "activation", None)
    by = "" if activation is None else f" by {activation.name}"
    return (
        f"{type(cell).__name__}: {cell.inputs} inputs, {cell.units} units{by}, {net.outputs} outputs, "
        f"{net.loss.name}"
    )


def _held_out(stored: Stored) -> tuple[Array, Array]:
    """Windows that the model's file keeps, with the target of their last step."""
    if stored.about["kind"] == "series":
        return windows_of(from_stored(stored))
    alphabet, length, recent = text.alphabet_of(stored)
    length = min(length, len(recent) - 1)
    found = np.lib.stride_tricks.sliding_window_view(recent, length + 1)
    kinds = len(alphabet)
    dtype = stored.params.U.dtype
    return one_hot(found[:, :-1], kinds, dtype), one_hot(found[:, -1], kinds, dtype)


def generate(options: argparse.Namespace, places: Places) -> Outcome:
    """Text, character by character."""
    stored = read_model(options.model)
    try:
        alphabet, length, recent = text.alphabet_of(stored)
        codes = text.encoded(options.prompt, alphabet) if options.prompt else recent
    except ValueError as error:
        raise ValueError(f"{cut(str(options.model))}: {error}") from None
    rng = np.random.default_rng(options.seed)
    found = text.written(stored.net, stored.params, codes, length, options.steps, options.temperature, rng)
    shown = "".join(alphabet[code] for code in found)
    return Outcome(options.prompt + shown, {"prompt": options.prompt, "text": shown})


COMMANDS: Mapping[str, Command] = {
    "train": train,
    "forecast": forecast,
    "predict": predict,
    "evaluate": evaluate,
    "inspect": inspect,
    "generate": generate,
}
