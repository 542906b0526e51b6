"""Optimisers: plain gradient descent and Adam, each with a schedule for its rate and a way to clip.

::

    optimiser = Adam(Cosine(2e-3), clip=ClipNorm(5.0))
    state = optimiser.start(params, updates=500)
    params, state = optimiser.update(params, grads, state)

An optimiser is a plain value: it knows neither the network, nor the data, nor how long it will run.
What changes is the ``State``, which goes in and comes out, and no array that is given is written to.
Parameters are any NamedTuple of arrays of one float type, and stay so.

An update treats the entries of all gradients as one vector g, in the order of the blocks: few NumPy
calls, and so little time on a small network, whatever the number of blocks; and the norm over all
blocks is simply the norm of g.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, inf, isfinite, pi, sqrt
from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from rnn.arrays import FLOATS, Array, checked_count

Blocks = TypeVar("Blocks", bound=tuple[Array, ...])


class Schedule(Protocol):
    """A learning rate that may change from update to update."""

    def rate_at(self, done: int, total: int | None) -> float:
        """The rate after ``done`` updates of ``total``, where None stands for no end in sight."""
        ...  # pragma: no cover


@dataclass(frozen=True)
class Constant:
    """The same rate at every update."""

    rate: float

    def __post_init__(self) -> None:
        _check_positive("Constant.rate", self.rate)

    def rate_at(self, done: int, total: int | None) -> float:
        return self.rate


@dataclass(frozen=True)
class Cosine:
    """Half a cosine wave from ``rate`` at the first update down to 0 after the last::

        rate_at(done) = rate (1 + cos(π done / total)) / 2

    It spans the updates that the run is started with, so it is the same object for a run of any
    length, and stays at 0 beyond them.

    Source: Loshchilov and Hutter (2017), "SGDR", equation 5 with η_min = 0, without restarts.
    """

    rate: float

    def __post_init__(self) -> None:
        _check_positive("Cosine.rate", self.rate)

    def rate_at(self, done: int, total: int | None) -> float:
        if total is None:
            raise ValueError("updates: None, needed the number of updates that Cosine has to span")
        return self.rate * (1 + cos(pi * min(done / total, 1))) / 2


class Clip(Protocol):
    """A bound on the gradient. ``into(g)`` bounds the vector g of all its entries, in place."""

    def into(self, g: Array) -> None: ...  # pragma: no cover


@dataclass(frozen=True)
class ClipValue:
    """Every entry of the gradient is moved into [−limit, limit], which may turn its direction.

    The article's way, with a limit of 10.
    """

    limit: float

    def __post_init__(self) -> None:
        _check_positive("ClipValue.limit", self.limit)

    def into(self, g: Array) -> None:
        np.clip(g, -self.limit, self.limit, out=g)


@dataclass(frozen=True)
class ClipNorm:
    """A gradient longer than ``limit`` is shortened to it, in its own direction::

        g ← g · min(1, limit / ‖g‖)        ‖g‖² = Σ over every entry of every block

    Source: Pascanu, Mikolov and Bengio (2013), "On the difficulty of training recurrent neural
    networks", algorithm 1.
    """

    limit: float

    def __post_init__(self) -> None:
        _check_positive("ClipNorm.limit", self.limit)

    def into(self, g: Array) -> None:
        with np.errstate(over="ignore"):
            norm = sqrt(g.dot(g))
        if not isfinite(norm):
            # Squares overflow long before entries do (float32: from 1.8e19 on), and a gradient that
            # explodes is what clipping is for. With an entry that is not finite, all become NaN.
            g /= np.abs(g).max()
            norm = sqrt(g.dot(g))
            g *= self.limit / norm
        elif norm > self.limit:
            g *= self.limit / norm


class State(NamedTuple):
    """Where a run stands: updates done, of how many, and the running averages of the optimiser.

    Each of ``moments`` is a vector over the entries of all blocks, in the order of the blocks.
    """

    done: int
    total: int | None
    moments: tuple[Array, ...] = ()


class Optimiser(Protocol):
    """What ``rnn.training.train`` asks of an optimiser."""

    def start(self, params: Blocks, updates: int | None = None) -> State:
        """The state before the first of ``updates`` updates."""
        ...  # pragma: no cover

    def update(self, params: Blocks, grads: Blocks, state: State) -> tuple[Blocks, State]:
        """The parameters and the state after one more update."""
        ...  # pragma: no cover


@dataclass(frozen=True)
class SGD:
    """Gradient descent: θ ← θ − rate · g.

    "Stochastic" where g is of some of the records alone, as with ``rnn.training.train``.

    >>> class Line(NamedTuple):
    ...     slope: Array
    >>> line, sgd = Line(np.array([1.0, 2.0])), SGD(Constant(0.5))
    >>> sgd.update(line, Line(np.array([2.0, 4.0])), sgd.start(line))
    (Line(slope=array([0., 0.])), State(done=1, total=None, moments=()))
    """

    schedule: Schedule
    clip: Clip | None = None

    def __post_init__(self) -> None:
        _check_strategies("SGD", self.schedule, self.clip)

    def start(self, params: Blocks, updates: int | None = None) -> State:
        """The state before the first of ``updates`` updates, a number that ``Cosine`` needs.

        Raises TypeError for parameters that are no tuple of float arrays of one type, TypeError or
        ValueError for ``updates`` that are no count or are missing.
        """
        _check_start(params, self.schedule, updates)
        return State(0, updates)

    def update(self, params: Blocks, grads: Blocks, state: State) -> tuple[Blocks, State]:
        """The parameters and the state after one update by ``grads``, the gradient of each block.

        Raises ValueError where a gradient has another shape or dtype than its block.
        """
        step = _clipped(params, grads, self.clip)
        step *= self.schedule.rate_at(state.done, state.total)
        return _minus(params, step), state._replace(done=state.done + 1)


@dataclass(frozen=True)
class Adam:
    """Gradient descent by a running mean of the gradient, each entry in units of its own size::

        m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²        m = v = 0 at the start
        m̂ = m / (1 − β₁ⁿ)            v̂ = v / (1 − β₂ⁿ)             at the n-th update, n = 1, 2, …
        θ ← θ − rate · m̂ / (√v̂ + ε)

    So the first step of every entry is the rate, however small its gradient, unless that is near ε.

    Source: Kingma and Ba (2015), "Adam: a method for stochastic optimization", algorithm 1, whose
    defaults these are.
    """

    schedule: Schedule
    clip: Clip | None = None
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _check_strategies("Adam", self.schedule, self.clip)
        _check_decay("Adam.beta1", self.beta1)
        _check_decay("Adam.beta2", self.beta2)
        _check_positive("Adam.epsilon", self.epsilon)

    def start(self, params: Blocks, updates: int | None = None) -> State:
        """The state before the first update, as in ``SGD.start``, with averages of 0."""
        _check_start(params, self.schedule, updates)
        zeros = np.zeros(sum(block.size for block in params), params[0].dtype)
        return State(0, updates, (zeros, zeros))

    def update(self, params: Blocks, grads: Blocks, state: State) -> tuple[Blocks, State]:
        """The parameters and the state after one update, as in ``SGD.update``."""
        g = _clipped(params, grads, self.clip)
        mean, square = state.moments

        # Python's floats, since one of NumPy's would make float32 averages float64.
        beta1, beta2 = float(self.beta1), float(self.beta2)

        # In place wherever an array is ours: a new one costs more than the arithmetic on it.
        new_mean = beta1 * mean
        new_mean += (1 - beta1) * g
        new_square = beta2 * square
        g *= g
        g *= 1 - beta2
        new_square += g

        # With both corrections moved out of the fraction, as at the end of the paper's section 2:
        # m̂ / (√v̂ + ε) = m / (√v + ε root) · root / (1 − β₁ⁿ), root = √(1 − β₂ⁿ).
        n = state.done + 1
        root = sqrt(1 - beta2**n)
        step = np.sqrt(new_square)
        step += self.epsilon * root
        np.divide(new_mean, step, out=step)
        step *= self.schedule.rate_at(state.done, state.total) * root / (1 - beta1**n)
        return _minus(params, step), State(n, state.total, (new_mean, new_square))


def _clipped(params: Blocks, grads: Blocks, clip: Clip | None) -> Array:
    """The entries of every gradient as one new vector, clipped.

    Raises ValueError where a gradient does not fit its block.
    """
    if len(grads) != len(params):
        raise ValueError(f"grads: {len(grads)} arrays, needed {len(params)}, as many as params")
    for name, block, grad in zip(_names(params), params, grads, strict=True):
        if grad.shape != block.shape or grad.dtype != block.dtype:
            raise ValueError(
                f"grads.{name}: {grad.dtype} of shape {grad.shape}, "
                f"needed {block.dtype} of shape {block.shape}, as params.{name}"
            )
    g = np.concatenate(grads, axis=None)
    if clip is not None:
        clip.into(g)
    return g


def _minus(params: Blocks, step: Array) -> Blocks:
    """Each block less its part of the vector ``step``, as a new tuple of the same class."""
    blocks, start = [], 0
    for block in params:
        stop = start + block.size
        blocks.append(block - step[start:stop].reshape(block.shape))
        start = stop
    # What a NamedTuple's own _make does, in terms that a type checker follows for any of them.
    return tuple.__new__(type(params), blocks)


def _names(params: tuple[Array, ...]) -> Sequence[str | int]:
    """The names of the blocks, or their places, to name one in a message."""
    names: Sequence[str | int] = getattr(params, "_fields", range(len(params)))
    return names


def _check_start(params: tuple[Array, ...], schedule: Schedule, updates: int | None) -> None:
    if not isinstance(params, tuple) or not params:
        raise TypeError(f"params: {type(params).__name__}, needed a NamedTuple of arrays")
    for name, block in zip(_names(params), params, strict=True):
        if not isinstance(block, np.ndarray):
            raise TypeError(f"params.{name}: {type(block).__name__}, needed a NumPy array")
        if block.dtype not in FLOATS:
            raise TypeError(f"params.{name}: dtype {block.dtype}, needed float32, float64 or longdouble")
        if block.dtype != params[0].dtype:
            raise TypeError(
                f"params.{name}: dtype {block.dtype}, needed {params[0].dtype}, as the first block"
            )
    if updates is not None:
        checked_count("updates", updates, 1)
    schedule.rate_at(0, updates)


def _check_strategies(owner: str, schedule: object, clip: object) -> None:
    if not hasattr(schedule, "rate_at"):
        raise TypeError(f"{owner}.schedule: {schedule!r}, needed a schedule, as Constant(0.001)")
    if clip is not None and not hasattr(clip, "into"):
        raise TypeError(f"{owner}.clip: {clip!r}, needed a way to clip, as ClipNorm(1.0), or None")


def _check_positive(name: str, value: object) -> None:
    if not 0 < _number(name, value) < inf:
        raise ValueError(f"{name}: {value!r}, needed a finite number above 0")


def _check_decay(name: str, value: object) -> None:
    if not 0 <= _number(name, value) < 1:
        raise ValueError(f"{name}: {value!r}, needed 0 or more and below 1")


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
        raise TypeError(f"{name}: {value!r}, needed a number")
    return float(value)
