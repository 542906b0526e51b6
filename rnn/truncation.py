"""How far back a loss may reach, and the sweeps that follow from it.

Write G[t, s] for the part of ∂ℓ_t/∂θ that enters through the parameters' use at step s ≤ t. Every
truncated gradient is a masked sum, g = Σ_t Σ_{s ≤ t} [s ≥ first(t)] · G[t, s], and a truncation is one
function, ``first(t, steps)``: the earliest step that the loss at step t may reach. A loss with
first(t) > t reaches no recurrent parameter. The readout's V and c take every loss, and the initial
state takes a loss exactly when first(t) = 0.

====================  ==================================================================
``Full()``            every loss reaches every earlier step
``Window(k)``         every loss reaches k jumps back: its own window
``Chunked(k1, k2)``   the losses of a chunk of k1 steps reach back together
``Tail(k)``           every loss reaches the last k steps of the sequence alone
====================  ==================================================================

Window(k) = Chunked(1, k + 1), and Full() = Chunked(T) = Window(T − 1) = Tail(T).
"""

from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar, NamedTuple, Protocol

from rnn.common.checks import checked_count, keep, offers, shown


class Truncation(Protocol):
    """A truncation: an object with one method, which every call asks anew, for each of its losses.

    A class may say ``asked_once: ClassVar[bool] = True`` in its own body, if its objects can be hashed, equal
    ones answer alike, and none ever answers otherwise than before. What a class inherits says nothing of what
    it adds, so a subclass has to say so again.
    """

    def first(self, t: int, steps: int) -> int:
        """The earliest step that the loss at step t of a sequence of ``steps`` steps may reach."""
        ...  # pragma: no cover


@dataclass(frozen=True)
class Full:
    """No truncation: what automatic differentiation of the whole sequence computes."""

    asked_once: ClassVar[bool] = True

    def first(self, t: int, steps: int) -> int:
        _checked_loss(t, steps)
        return 0


@dataclass(frozen=True)
class Window:
    """Each loss flows k recurrent jumps back from its own step, so through k + 1 steps.

    k counts jumps: ``Window(0)`` is the loss's own step alone. The same is computed by the
    tutorials' ``bptt_truncate`` and by MyGrad's ``bp_lim``; no mainstream framework offers it,
    since it cannot be written as detached states on one shared graph.
    """

    k: int

    asked_once: ClassVar[bool] = True

    def __post_init__(self) -> None:
        keep(self, k=checked_count("Window.k", self.k, 0))

    def first(self, t: int, steps: int) -> int:
        t, steps = _checked_loss(t, steps)
        return max(0, t - self.k)


@dataclass(frozen=True)
class Chunked:
    """The sequence is cut into chunks of k1 steps, and k2 counts steps back from a chunk's end.

    k2 = k1 (the default, ``None``): each loss reaches the start of its own chunk, as with PyTorch's
    ``detach`` at chunk starts, ignite, or a stateful Keras layer. k2 > k1: k2 − k1 steps before the
    chunk as well, which is TBPTT(k1, k2) of Sutskever (2013) and BPTT(h; h′) of Williams and Peng
    (1990). k2 < k1: the last k2 steps of each chunk alone, as in Deeplearning4j. A ragged last chunk is
    measured by its own ends.
    """

    k1: int
    k2: int | None = None

    asked_once: ClassVar[bool] = True

    def __post_init__(self) -> None:
        keep(self, k1=checked_count("Chunked.k1", self.k1, 1))
        if self.k2 is not None:
            keep(self, k2=checked_count("Chunked.k2", self.k2, 0))

    def first(self, t: int, steps: int) -> int:
        t, steps = _checked_loss(t, steps)
        k2 = self.k1 if self.k2 is None else self.k2
        start = self.k1 * (t // self.k1)
        stop = min(steps, start + self.k1)
        earlier, skipped = max(0, k2 - self.k1), max(0, stop - start - k2)
        return max(0, start - earlier + skipped)


@dataclass(frozen=True)
class Tail:
    """Every loss, at whatever step, reaches the last k steps of the sequence and no others.

    k counts steps. The same is computed by Theano's ``truncate_gradient`` and by Lasagne.
    """

    k: int

    asked_once: ClassVar[bool] = True

    def __post_init__(self) -> None:
        keep(self, k=checked_count("Tail.k", self.k, 0))

    def first(self, t: int, steps: int) -> int:
        t, steps = _checked_loss(t, steps)
        return max(0, steps - self.k)


def check_truncation(truncation: object) -> None:
    """TypeError unless it is one: an object with ``first``; a class is none."""
    if not offers(truncation, "first"):
        raise TypeError(
            f"truncation: {shown(truncation)}, needed a truncation with first(t, steps), as rnn.Window(5)"
        )


def first_steps(truncation: Truncation, steps: int, first_loss: int) -> tuple[int, ...]:
    """What a truncation answers for each of the losses at first_loss ≤ t < steps.

    Raises TypeError or ValueError for what is no truncation, for numbers that are no steps, and where
    ``first`` gives no integer of at least 0.
    """
    check_truncation(truncation)
    first_loss, steps = _checked_loss(first_loss, steps, "first_loss")
    return tuple(
        checked_count(f"truncation.first({t}, {steps})", truncation.first(t, steps), 0)
        for t in range(first_loss, steps)
    )


class Sweep(NamedTuple):
    """The losses at seed ≤ t < stop flow back together to step ``first``."""

    first: int
    seed: int
    stop: int

    @property
    def depth(self) -> int:
        """How many steps the sweep goes back."""
        return self.stop - self.first


def sweeps(truncation: Truncation, steps: int, first_loss: int) -> tuple[Sweep, ...]:
    """The sweeps of a sequence whose losses stand at first_loss ≤ t < steps, earliest first.

    Neighbouring losses with the same ``first`` share a sweep. Losses that reach no step make none.
    Raises TypeError or ValueError as ``first_steps`` does.

    >>> sweeps(Chunked(2), 5, 0)
    (Sweep(first=0, seed=0, stop=2), Sweep(first=2, seed=2, stop=4), Sweep(first=4, seed=4, stop=5))
    """
    found = []
    answers, stop = first_steps(truncation, steps, first_loss), int(first_loss)
    for first, losses in groupby(answers):
        seed, stop = stop, stop + len(list(losses))
        if first < stop:
            found.append(Sweep(first, seed, stop))
    return tuple(found)


def _checked_loss(t: int, steps: int, name: str = "t") -> tuple[int, int]:
    """The step of a loss and the number of steps as counts that fit, or an error that names one."""
    steps, t = checked_count("steps", steps, 1), checked_count(name, t, 0)
    if t >= steps:
        raise ValueError(f"{name}: {t}, needed at most {steps - 1} in a sequence of {steps} steps")
    return t, steps
