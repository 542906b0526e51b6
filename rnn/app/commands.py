"""``python -m rnn``: the commands, what they write, and ``train``.

Text goes to standard output, progress to standard error. What the user got wrong is one line and exit code 2,
before anything is made; the result is written when all is done, each file whole or not at all.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, redirect_stdout
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from rnn.app import series, text
from rnn.app.answers import evaluate, forecast, predict
from rnn.app.checkpoint import losses_of
from rnn.app.exporting import export
from rnn.app.folder import NAMES, Folder
from rnn.app.inspection import generate, inspect
from rnn.app.options import FILES, PROGRAM, arguments, columns_of, recipe_of
from rnn.app.outcome import Command, Outcome, finite, in_lines, save_json
from rnn.app.table import read
from rnn.app.training import Run, going_on, progress_of, run_of, said_of, trained
from rnn.app.verified import IS_REFUTED, Assurance, assured
from rnn.common.checks import cut
from rnn.common.compiling import on_compiling
from rnn.console.command_line import FAILED, HOLDS, REFUTED, complain
from rnn.console.files import Save, deliver, read_text
from rnn.console.places import STANDARD_OUTPUT, Places, same_place
from rnn.console.progress import Progress, width
from rnn.console.signals import Terminated
from rnn.storage import save
from rnn.training import Learnt


@np.errstate(over="ignore", invalid="ignore")
def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code.

    NumPy does not warn of what is not finite: that is refused, or reported, by its name.
    """
    options = arguments(argv)
    try:
        places = _places(options)
        _refuse_to_overwrite(options, places)
        out = redirect_stdout(sys.stderr) if places.json_to_standard_output else nullcontext()
        with out, on_compiling(partial(_notice_of_compiling, options.command)):
            outcome = COMMANDS[options.command](options, places)
    except OSError as error:
        options.error(f"{_of_the_system(error)}, needed a file that can be read")
    except (ValueError, MemoryError) as error:
        options.error(str(error) or "it does not fit in memory, needed something smaller")
    except FloatingPointError as error:
        complain(f"{PROGRAM} {options.command}", str(error))
        return FAILED
    _deliver(outcome, places)
    return HOLDS


def _places(options: argparse.Namespace) -> Places:
    """The places of the results; an error ends the command."""
    places = Places(_folder(options), FILES[options.command], options.json)
    try:
        places.check()
    except OSError as error:
        options.error(f"{_of_the_system(error)}, needed a place to write to")
    return places


def _of_the_system(error: OSError) -> str:
    return f"{cut(str(error.filename))}: {error.strerror or error}"


def _notice_of_compiling(command: str) -> None:
    if sys.stderr.isatty():
        # The line of the progress may stand there.
        print(f"\r{'':{width()}}\r", end="", file=sys.stderr)
    said = "compiling the loops of this cell, once, which takes some seconds; they are kept on disk"
    complain(f"{PROGRAM} {command}", said)


def _folder(options: argparse.Namespace) -> Path | None:
    """The folder of the files: the one given, else that of the model; None if there are no files."""
    if not FILES[options.command] or options.out is not None:
        return getattr(options, "out", None)
    model: Path = options.model
    return model if model.is_dir() else model.parent


def _refuse_to_overwrite(options: argparse.Namespace, places: Places) -> None:
    """ValueError if a result would go where the command reads, or where a training keeps what it needs."""
    read_from = [getattr(options, name, None) for name in ("model", "data", "text")]
    if options.command != "train":
        home = options.model if options.model.is_dir() else options.model.parent
        read_from += [home / name for name in NAMES]
    written = [] if places.folder is None else [places.folder / name for name in places.names]
    if places.json is not None and not places.json_to_standard_output:
        written.append(places.json)
    for path in written:
        if any(kept is not None and same_place(path, kept) for kept in read_from):
            raise ValueError(f"{cut(str(path))}: is read or kept, needed another place for the result")
        # An older result may be replaced. What has another name is something else.
        if path == places.json and path.is_file() and path.suffix != ".json":
            raise ValueError(f"{cut(str(path))}: is there, needed a new file, or one named .json")


