"""Checkpoints: the course of a training, whole, in a file.

With it are the generator's state and the trainings of the same run that ended before it, and all comes out as
it was. So a training that was killed goes on from its last checkpoint to the parameters, to the bit, that it
would have had.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from rnn.cells import Params
from rnn.common.arrays import Array
from rnn.network import RNN
from rnn.optimisers import State
from rnn.storage import Stored, load, save
from rnn.training import Course, Learnt, Standing


def keep(
    path: Path, net: RNN, ended: Sequence[Learnt], course: Course, rng: np.random.Generator, of: str
) -> None:
    """Write a checkpoint, whole or not at all; ``of`` identifies its run.

    ``ended`` are the trainings before this one in the same run.
    """
    standing = course.standing
    arrays = _blocks("best", course.best)
    for place, learnt in enumerate(ended):
        arrays |= _blocks(f"ended.{place}", learnt.best)
    arrays |= {f"moment.{place}": moment for place, moment in enumerate(standing.state.moments)}
    about = {
        "of": of,
        "epoch": standing.epoch,
        "done": standing.state.done,
        "total": standing.state.total,
        **losses_of(course),
        "ended": [losses_of(learnt) for learnt in ended],
        "rng": rng.bit_generator.state,
    }
    save(path, net, standing.params, arrays=arrays, about=about)


def kept(path: Path, net: RNN, of: str) -> tuple[tuple[Learnt, ...], Course, np.random.Generator]:
    """The contents of a checkpoint: the trainings that have ended, the current one, and its generator.

    ValueError for one of another run.
    """
    stored = load(path)
    about: Mapping[str, Any] = stored.about
    # A file says nothing of loops: those are the run's own.
    if about.get("of") != of or replace(stored.net, loops=net.loops) != net:
        raise ValueError(f"{path}: the checkpoint of another run, needed this one's")
    moments = [name for name in stored.arrays if name.startswith("moment.")]
    state = State(about["done"], about["total"], tuple(stored.arrays[name] for name in sorted(moments)))
    now = _learnt(stored, "best", about)
    standing = Standing(about["epoch"], stored.params, state, now.train[-1], now.validation[-1])
    course = Course(now.train, now.validation, now.best, now.best_epoch, standing)
    # Of older versions no training had others before it.
    ended = (_learnt(stored, f"ended.{place}", each) for place, each in enumerate(about.get("ended", ())))
    rng = np.random.default_rng()
    rng.bit_generator.state = about["rng"]
    return tuple(ended), course, rng


def _blocks(name: str, params: Params) -> dict[str, Array]:
    return {f"{name}.{block}": array for block, array in params._asdict().items()}


def losses_of(learnt: Learnt) -> dict[str, Any]:
    """Everything but the parameters, as JSON values."""
    return {"train": learnt.train, "validation": learnt.validation, "best_epoch": learnt.best_epoch}


def _learnt(stored: Stored, name: str, about: Mapping[str, Any]) -> Learnt:
    best = type(stored.params)(*(stored.arrays[f"{name}.{block}"] for block in stored.params._fields))
    return Learnt(tuple(about["train"]), tuple(about["validation"]), best, about["best_epoch"])
