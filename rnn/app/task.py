"""What is learnt, as the training sees it: a network, records, and what to say of it when it has ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from rnn.app.course import Course
from rnn.common.arrays import Array
from rnn.data import Records
from rnn.network import RNN

Draw: TypeAlias = Callable[[Path], object]


@dataclass(frozen=True, eq=False)
class Finished:
    """What the model's file keeps, what is said, the figures by name, and the picture."""

    arrays: Mapping[str, Array]
    about: Mapping[str, Any]
    said: str
    figures: Mapping[str, Any]
    draw: Draw


@dataclass(frozen=True, eq=False)
class Task:
    """A network, the records that it learns from, those that choose the epoch, and the end."""

    net: RNN
    learn: Records
    choose: Records
    said: str
    finish: Callable[[Course], Finished]
