"""Optimisers: gradient descent, RMSprop, Adam and AdamW, each with a schedule for its rate and a way to clip.

::

    optimiser = Adam(Cosine(2e-3), clip=ClipNorm(5.0))
    state = optimiser.start(params, updates=500)
    params, state = optimiser.update(params, grads, state)

An optimiser is a plain value: it knows neither the network, nor the data, nor how long it will run. What
changes is the ``State``, which is passed in and returned, and no array that is given is written to.
Parameters are any NamedTuple of arrays of one float type, and stay so.

An update treats the entries of all gradients as one vector g, in the order of the blocks. So it takes few
NumPy calls, and little time on a small network, for any number of blocks; and the norm over all blocks is
simply the norm of g.
"""

from dataclasses import dataclass
from math import inf, sqrt
from typing import NamedTuple, Protocol

import numpy as np

from rnn.common.arrays import Array, check_finite
from rnn.common.checks import checked_count, checked_flag, checked_number, cut, keep, kind_of, offers, shown
from rnn.common.parameters import Blocks
from rnn.common.representation import as_call
from rnn.learning.blocks import as_vector, check_params, check_update, checked_block, minus, names
from rnn.learning.schedules import (
    Constant,
    Cosine,
    Schedule,
    StepDecay,
    Warmup,
    check_schedule,
    checked_progress,
    checked_rate,
    positive,
)
from rnn.learning.sizes import scaled

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Clip",
    "ClipNorm",
    "ClipValue",
    "Constant",
    "Cosine",
    "Optimiser",
    "RMSprop",
    "Schedule",
    "State",
    "StepDecay",
    "Warmup",
]


# A sum of squares from which on those that vanish in float32 are nothing beside it.
SMALL = 1e-30


class Clip(Protocol):
    """A bound on the gradient. ``into(g)`` bounds the vector g of all its entries, in place.

    Those here raise TypeError or ValueError unless g is a vector of finite floats that can be written to.
    """

    def into(self, g: Array) -> None: ...  # pragma: no cover


@dataclass(frozen=True)
class ClipValue:
    """Every entry of the gradient is moved into [−limit, limit], which may turn its direction.

    The article's way, with a limit of 10.
    """

    limit: float

    def __post_init__(self) -> None:
        keep(self, limit=positive("ClipValue.limit", self.limit))

    def into(self, g: Array) -> None:
        _check_vector(g)
        # A limit beyond the range of g is infinite there, and bounds nothing.
        with np.errstate(over="ignore"):
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
        keep(self, limit=positive("ClipNorm.limit", self.limit))

    def into(self, g: Array) -> None:
        _check_vector(g)
        with np.errstate(over="ignore"):
            square, direction, exponent = float(g.dot(g)), g, 0
            if not SMALL < square < inf:
                # Squares overflow or vanish long before entries do, and a gradient that explodes is what
                # clipping is for.
                direction, (exponent,) = scaled(g)
                square = float(direction.dot(direction))
            norm = sqrt(square)
            if np.ldexp(norm, exponent) > self.limit:
                if exponent:
                    # The limit over the norm of a scaled direction may be too large for its type.
                    direction, norm = direction / norm, 1.0
                np.multiply(direction, self.limit / norm, out=g)


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
    """Gradient descent, by the gradient or by a running sum of it::

        v ← momentum · v + g                     v = 0 at the start
        θ ← θ − rate · g                         without momentum
        θ ← θ − rate · v                         with it
        θ ← θ − rate · (g + momentum · v)        with ``nesterov``

    It is "stochastic" if g is the gradient of only some of the records, as in ``rnn.training.train``.

    Source: Sutskever, Martens, Dahl and Hinton (2013), "On the importance of initialization and momentum in
    deep learning", section 2, with the rate outside v, as in PyTorch's ``SGD`` without dampening.

    >>> class Line(NamedTuple):
    ...     slope: Array
    >>> line, sgd = Line(np.array([1.0, 2.0])), SGD(Constant(0.5))
    >>> sgd.update(line, Line(np.array([2.0, 4.0])), sgd.start(line))
    (Line(slope=array([0., 0.])), State(done=1, total=None, moments=()))
    """

    schedule: Schedule
    clip: Clip | None = None
    momentum: float = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        _check_strategies("SGD", self.schedule, self.clip)
        keep(self, momentum=_decay("SGD.momentum", self.momentum))
        keep(self, nesterov=checked_flag("SGD.nesterov", self.nesterov))
        if self.nesterov and not self.momentum:
            raise ValueError(f"SGD.nesterov: {self.nesterov}, needed a momentum above 0 with it")

    __repr__ = as_call

    def start(self, params: Blocks, updates: int | None = None) -> State:
        """The state before the first of ``updates`` updates, a number that ``Cosine`` needs.

        Raises TypeError or ValueError for parameters that are no tuple of arrays of finite floats of one
        type, for ``updates`` that are no count or are missing, and for a first rate that is not finite.
        """
        return _without_averages("SGD", params, self.schedule, updates, int(self.momentum > 0))

    def update(self, params: Blocks, grads: Blocks, state: State) -> tuple[Blocks, State]:
        """The parameters and the state after one update by ``grads``, the gradient of each block.

        Raises TypeError or ValueError where parameters are none, where a gradient has another shape or dtype
        than its block, for entries that are not finite, and for a state that ``start`` does not make;
        FloatingPointError where finite numbers have become too large for their type.
        """
        step = as_vector(params, grads)
        done, total, before = _checked_state(state, int(self.momentum > 0), step)
        rate = checked_rate("SGD.schedule", self.schedule, done, total)
        if self.clip is not None:
            self.clip.into(step)
        after: tuple[Array, ...] = ()
        if self.momentum:
            after = (self.momentum * before[0] + step,)
            step = step + self.momentum * after[0] if self.nesterov else after[0].copy()
        step *= rate
        new = minus(params, step)
        check_update(params, before, new, after)
        return new, State(done + 1, total, after)


