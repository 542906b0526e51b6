"""The course of a training: where it stands, the best parameters so far, and the losses along the way.

A course goes into a checkpoint whole, with the generator's state, and comes out as it was. So a training that
was killed goes on from its last checkpoint to the parameters, to the bit, that it would have had.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from rnn.cells import Params
from rnn.common.arrays import Array
from rnn.network import RNN
from rnn.optimisers import State
from rnn.storage import load, save
from rnn.training import Standing


@dataclass(frozen=True, eq=False)
class Course:
    """After some epochs: the standing, the losses by epoch, and the parameters whose validation was best."""

    standing: Standing
    train: tuple[float, ...]
    validation: tuple[float, ...]
    best: Params
    best_epoch: int

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return self.standing.epoch

    def waited(self, patience: int) -> bool:
        """Has nothing become better for so many epochs? Never, if they are 0."""
        return 0 < patience <= self.epoch - self.best_epoch


def advanced(course: Course | None, standing: Standing) -> Course:
    """The course with one more epoch, or the first."""
    loss = inf if standing.validation_loss is None else standing.validation_loss
    train, validation = ((), ()) if course is None else (course.train, course.validation)
    train, validation = (*train, standing.train_loss), (*validation, loss)
    if course is None or loss < course.validation[course.best_epoch]:
        return Course(standing, train, validation, standing.params, standing.epoch)
    return Course(standing, train, validation, course.best, course.best_epoch)


def keep(path: Path, net: RNN, course: Course, rng: np.random.Generator, of: str) -> None:
    """Write a checkpoint, whole or not at all; ``of`` says of which run it is."""
    standing = course.standing
    arrays: dict[str, Array] = {f"best.{name}": block for name, block in course.best._asdict().items()}
    arrays |= {f"moment.{place}": moment for place, moment in enumerate(standing.state.moments)}
    about = {
        "of": of,
        "epoch": standing.epoch,
        "done": standing.state.done,
        "total": standing.state.total,
        "train": course.train,
        "validation": course.validation,
        "best_epoch": course.best_epoch,
        "rng": rng.bit_generator.state,
    }
    save(path, net, standing.params, arrays=arrays, about=about)


def kept(path: Path, net: RNN, of: str) -> tuple[Course, np.random.Generator]:
    """The course that a checkpoint holds, and its generator. ValueError for one of another run."""
    stored = load(path)
    about: Mapping[str, Any] = stored.about
    # A file says nothing of loops: those are the run's own.
    if about.get("of") != of or replace(stored.net, loops=net.loops) != net:
        raise ValueError(f"{path}: the checkpoint of another run, needed this one's")
    moments = [name for name in stored.arrays if name.startswith("moment.")]
    state = State(about["done"], about["total"], tuple(stored.arrays[name] for name in sorted(moments)))
    train, validation = tuple(about["train"]), tuple(about["validation"])
    standing = Standing(about["epoch"], stored.params, state, train[-1], validation[-1])
    best = type(stored.params)(*(stored.arrays[f"best.{name}"] for name in stored.params._fields))
    rng = np.random.default_rng()
    rng.bit_generator.state = about["rng"]
    return Course(standing, train, validation, best, about["best_epoch"]), rng