def _deliver(outcome: Outcome, places: Places) -> None:
    stream = sys.stderr if places.json_to_standard_output else sys.stdout
    print(outcome.said, file=stream)
    # The JSON first: it holds everything, and needs no drawing.
    files: dict[Path, Save] = {}
    if places.json is not None:
        files[places.json] = partial(save_json, outcome.result)
    if places.folder is not None:
        files |= {places.folder / name: each for name, each in outcome.files.items()}
    for path in deliver(files):
        if path != STANDARD_OUTPUT:
            print(f"Written: {path}", file=stream)


def train(options: argparse.Namespace, places: Places) -> Outcome:
    """Fills a folder with a model, from the start or from its last checkpoint."""
    folder = Folder(options.out)
    if options.resume:
        request, digest = folder.read_run()
        run = run_of(request)
    else:
        folder.refuse_used()
        run, digest = run_of(_request(options)), ""
    assurance = assured(run.recipe.judged_as(), run.loops, options.verify)
    if assurance.verdict == IS_REFUTED:
        complain("python -m rnn train", assurance.said)
        raise SystemExit(REFUTED)
    print(in_lines(assurance.said))
    places.make()
    with folder.locked():
        if not options.resume:
            # Once more: another training may have begun and ended while this one waited.
            folder.refuse_used()
            digest = folder.write_run(run.request)
        return _trained(run, folder, digest, assurance)


def _request(options: argparse.Namespace) -> dict[str, Any]:
    """The request of the flags, with the data, as the folder stores it."""
    if options.text is not None:
        data = text.run_data(_text(options.text), options.text.name)
    else:
        columns = columns_of(options)
        found = series.sine() if columns is None else read(options.data, columns, options.fill)
        data = series.run_data(found, options.unit, options.season, columns, options.calendar)
    recipe = recipe_of(options)
    if recipe.loss is None:
        recipe = replace(recipe, loss=(series if options.text is None else text).USUAL_LOSS)
    return {
        "recipe": recipe.as_json(),
        "loops": recipe.usual_loops(),
        "checkpoint_every": options.checkpoint_every,
        "data": data,
    }


def _text(path: Path) -> str:
    try:
        return read_text(path).read()
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{cut(str(path))}: byte {error.start} is no UTF-8, needed a text in UTF-8"
        ) from None


def _trained(run: Run, folder: Folder, digest: str, assurance: Assurance) -> Outcome:
    epochs, lessons, progress = run.recipe.epochs, run.task.lessons, Progress({"training": 1.0})
    loss = run.task.net.loss

    def which(form: str, place: int) -> str:
        return "" if len(lessons) == 1 else form.format(place + 1, len(lessons))

    print(in_lines(run.task.said))
    try:
        with progress.part("training") as show:

            def on_epoch(ended: Sequence[Learnt], course: Learnt) -> None:
                mean = lessons[len(ended)].in_means(course, loss)
                show(*run.epochs(ended, course), which("net {}/{}, ", len(ended)) + progress_of(mean, epochs))

            learnt = trained(run, folder, digest, on_epoch)
    except (KeyboardInterrupt, Terminated):
        complain("python -m rnn train", f"stopped; {going_on(folder)}")
        raise
    finished = run.task.finish(learnt)
    means = [lesson.in_means(course, loss) for lesson, course in zip(lessons, learnt, strict=True)]
    networks = [{"epochs_done": mean.epoch, **losses_of(mean)} for mean in means]
    training = {**run.recipe.as_json(), "loops": run.loops, "networks": networks}
    seen = assurance.as_json()
    about = {
        **finished.about,
        "training": training,
        "figures": finite(finished.figures),
        "verification": seen,
    }
    files: dict[str, Save] = {
        folder.model.name: lambda path: save(
            path, finished.net, finished.params, arrays=finished.arrays, about=about
        ),
        folder.picture.name: finished.draw,
    }
    return Outcome(
        "\n".join(
            [
                *(which("network {} of {}: ", at) + said_of(mean, epochs) for at, mean in enumerate(means)),
                in_lines(finished.said),
            ]
        ),
        {"training": training, **finished.figures, "verification": seen},
        files,
    )


COMMANDS: Mapping[str, Command] = {
    "train": train,
    "forecast": forecast,
    "predict": predict,
    "evaluate": evaluate,
    "inspect": inspect,
    "generate": generate,
    "export": export,
}