@dataclass(frozen=True)
class RMSprop:
    """Gradient descent, each entry in units of its own size of late::

        s ← alpha s + (1 − alpha) g²             s = v = 0 at the start
        v ← momentum · v + g / (√s + ε)
        θ ← θ − rate · v

    Source: Tieleman and Hinton (2012), lecture 6.5 of "Neural networks for machine learning", as PyTorch's
    ``RMSprop`` that is not centred, whose defaults these are.
    """

    schedule: Schedule
    clip: Clip | None = None
    alpha: float = 0.99
    epsilon: float = 1e-8
    momentum: float = 0.0

    def __post_init__(self) -> None:
        _check_strategies("RMSprop", self.schedule, self.clip)
        keep(self, alpha=_decay("RMSprop.alpha", self.alpha))
        keep(self, epsilon=positive("RMSprop.epsilon", self.epsilon))
        keep(self, momentum=_decay("RMSprop.momentum", self.momentum))

    __repr__ = as_call

    def start(self, params: Blocks, updates: int | None = None) -> State:
        """The state before the first update, as in ``SGD.start``, with averages of 0."""
        return _without_averages("RMSprop", params, self.schedule, updates, 2)

    def update(self, params: Blocks, grads: Blocks, state: State) -> tuple[Blocks, State]:
        """The parameters and the state after one update, as in ``SGD.update``."""
        g = as_vector(params, grads)
        done, total, (square, before) = _checked_state(state, 2, g)
        _check_squares("state.moments[0]", square)
        rate = checked_rate("RMSprop.schedule", self.schedule, done, total)
        if self.clip is not None:
            self.clip.into(g)
        moments = new_square, velocity = (
            self.alpha * square + (1 - self.alpha) * g * g,
            self.momentum * before,
        )
        velocity += g / (np.sqrt(new_square) + self.epsilon)
        new = minus(params, rate * velocity)
        check_update(params, (square, before), new, moments)
        return new, State(done + 1, total, moments)


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
        keep(self, beta1=_decay("Adam.beta1", self.beta1), beta2=_decay("Adam.beta2", self.beta2))
        keep(self, epsilon=positive("Adam.epsilon", self.epsilon))

    __repr__ = as_call

    def start(self, params: Blocks, updates: int | None = None) -> State:
        """The state before the first update, as in ``SGD.start``, with averages of 0."""
        return _without_averages("Adam", params, self.schedule, updates, 2)

    def update(self, params: Blocks, grads: Blocks, state: State) -> tuple[Blocks, State]:
        """The parameters and the state after one update, as in ``SGD.update``."""
        return _by_averages("Adam", self, 0.0, params, grads, state)


@dataclass(frozen=True)
class AdamW:
    """Adam with decoupled weight decay: weights shrink by a share of themselves, whatever their gradient::

        θ ← θ − rate · (m̂ / (√v̂ + ε) + weight_decay · θ)

    The decay enters neither g nor its averages, nor is it clipped. It is for weights, which are the blocks
    with two axes or more. Biases, which have one, do not decay: they are Adam's.

    Source: Loshchilov and Hutter (2019), "Decoupled weight decay regularization", algorithm 2, with the rate
    in place of η_t, as in PyTorch's ``AdamW``, whose defaults these are; that one decays biases as well.
    """

    schedule: Schedule
    clip: Clip | None = None
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.01

    def __post_init__(self) -> None:
        _check_strategies("AdamW", self.schedule, self.clip)
        keep(self, beta1=_decay("AdamW.beta1", self.beta1), beta2=_decay("AdamW.beta2", self.beta2))
        keep(self, epsilon=positive("AdamW.epsilon", self.epsilon))
        keep(self, weight_decay=_not_negative("AdamW.weight_decay", self.weight_decay))

    __repr__ = as_call

    def start(self, params: Blocks, updates: int | None = None) -> State:
        """The state before the first update, as in ``Adam.start``."""
        return _without_averages("AdamW", params, self.schedule, updates, 2)

    def update(self, params: Blocks, grads: Blocks, state: State) -> tuple[Blocks, State]:
        """The parameters and the state after one update, as in ``SGD.update``."""
        return _by_averages("AdamW", self, self.weight_decay, params, grads, state)


