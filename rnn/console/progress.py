"""How much of a whole run is left: one line over all its parts, by what each is expected to take.

What is expected are seconds measured once, of which only the proportions matter: how fast this run has been
so far says what the rest will take. In a terminal the line is written in place, otherwise at each quarter.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

# The run's own speed counts for as much as what is expected, once this share of the run is done.
PRIOR = 0.05


class Show(Protocol):
    """Called with how much of a part is done, of how much, and what is to be said of it."""

    def __call__(self, done: int, total: int, said: str = "", /) -> None: ...  # pragma: no cover


class Progress:
    """The progress of a run whose parts are expected to take these seconds each, in their order."""

    def __init__(self, parts: Mapping[str, float], clock: Callable[[], float] = time.monotonic) -> None:
        self._left = dict(parts)
        self._done = 0.0
        self._seconds: dict[str, float] = {}
        self._clock = clock
        self._started = clock()
        self._quarter = 0
        self._shown = 0

    @contextmanager
    def part(self, name: str) -> Iterator[Show]:
        """The part, while it lasts. It ends when it ends, whatever was last shown of it."""
        started, expected = self._clock(), self._left.pop(name)

        def show(done: int, total: int, said: str = "", /) -> None:
            self._show(said or name, expected, done / total)

        self._show(name, expected, 0.0)
        try:
            yield show
        finally:
            self.erase()
        self._done += expected
        self._seconds[name] = self._clock() - started

    def instead(self, parts: Mapping[str, float]) -> None:
        """What is still to come are these parts and no others."""
        self._left = dict(parts)

    def _show(self, name: str, expected: float, share: float) -> None:
        done, rest = self._done + share * expected, (1 - share) * expected + sum(self._left.values())
        prior = PRIOR * (done + rest)
        slower = (self._clock() - self._started + prior) / (done + prior)
        percent = int(100 * done / (done + rest))
        line = f"{percent} % done, about {duration(slower * rest)} left: "
        if on_terminal():
            line = f"{line}{fitting(name, width() - len(line))}"[: width()]
            print(f"\r{line:{self._shown}}", end="", file=sys.stderr, flush=True)
            self._shown = len(line)
        elif self._quarter < percent // 25 < 4:
            print(line + name, file=sys.stderr, flush=True)
        self._quarter = max(self._quarter, percent // 25)

    def erase(self) -> None:
        """Clear the line, so that something else can be written."""
        if self._shown:
            print(f"\r{'':{self._shown}}\r", end="", file=sys.stderr, flush=True)
        self._shown = 0

    def summary(self) -> str:
        """What the run and each part of it have taken."""
        parts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self._seconds.items())
        return f"100 % done in {duration(self._clock() - self._started)}: {parts}"


def on_terminal() -> bool:
    """Is standard error read by somebody as it is written? A pipe is not, nor a notebook, nor none at all."""
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):
        # There is none, as under pythonw, or it is closed.
        return False


def fitting(said: str, room: int) -> str:
    """As many of its parts, with commas between, as there is room for, and the first in any case.

    >>> fitting("epoch 2, loss 0.25, best at epoch 1", 20), fitting("epoch 2, loss 0.25", 5)
    ('epoch 2, loss 0.25', 'epoch 2')
    """
    while len(said) > room and ", " in said:
        said = said.rpartition(", ")[0]
    return said


def width() -> int:
    """How many characters a line of the terminal takes that is written over."""
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    # What a terminal does not know of itself may be known to whoever started this.
    return (columns or shutil.get_terminal_size().columns) - 1


def duration(seconds: float) -> str:
    """Seconds in words, as exact as an estimate is.

    >>> duration(0.4), duration(42), duration(150), duration(5000)
    ('1 s', '42 s', '2 min', '1 h 23 min')
    """
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
