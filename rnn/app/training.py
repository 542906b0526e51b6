"""The training of ``python -m rnn train``: in a folder, epoch by epoch, from its checkpoint if it has one."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from rnn.app import series, text
from rnn.app.course import Course, advanced, keep, kept
from rnn.app.folder import Folder
from rnn.app.recipe import Recipe, truncation_of
from rnn.app.task import Task
from rnn.app.threads import each_held
from rnn.console.command_line import missing
from rnn.console.files import undelivered
from rnn.loops import LIBRARIES, NAMED, CompiledLoops, installed
from rnn.through_time.bptt import Loops
from rnn.training import by_epoch

TASKS: dict[str, Callable[[dict[str, Any], Recipe, Loops], Task]] = {"series": series.task, "text": text.task}

OnEpoch = Callable[[Course], object]
"""Called after each epoch, with the course so far."""


@dataclass(frozen=True, eq=False)
class Run:
    """What was asked for, as the folder keeps it, and the task that it comes to."""

    asked: dict[str, Any]
    recipe: Recipe
    loops: str
    every: int
    task: Task


def run_of(asked: dict[str, Any]) -> Run:
    """The run of what is asked for. ValueError where that is no run, or one that cannot be.

    Its loops are those by which it was begun, so that it ends with the same bytes whatever is installed when
    it goes on. Of version 1, which does not say, they are NumPy's.
    """
    try:
        recipe, data = Recipe(**asked["recipe"]), asked["data"]
        truncation_of(recipe.truncation)
        recipe.descent()
        loops = asked.get("loops", "numpy")
        if NAMED[loops] == CompiledLoops() and not installed():
            raise ValueError(f"the run: begun by compiled loops; {missing(LIBRARIES[0], 'compiled')}")
        task = TASKS[data["kind"]](data, recipe, NAMED[loops])
        return Run(asked, recipe, loops, asked["checkpoint_every"], task)
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"{type(error).__name__}: {error}, needed what train was asked for") from None


def trained(run: Run, folder: Folder, digest: str, on_epoch: OnEpoch) -> Course:
    """The course to its end, with a checkpoint every so many epochs; ``on_epoch`` is called after each.

    Goes on from the checkpoint in the folder, if there is one. Raises ``Undelivered`` where a checkpoint
    cannot be written; the last one is then still there.
    """
    task, recipe = run.task, run.recipe
    course, rng = None, np.random.default_rng(recipe.seed)
    params = task.net.init(rng, task.learn.xs.dtype)
    if folder.checkpoint.exists():
        course, rng = kept(folder.checkpoint, task.net, digest)
        on_epoch(course)
    standings = by_epoch(
        task.net,
        params,
        task.learn,
        task.choose,
        epochs=recipe.epochs,
        batch=recipe.batch,
        optimiser=recipe.descent(),
        truncation=truncation_of(recipe.truncation),
        rng=rng,
        after=None if course is None else course.standing,
    )
    for standing in each_held(task.net, min(recipe.batch, len(task.learn.xs)), standings):
        if course is not None and course.waited(recipe.patience):
            break
        course = advanced(course, standing)
        ended = course.epoch == recipe.epochs or course.waited(recipe.patience)
        if course.epoch % run.every == 0 or ended:
            _checkpoint(folder, task, course, rng, digest)
        on_epoch(course)
    assert course is not None
    return course


def _checkpoint(folder: Folder, task: Task, course: Course, rng: np.random.Generator, digest: str) -> None:
    with undelivered(folder.checkpoint, f"after epoch {course.epoch}; {going_on(folder)}"):
        keep(folder.checkpoint, task.net, course, rng, digest)


def going_on(folder: Folder) -> str:
    """How to go on, and from where."""
    if not folder.checkpoint.exists():
        return "no checkpoint yet"
    return f"the last checkpoint is kept; to go on: python -m rnn train --out {folder.path} --resume"


def said_of(course: Course, epochs: int) -> str:
    """Where a course stands, in a line."""
    validation = course.validation[-1]
    also = f", validation {validation:.4g}" if isfinite(validation) else ""
    return (
        f"epoch {course.epoch} of {epochs}, loss {course.train[-1]:.4g}{also}, "
        f"best at epoch {course.best_epoch}"
    )