def _without_averages(
    owner: str, params: tuple[Array, ...], schedule: Schedule, updates: int | None, moments: int
) -> State:
    """The state before the first update, with so many averages of 0."""
    updates = _checked_start(owner, params, schedule, updates)
    zeros = np.zeros(sum(block.size for block in params), params[0].dtype)
    return State(0, updates, (zeros,) * moments)


def _check_squares(name: str, square: Array) -> None:
    if square.size and square.min() < 0:
        raise ValueError(f"{name}: {square.min()}, needed a mean of squares, 0 or more")


def _by_averages(
    owner: str, by: Adam | AdamW, weight_decay: float, params: Blocks, grads: Blocks, state: State
) -> tuple[Blocks, State]:
    """The parameters and the state after one update of Adam, in which weights decay."""
    g = as_vector(params, grads)
    done, total, (mean, square) = _checked_state(state, 2, g)
    _check_squares("state.moments[1]", square)
    rate, n = checked_rate(f"{owner}.schedule", by.schedule, done, total), done + 1
    if by.clip is not None:
        by.clip.into(g)
    moments = new_mean, new_square = _averages(by, g, mean, square)

    # With both corrections moved out of the fraction, as at the end of Adam's paper's section 2:
    # m̂ / (√v̂ + ε) = m / (√v + ε root) · root / (1 − β₁ⁿ), root = √(1 − β₂ⁿ).
    root = sqrt(1 - by.beta2**n)
    step = np.sqrt(new_square)
    step += by.epsilon * root
    np.divide(new_mean, step, out=step)
    step *= rate * root / (1 - by.beta1**n)
    if weight_decay:
        _add_weights(step, params, rate * weight_decay)
    new = minus(params, step)
    check_update(params, (mean, square), new, moments)
    return new, State(n, total, moments)


def _averages(by: Adam | AdamW, g: Array, mean: Array, square: Array) -> tuple[Array, Array]:
    """The next m and v; g is overwritten."""
    # In place wherever an array is ours: a new one costs more than the arithmetic on it.
    new_mean = by.beta1 * mean
    new_mean += (1 - by.beta1) * g
    new_square = by.beta2 * square
    g *= g
    g *= 1 - by.beta2
    new_square += g
    return new_mean, new_square


def _add_weights(step: Array, params: tuple[Array, ...], factor: float) -> None:
    """Add so many times each weight, and no bias, to its place in the vector ``step``."""
    start = 0
    for block in params:
        if block.ndim > 1:
            step[start : start + block.size] += factor * block.ravel()
        start += block.size


def _checked_start(
    owner: str, params: tuple[Array, ...], schedule: Schedule, updates: int | None
) -> int | None:
    """The number of updates of a run that can start, as an int where there is one."""
    check_params(params)
    for name, block in zip(names(params), params, strict=True):
        check_finite(f"params.{name}", block)
    _, updates = checked_progress(0, updates)
    checked_rate(f"{owner}.schedule", schedule, 0, updates)
    return updates


def _check_vector(g: Array) -> None:
    """TypeError or ValueError unless it is a vector of finite floats that can be written to."""
    g = checked_block("g", g)
    if g.ndim != 1 or not g.flags.writeable:
        only = "" if g.flags.writeable else "read-only "
        raise ValueError(f"g: {only}shape {cut(str(g.shape))}, needed a vector that can be written to")
    check_finite("g", g)


def _checked_state(state: State, moments: int, g: Array) -> State:
    """``state`` with counts as ints, if it has so many moments, all vectors like ``g``, or an error."""
    if not isinstance(state, State):
        raise TypeError(f"state: {kind_of(state)}, needed the State that start or update returned")
    done, total, found = state
    done = checked_count("state.done", done, 0)
    total = total if total is None else checked_count("state.total", total, 1)
    if not isinstance(found, tuple) or len(found) != moments:
        given = f"{len(found)} arrays" if isinstance(found, tuple) else kind_of(found)
        raise TypeError(f"state.moments: {given}, needed {moments}, as start makes for this optimiser")
    for place, moment in enumerate(found):
        name = f"state.moments[{place}]"
        checked_block(name, moment)
        if moment.shape != g.shape or moment.dtype != g.dtype:
            raise ValueError(
                f"{name}: {moment.dtype} of shape {moment.shape}, "
                f"needed {g.dtype} of shape {g.shape}, as params has entries"
            )
    return State(done, total, found)


def _check_strategies(owner: str, schedule: object, clip: object) -> None:
    check_schedule(f"{owner}.schedule", schedule)
    if clip is not None and not offers(clip, "into"):
        raise TypeError(f"{owner}.clip: {shown(clip)}, needed a way to clip, as ClipNorm(1.0), or None")


def _decay(name: str, value: object) -> float:
    number = checked_number(name, value)
    if not 0 <= number < 1:
        raise ValueError(f"{name}: {shown(value)}, needed 0 or more and below 1")
    return number


def _not_negative(name: str, value: object) -> float:
    number = checked_number(name, value)
    if not 0 <= number < inf:
        raise ValueError(f"{name}: {shown(value)}, needed a finite number of at least 0")
    return number
