"""Timing: contenders in turn, round after round, so that what disturbs one disturbs the others.

What ran just before decides what is in the caches and which threads are awake, and biases a small row by a
quarter. So each timed block of calls waits until the threads of the contender before are asleep, and is
preceded by one untimed call of its own; and each round starts with another contender. A ratio is formed
within each round, of two blocks that ran close together, and the median of those ratios is reported; the
ratio of two medians would mix rounds.
"""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

# Seconds from one look at this process's threads to the next, and for how long at most they are waited for:
# after a product OpenBLAS's stay on the processors for 25 to 110 ms, PyTorch's for 15.
LOOK, AWAKE = 0.005, 0.5


@dataclass(frozen=True)
class Effort:
    """``rounds`` at most, ``least`` at least, in between as the ``budget`` allows; a ``block`` of calls each.

    Budget and block are in seconds, the budget for all contenders of a row together.
    """

    rounds: int
    least: int
    block: float
    budget: float


QUICK = Effort(rounds=9, least=3, block=0.002, budget=0.3)
THOROUGH = Effort(rounds=31, least=5, block=0.02, budget=4.0)


@dataclass(frozen=True)
class Quartiles:
    """A median with the quartiles around it."""

    lower: float
    median: float
    upper: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Quartiles":
        lower, median, upper = (float(q) for q in np.quantile(values, (0.25, 0.5, 0.75)))
        return cls(lower, median, upper)


@dataclass(frozen=True)
class Times:
    """One contender's seconds a call, by round, and how many processors it kept busy."""

    seconds: tuple[float, ...]
    processors: float = 1.0

    @property
    def milliseconds(self) -> Quartiles:
        return Quartiles.of([1e3 * each for each in self.seconds])

    def over(self, other: "Times") -> Quartiles:
        """This contender's time over the other's, round by round."""
        return Quartiles.of([a / b for a, b in zip(self.seconds, other.seconds, strict=True)])


TimedCall = Callable[[], object]


def interleaved(calls: Mapping[str, TimedCall], effort: Effort) -> dict[str, Times]:
    """Every call timed in turn, for as many rounds as the effort allows."""
    once = {name: _warm(call) for name, call in calls.items()}
    repeats = {name: max(1, ceil(effort.block / seconds)) for name, seconds in once.items()}
    a_round = sum(seconds * (repeats[name] + 1) for name, seconds in once.items())
    rounds = min(effort.rounds, max(effort.least, int(effort.budget / a_round)))

    names = list(calls)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    busy = dict.fromkeys(names, 0.0)
    for turn in range(rounds):
        start = turn % len(names)
        for name in names[start:] + names[:start]:
            spent, processor = _block(calls[name], repeats[name])
            seconds[name].append(spent / repeats[name])
            busy[name] += processor
    return {
        name: Times(tuple(each), busy[name] / (sum(each) * repeats[name])) for name, each in seconds.items()
    }


def _warm(call: TimedCall) -> float:
    """The seconds of a call, after one that may have to set things up."""
    return _block(call, 1)[0]


def _block(call: TimedCall, repeats: int) -> tuple[float, float]:
    """Seconds on the clock and on processors that ``repeats`` calls take, after one that is not counted."""
    _wait_for_sleep()
    call()
    collecting = gc.isenabled()
    gc.disable()
    try:
        processor, start = time.process_time(), time.perf_counter()
        for _ in range(repeats):
            call()
        spent = time.perf_counter() - start
        return spent, time.process_time() - processor
    finally:
        if collecting:
            gc.enable()


def _wait_for_sleep() -> None:
    """Until no thread of this process has anything to do, or is waiting for work on a processor."""
    for _ in range(int(AWAKE / LOOK)):
        before = time.process_time()
        time.sleep(LOOK)
        if time.process_time() - before < LOOK / 10:
            return
