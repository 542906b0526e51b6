"""What is learnt, as the training sees it: a network, records, and what to say of it when it has ended."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from rnn.cells import Params
from rnn.common.arrays import Array
from rnn.data import Records
from rnn.losses import Loss
from rnn.network import RNN
from rnn.training import Learnt

Draw: TypeAlias = Callable[[Path], object]


@dataclass(frozen=True, eq=False)
class Finished:
    """The model, what its file keeps beside it, what is said, the figures by name, and the picture."""

    net: RNN
    params: Params
    arrays: Mapping[str, Array]
    about: Mapping[str, Any]
    said: str
    figures: Mapping[str, Any]
    draw: Draw


@dataclass(frozen=True, eq=False)
class Lesson:
    """The records that a network learns from, and those that choose the epoch.

    With ``adds`` they are what something else has left over, and a network begins as one that adds nothing.
    """

    learn: Records
    choose: Records
    adds: bool = False

    def in_means(self, learnt: Learnt, loss: Loss) -> Learnt:
        """The same with the mean over all losses of an epoch in place of their sum."""
        learning, choosing = (
            each.targets[..., 0].size if loss.target_axes else each.targets.size
            for each in (self.learn, self.choose)
        )
        return replace(
            learnt,
            train=tuple(value / learning for value in learnt.train),
            validation=tuple(value / choosing for value in learnt.validation),
        )

    def begin(self, net: RNN, rng: np.random.Generator) -> Params:
        """The parameters to begin with."""
        params: Params = net.init(rng, self.learn.xs.dtype)
        return params._replace(V=np.zeros_like(params.V)) if self.adds else params


@dataclass(frozen=True, eq=False)
class TrainingTask:
    """A network, the lessons, each for parameters of its own, and the end."""

    net: RNN
    lessons: Sequence[Lesson]
    said: str
    finish: Callable[[Sequence[Learnt]], Finished]
