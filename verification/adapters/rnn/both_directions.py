"""Layers of ``rnn`` in both directions, as a function: models' steps either way, and autograd of the whole.

What an output at step t owes is within its window alone: to steps from first(t) on forward in time, and up to
T − 1 − first(T − 1 − t) backward, on every level. So under a truncation each output is that of a forward of
its own, in which the numbers of all other steps are constants; autograd then has no path that leaves it.

What reads from the last step on is no recurrence of one state, so no model as data has it. It is judged by a
forward of its own: the two recurrences of each level by the steps of their models, in ``autograd.numpy``, put
side by side after every step, record by record, for records may end early. What the lower level hands up is
kept or dropped by a mask that is given, as in training. The backward is ``rnn.Layer``'s,
whose outputs and last states have to be the forward's, to rounding.
"""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, Signature
from types import ModuleType
from typing import Any

import autograd.numpy as np
from autograd.tracer import getval
from hypothesis import strategies as st

import rnn
from verification.adapters.function import FunctionAdapter, function
from verification.adapters.rnn.engine import initial, or_none
from verification.models import gru, lstm
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Model, NamedArrays, Use

# The classes of the levels, the lowest first, and the models that they are judged by.
LEVELS: tuple[tuple[str, Model], ...] = (("LSTM", lstm), ("GRU", gru))

# How the upper level joins both directions: step by step of the sequence, or each in its own order.
BY_STEP, BY_OWN_STEPS = "Bidirectional", "BothEnds"

# The kinds that are checked: whole sequences, records that end early, a window, and a truncation of the
# user's own. A stack does not take lengths with a truncation, nor BothEnds a truncation.
JUDGED = (
    *((BY_STEP, kind) for kind in ("whole", "lengths", "window", "table")),
    *((BY_OWN_STEPS, kind) for kind in ("whole", "lengths")),
)

# The error of outputs that is allowed, in units of their type: chains of some roundings a step, for numbers
# up to 1.
ROUNDINGS = 4096


@dataclass(frozen=True)
class ReachTable:
    """The truncation under which the loss at step t reaches back to ``steps[t]``."""

    steps: Any

    def first(self, t: int, steps: int) -> int:
        """The protocol of truncations in ``rnn``."""
        return int(self.steps[t])


def both_directions(loops: str = "NumPyLoops", package: ModuleType = rnn) -> FunctionAdapter:
    """Two levels, each in both directions, of ``rnn`` or of a copy of it, by the loops of that name."""

    def forward(xs: Any, lengths: Any, first: Any, kept: Any, top: str, *others: Any) -> Any:
        cell = _cell(package, top, *_sizes(xs, *others))
        state, params = others[: len(cell.state)], others[len(cell.state) :]
        outputs, last = _within_reach(xs, lengths, first, _mask(kept, getval(xs)), top, state, params)
        given = [getval(each) for each in (xs, lengths, first, kept, *others)]
        return (outputs, *last), (cell, given, [getval(each) for each in (outputs, *last)])

    def backward(saved: Any, d_outputs: Any, *d_state: Any) -> Any:
        cell, (xs, lengths, first, kept, *others), want = saved
        state, params = tuple(others[: len(cell.state)]), others[len(cell.state) :]
        layer = package.Layer(cell, getattr(package, loops)())
        outputs, last, of_forward = layer.forward(
            cell.weights(*params), xs, initial(state, xs), lengths, [_mask(kept, xs)]
        )
        for got, expected in zip((outputs, *last), want, strict=True):
            within = ROUNDINGS * np.finfo(xs.dtype).eps * (1 + np.abs(expected).max())
            if not np.abs(got - expected).max() <= within:
                raise ArithmeticError(f"outputs or last states are off by {np.abs(got - expected).max()}")
        grads = layer.backward(of_forward, d_outputs, or_none(d_state), ReachTable(first))
        return (grads.xs, None, None, None, None, *grads.state, *grads.params)

    cell = _cell(package, BY_STEP, 1, 1, 1)
    names = (
        "xs",
        "lengths",
        "first",
        "kept",
        "top",
        *(f"{name}_start" for name in cell.state),
        *cell.weights._fields,
    )
    parameters = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    forward.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return function(forward, backward, _arguments(package))


def _cell(package: ModuleType, top: str, inputs: int, below: int, above: int) -> Any:
    """The two levels, of so many inputs and units; the upper one is of the class that ``top`` names."""
    levels, sizes, classes = [], (below, above), (BY_STEP, top)
    for (kind, _), units, both in zip(LEVELS, sizes, classes, strict=True):
        levels.append(getattr(package, both)(getattr(package, kind)(inputs, units)))
        inputs = 2 * units
    return package.Stack(*levels)


def _sizes(xs: Any, h: Any, c: Any, h_reverse: Any, c_reverse: Any, h_above: Any, *others: Any) -> Any:
    """The numbers of inputs and of units of either level."""
    return xs.shape[2], h.shape[1], h_above.shape[1]


def _mask(kept: Any, xs: Any) -> Any:
    """By what the lower level's outputs are multiplied, where 0 is dropped: 0 or 2, or 1 where none is."""
    return kept.astype(xs.dtype) * (1 if kept.all() else 2)


