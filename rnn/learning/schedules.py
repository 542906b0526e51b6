"""Schedules: the learning rate of each update of a run.

A schedule is a function of how many updates are done, and of how many there are to be, and holds nothing
else: a run that goes on from a checkpoint has the rates that it would have had.
"""

from dataclasses import dataclass
from math import cos, inf, isfinite, pi
from typing import Protocol

from rnn.common.checks import checked_count, checked_number, keep, offers, shown


class Schedule(Protocol):
    """A learning rate that may change from update to update."""

    def rate_at(self, done: int, updates: int | None) -> float:
        """The rate after ``done`` of so many ``updates``, where None stands for no end in sight."""
        ...  # pragma: no cover


@dataclass(frozen=True)
class Constant:
    """The same rate at every update."""

    rate: float

    def __post_init__(self) -> None:
        keep(self, rate=positive("Constant.rate", self.rate))

    def rate_at(self, done: int, updates: int | None) -> float:
        return self.rate


@dataclass(frozen=True)
class Cosine:
    """Half a cosine wave from ``rate`` at the first update down to 0 after the last::

        rate_at(done) = rate (1 + cos(π done / updates)) / 2

    It spans the updates that the run is started with, so it is the same object for a run of any
    length, and stays at 0 beyond them.

    Source: Loshchilov and Hutter (2017), "SGDR", equation 5 with η_min = 0, without restarts.
    """

    rate: float

    def __post_init__(self) -> None:
        keep(self, rate=positive("Cosine.rate", self.rate))

    def rate_at(self, done: int, updates: int | None) -> float:
        done, updates = checked_progress(done, updates)
        if updates is None:
            raise ValueError("updates: None, needed the number of updates that Cosine has to span")
        return self.rate * (1 + cos(pi * min(done / updates, 1))) / 2


@dataclass(frozen=True)
class StepDecay:
    """The rate is multiplied by ``gamma`` after every ``step_size`` updates::

        rate_at(done) = rate · gamma^⌊done / step_size⌋

    The names are those of PyTorch's ``StepLR``, whose ``step_size`` counts calls of its ``step``: often
    epochs. Here it counts updates, of which an epoch over N records in batches of B has ⌈N / B⌉.
    """

    rate: float
    step_size: int
    gamma: float = 0.1

    def __post_init__(self) -> None:
        keep(self, rate=positive("StepDecay.rate", self.rate), gamma=positive("StepDecay.gamma", self.gamma))
        keep(self, step_size=checked_count("StepDecay.step_size", self.step_size, 1))
        if self.gamma > 1:
            raise ValueError(f"StepDecay.gamma: {self.gamma}, needed at most 1")

    def rate_at(self, done: int, updates: int | None) -> float:
        done, _ = checked_progress(done, updates)
        return float(self.rate * self.gamma ** (done // self.step_size))


@dataclass(frozen=True)
class Warmup:
    """The rate rises in a line through the first so many ``updates``, to where ``schedule`` begins::

        rate_at(done) = schedule's first rate · (done + 1) / (updates + 1)      done = 0 … updates − 1

    From then on it is the schedule's, which spans what is left of the run. It is what PyTorch's ``LinearLR``
    with a ``start_factor`` of 1 / (updates + 1) makes in a ``SequentialLR`` before the other.

    Source: Goyal et al. (2017), "Accurate, large minibatch SGD", section 2.2, gradual warm-up.
    """

    schedule: Schedule
    updates: int

    def __post_init__(self) -> None:
        check_schedule("Warmup.schedule", self.schedule)
        keep(self, updates=checked_count("Warmup.updates", self.updates, 1))

    def rate_at(self, done: int, updates: int | None) -> float:
        done, updates = checked_progress(done, updates)
        if updates is not None and updates <= self.updates:
            raise ValueError(f"updates: {updates}, needed more than the {self.updates} of Warmup.updates")
        left = None if updates is None else updates - self.updates
        after = max(0, done - self.updates)
        rate = checked_rate("Warmup.schedule", self.schedule, after, left)
        return rate * min(1, (done + 1) / (self.updates + 1))


def checked_rate(name: str, schedule: Schedule, done: int, updates: int | None) -> float:
    """The schedule's rate, a finite float whatever type it is given in; TypeError or ValueError otherwise."""
    name = f"{name}.rate_at({done}, {updates})"
    rate = checked_number(name, schedule.rate_at(done, updates))
    if not isfinite(rate):
        raise ValueError(f"{name}: {rate}, needed a finite number")
    return rate


def check_schedule(name: str, schedule: object) -> None:
    """TypeError unless it is one."""
    if not offers(schedule, "rate_at"):
        raise TypeError(f"{name}: {shown(schedule)}, needed a schedule, as Constant(0.001)")


def checked_progress(done: int, updates: int | None) -> tuple[int, int | None]:
    """Updates done, and of how many, as ints where there are any."""
    done = checked_count("done", done, 0)
    return done, updates if updates is None else checked_count("updates", updates, 1)


def positive(name: str, value: object) -> float:
    """``value`` as a finite float above 0; TypeError or ValueError otherwise."""
    number = checked_number(name, value)
    if not 0 < number < inf:
        raise ValueError(f"{name}: {shown(value)}, needed a finite number above 0")
    return number
