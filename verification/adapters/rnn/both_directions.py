"""Layers of ``rnn`` in both directions, as a function: models' steps either way, and autograd of the whole.

What reads from the last step on is no recurrence of one state, so no model as data has it. It is judged by a
forward of its own: the two recurrences of each level by the steps of their models, in ``autograd.numpy``, put
side by side after every step, record by record, for records may end early. The backward is ``rnn.Layer``'s,
whose outputs and last states have to be the forward's, to rounding.
"""

from collections.abc import Callable
from inspect import Parameter, Signature
from types import ModuleType
from typing import Any

import autograd.numpy as np
from autograd.tracer import getval
from hypothesis import strategies as st

import rnn
from verification.adapters.function import FunctionAdapter, function
from verification.models import gru, lstm
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Model, Named, Use

# The classes of the levels, the lowest first, and the models that they are judged by.
LEVELS: tuple[tuple[str, Model], ...] = (("LSTM", lstm), ("GRU", gru))

# By how much outputs may be off, in units of their type: chains of some roundings a step, of numbers up to 1.
ROUNDINGS = 4096


def both_directions(loops: str = "NumPyLoops", package: ModuleType = rnn) -> FunctionAdapter:
    """Two levels, each in both directions, of ``rnn`` or of a copy of it, by the loops of that name."""

    def forward(xs: Any, lengths: Any, *others: Any) -> Any:
        cell = _cell(package, *_sizes(xs, *others))
        state, params = others[: len(cell.state)], others[len(cell.state) :]
        outputs, last = _unrolled(xs, lengths, list(state), list(params))
        given = [getval(each) for each in (xs, lengths, *others)]
        return (outputs, *last), (cell, given, [getval(each) for each in (outputs, *last)])

    def backward(saved: Any, d_outputs: Any, *d_state: Any) -> Any:
        cell, (xs, lengths, *others), want = saved
        state, params = tuple(others[: len(cell.state)]), others[len(cell.state) :]
        layer = package.Layer(cell, getattr(package, loops)())
        outputs, last, kept = layer.forward(cell.weights(*params), xs, state, lengths)
        for got, expected in zip((outputs, *last), want, strict=True):
            within = ROUNDINGS * np.finfo(xs.dtype).eps * (1 + np.abs(expected).max())
            if not np.abs(got - expected).max() <= within:
                raise ArithmeticError(f"outputs or last states are off by {np.abs(got - expected).max()}")
        grads = layer.backward(kept, d_outputs, d_state)
        return (grads.xs, None, *grads.state, *grads.params)

    cell = _cell(package, 1, 1, 1)
    names = ("xs", "lengths", *(f"{name}_start" for name in cell.state), *cell.weights._fields)
    parameters = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    forward.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return function(forward, backward, _arguments(package))


def _cell(package: ModuleType, inputs: int, below: int, above: int) -> Any:
    """The two levels, of so many inputs and units."""
    levels, sizes = [], (below, above)
    for (kind, _), units in zip(LEVELS, sizes, strict=True):
        levels.append(package.Bidirectional(getattr(package, kind)(inputs, units)))
        inputs = 2 * units
    return package.Stack(*levels)


def _sizes(xs: Any, h: Any, c: Any, h_reverse: Any, c_reverse: Any, h_above: Any, *others: Any) -> Any:
    """The numbers of inputs and of units of either level."""
    return xs.shape[2], h.shape[1], h_above.shape[1]


def _unrolled(xs: Any, lengths: Any, state: list[Any], params: list[Any]) -> tuple[Any, list[Any]]:
    """Outputs (N, T, 2H) and the last state's arrays. State and parameters are used up, level by level."""
    last: list[Any] = []
    for _, model in LEVELS:
        ways = []
        for back in (False, True):
            p = Named({block.name: params.pop(0) for block in model.of(Use.STEP)})
            start = tuple(state.pop(0) for _ in model.of(Use.STATE))
            found = [_record(model, p, start, xs[n], int(lengths[n]), n, back) for n in range(len(xs))]
            ways.append(np.stack([outputs for outputs, _ in found]))
            last += [np.concatenate(arrays) for arrays in zip(*(ended for _, ended in found), strict=True)]
        xs = np.concatenate(ways, axis=2)
    return xs, last


def _record(model: Model, p: Named, start: Any, xs: Any, length: int, n: int, back: bool) -> Any:
    """What one direction of a level puts out after each step of one record, and its last state."""
    f = Namespace(model.chosen({}), Arithmetic())
    (read,) = (block.name for block in model.of(Use.INPUT))
    h = tuple(array[n : n + 1] for array in start)
    found = {}
    for t in reversed(range(length)) if back else range(length):
        h = model.advance(f, p, {read: xs[t : t + 1]}, h)
        found[t] = h[0][0]
    nothing = np.zeros(h[0].shape[1], dtype=getval(xs).dtype)
    return np.stack([found.get(t, nothing) for t in range(len(xs))]), h


def _arguments(package: ModuleType) -> st.SearchStrategy[tuple[Any, ...]]:
    """Of one number or several along each axis, numbers up to 0.5, 1 or 3, of either type of float."""

    @st.composite
    def drawn(draw: Callable[..., Any]) -> tuple[Any, ...]:
        records, steps, inputs, below, above = (draw(st.integers(1, most)) for most in (3, 5, 3, 3, 3))
        lengths = draw(st.lists(st.integers(1, steps), min_size=records, max_size=records))
        dtype = draw(st.sampled_from((np.float64, np.float32)))
        scale = draw(st.sampled_from((1.0, 0.5, 3.0)))
        rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        cell = _cell(package, inputs, below, above)
        shapes = [(records, steps, inputs), *((records, width) for width in cell.widths)]
        numbers = [scale * rng.uniform(-1, 1, shape) for shape in (*shapes, *cell.shapes.values())]
        xs, *others = (array.astype(dtype) for array in numbers)
        return xs, np.array(lengths), *others

    return drawn()