def _within_reach(xs: Any, lengths: Any, first: Any, mask: Any, top: str, state: Any, params: Any) -> Any:
    """Outputs (N, T, 2H) and the last state's arrays, each within its own window."""
    steps = len(first)
    windows = [(int(first[t]), steps - int(first[steps - 1 - t])) for t in range(steps)]
    found = {
        window: _unrolled(xs, lengths, mask, top, list(state), list(params), window) for window in windows
    }
    by_step = [found[window][0][:, t] for t, window in enumerate(windows)]
    # A level's first direction has its last state after the last step, and its second after the first one.
    ends = (found[windows[-1]][1], found[windows[0]][1])
    back = [way for _, model in LEVELS for way in (0, 1) for _ in model.of(Use.STATE)]
    return np.stack(by_step, axis=1), [ends[way][place] for place, way in enumerate(back)]


def _unrolled(
    xs: Any,
    lengths: Any,
    mask: Any,
    top: str,
    state: list[Any],
    params: list[Any],
    window: tuple[int, int],
) -> tuple[Any, list[Any]]:
    """Outputs (N, T, 2H) and the last state's arrays. State and parameters are used up, level by level."""
    last: list[Any] = []
    for level, (_, model) in enumerate(LEVELS):
        if level:
            xs = xs * mask
        ways = []
        for back in (False, True):
            p = NamedArrays({block.name: params.pop(0) for block in model.of(Use.STEP)})
            start = tuple(state.pop(0) for _ in model.of(Use.STATE))
            found = [
                _record(model, p, start, xs[n], int(lengths[n]), n, back, window) for n in range(len(xs))
            ]
            by_step = [outputs for outputs, _ in found]
            if back and level and top == BY_OWN_STEPS:
                by_step = [_turned(outputs, int(lengths[n])) for n, outputs in enumerate(by_step)]
            ways.append(np.stack(by_step))
            last += [np.concatenate(arrays) for arrays in zip(*(ended for _, ended in found), strict=True)]
        xs = np.concatenate(ways, axis=2)
    return xs, last


def _record(
    model: Model,
    p: NamedArrays,
    start: Any,
    xs: Any,
    length: int,
    n: int,
    back: bool,
    window: tuple[int, int],
) -> Any:
    """What one direction of a level puts out after each step of one record, and its last state."""
    f = Namespace(model.chosen({}), Arithmetic())
    (read,) = (block.name for block in model.of(Use.INPUT))
    still = NamedArrays({name: getval(block) for name, block in p.items()})
    first, end = window
    h = tuple(array[n : n + 1] for array in start)
    found = {}
    for t in reversed(range(length)) if back else range(length):
        if t < end if back else t >= first:
            h = model.advance(f, p, {read: xs[t : t + 1]}, h)
        else:
            h = model.advance(f, still, {read: getval(xs[t : t + 1])}, tuple(map(getval, h)))
        found[t] = h[0][0]
    nothing = np.zeros(h[0].shape[1], dtype=getval(xs).dtype)
    return np.stack([found.get(t, nothing) for t in range(len(xs))]), h


def _turned(outputs: Any, length: int) -> Any:
    """Of one record, from its end on; what lies behind stays there."""
    return np.concatenate((outputs[:length][::-1], outputs[length:]))


def _arguments(package: ModuleType) -> st.SearchStrategy[tuple[Any, ...]]:
    """Of one number or several along each axis, numbers up to 0.5, 1 or 3, of either type of float.

    In one of four the initial state is zero.
    """

    @st.composite
    def drawn(draw: Callable[..., Any]) -> tuple[Any, ...]:
        records, steps, inputs, below, above = (draw(st.integers(1, most)) for most in (3, 5, 3, 3, 3))
        top, kind = draw(st.sampled_from(JUDGED))
        dtype = draw(st.sampled_from((np.float64, np.float32)))
        scale = draw(st.sampled_from((1.0, 0.5, 3.0)))
        rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        cell = _cell(package, BY_STEP, inputs, below, above)
        shapes = [(records, steps, inputs), *((records, width) for width in cell.widths)]
        numbers = [scale * rng.uniform(-1, 1, shape) for shape in (*shapes, *cell.shapes.values())]
        xs, *others = (array.astype(dtype) for array in numbers)
        lengths, first = np.full(records, steps), np.zeros(steps, int)
        if kind == "lengths":
            lengths = rng.integers(1, steps + 1, records)
        elif kind == "window":
            first = np.maximum(0, np.arange(steps) - rng.integers(0, steps))
        elif kind == "table":
            first = rng.integers(0, steps + 1, steps)
        # Dropped with a probability of a half, or nothing, by numbers that have no gradient.
        kept = rng.integers(0, 2, (records, steps, 2 * below))
        if draw(st.booleans()):
            kept = np.ones_like(kept)
        if rng.integers(4) == 0:
            others[: len(cell.widths)] = [0 * array for array in others[: len(cell.widths)]]
        return xs, lengths, first, kept, top, *others

    return drawn()
