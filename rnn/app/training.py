"""The training of ``python -m rnn train``: in a folder, epoch by epoch, from its checkpoint if it has one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn.app import series, text
from rnn.app.checkpoint import keep, kept
from rnn.app.folder import Folder
from rnn.app.recipe import Recipe, truncation_of
from rnn.app.task import TrainingTask
from rnn.app.threads import each_held
from rnn.console.command_line import missing
from rnn.console.files import undelivered
from rnn.learning.dropout import checked_dropout
from rnn.loops import LIBRARIES, NAMED, CompiledLoops, installed
from rnn.through_time.bptt import Loops
from rnn.training import Course, Learnt, by_epoch, courses

TASKS: dict[str, Callable[[dict[str, Any], Recipe, Loops], TrainingTask]] = {
    "series": series.task,
    "text": text.task,
}

OnEpoch = Callable[[Sequence[Learnt], Course], object]
"""Called after each epoch, with the lessons that have ended, and the course of the next so far."""


@dataclass(frozen=True, eq=False)
class Run:
    """What was asked for, as the folder keeps it, and the task that it comes to."""

    request: dict[str, Any]
    recipe: Recipe
    loops: str
    every: int
    task: TrainingTask

    def epochs(self, ended: Sequence[Learnt], course: Learnt) -> tuple[int, int]:
        """How many are done in all lessons, and how many these take, by what early stopping has shown.

        A lesson takes as many as those that have ended, and as many as are asked for where none has. The one
        that goes on has at least so many as early stopping leaves it after its best.
        """
        stopping = self.recipe.early_end()
        past = sum(each.epoch for each in ended)
        usual = now = past / len(ended) if ended else self.recipe.epochs
        if course.has_ended(stopping):
            now = course.epoch
        elif stopping is not None:
            now = min(self.recipe.epochs, max(usual, course.best_epoch + stopping.n_iter_no_change))
        to_come = len(self.task.lessons) - len(ended) - 1
        return past + course.epoch, round(past + now + usual * to_come)


def run_of(request: dict[str, Any]) -> Run:
    """The run of what is asked for. ValueError where that is no run, or one that cannot be.

    Its loops are those by which it was begun, so that it ends with the same bytes whatever is installed when
    it goes on. Of version 1, which does not say, they are NumPy's.
    """
    try:
        recipe, data = Recipe.from_json(request["recipe"]), request["data"]
        truncation_of(recipe.truncation)
        recipe.descent(recipe.rates(1)), recipe.early_end()
        loops = request.get("loops", "numpy")
        if NAMED[loops] == CompiledLoops() and not installed():
            raise ValueError(f"the run: begun by compiled loops; {missing(LIBRARIES[0], 'compiled')}")
        task = TASKS[data["kind"]](data, recipe, NAMED[loops])
        checked_dropout(recipe.dropout, task.net.handed_up, "--dropout")
        return Run(request, recipe, loops, request["checkpoint_every"], task)
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"{type(error).__name__}: {error}, needed what train was asked for") from None


def trained(run: Run, folder: Folder, digest: str, on_epoch: OnEpoch) -> Sequence[Learnt]:
    """What each lesson comes to, with a checkpoint every so many epochs; ``on_epoch`` is called after each.

    Goes on from the checkpoint in the folder, if there is one. Raises ``Undelivered`` where a checkpoint
    cannot be written; the last one is then still there.
    """
    ended: tuple[Learnt, ...] = ()
    course, rng = None, _generator(run.recipe, 0)
    if folder.checkpoint.exists():
        ended, course, rng = kept(folder.checkpoint, run.task.net, digest)
        on_epoch(ended, course)
    while len(ended) < len(run.task.lessons):
        ended = (*ended, _learnt(run, folder, digest, on_epoch, ended, course, rng))
        course, rng = None, _generator(run.recipe, len(ended))
    return ended


def _generator(recipe: Recipe, place: int) -> np.random.Generator:
    """Of the first lesson the seed's own, and of each other another."""
    return np.random.default_rng([recipe.seed, place] if place else recipe.seed)


def _learnt(
    run: Run,
    folder: Folder,
    digest: str,
    on_epoch: OnEpoch,
    ended: Sequence[Learnt],
    after: Course | None,
    rng: np.random.Generator,
) -> Learnt:
    """The course of the lesson after those that have ended, to its end."""
    net, recipe, lesson = run.task.net, run.recipe, run.task.lessons[len(ended)]
    standings = by_epoch(
        net,
        lesson.begin(net, rng) if after is None else after.standing.params,
        lesson.learn,
        lesson.choose,
        epochs=recipe.epochs,
        batch=recipe.batch,
        optimiser=recipe.descent(recipe.rates(-(-len(lesson.learn.xs) // recipe.batch))),
        truncation=truncation_of(recipe.truncation),
        rng=rng,
        dropout=recipe.dropout,
        after=None if after is None else after.standing,
    )
    standings = each_held(net, min(recipe.batch, len(lesson.learn.xs)), standings)
    course, stopping = after, recipe.early_end()
    for course in courses(standings, stopping, after):
        if course.epoch % run.every == 0 or course.epoch == recipe.epochs or course.has_ended(stopping):
            with undelivered(folder.checkpoint, f"after epoch {course.epoch}; {going_on(folder)}"):
                keep(folder.checkpoint, net, ended, course, rng, digest)
        on_epoch(ended, course)
    assert course is not None
    return course


def going_on(folder: Folder) -> str:
    """How to go on, and from where."""
    if not folder.checkpoint.exists():
        return "no checkpoint yet"
    return f"the last checkpoint is kept; to go on: python -m rnn train --out {folder.path} --resume"


def progress_of(course: Learnt, epochs: int) -> str:
    """Where a course stands, first what matters most, since the line of the progress may be cut off."""
    losses = f"validation {course.validation[-1]:.4g}, training {course.train[-1]:.4g}"
    return f"epoch {course.epoch}/{epochs}, {losses}, best at epoch {course.best_epoch}"


def said_of(course: Learnt, epochs: int) -> str:
    """What a course has come to, in a line, with its losses as means."""
    losses = f"mean loss {course.train[-1]:.4g}, validation {course.validation[-1]:.4g}"
    return f"epoch {course.epoch} of {epochs}, {losses}, best at epoch {course.best_epoch}"
