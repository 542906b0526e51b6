"""Roundings of every backward operation in draws; the truth beside them is not rounded."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.model import Model
from verification.truth.reverse import BackwardPass, Name, make_vjp
from verification.truth.rounding import further, place_of, pool_of
from verification.truth.unroll import LOSS, STEP, Part, broadcasts, distinct, readout_broadcasts

# A unit that no comparison can overlook.
LARGE = 1e-3


class BackwardRounding:
    """Rounds every cotangent on its way from an operation to an argument, each by a noise of its own.

    ``first``: how many copies before the draws are not rounded.
    """

    def __init__(self, u: float, first: int, *place: int) -> None:
        self._unit, self._first, self._start = u, first, place_of(*place)

    def __call__(self, flow: Any, more: Callable[[], Any]) -> Any:
        """The cotangent, each number off by up to 2u of itself.

        ``more``, the additional error of a slope, is ignored here: the noise of a function has it already
        (``CalledFunction``).
        """
        if not isinstance(flow, np.ndarray | np.inexact):
            return flow
        self._start, shape = further(self._start), np.shape(flow)
        complex_, real = np.iscomplexobj(flow), flow.real.dtype
        if not self._first:
            return flow * pool_of(0, 1, self._unit, real).factor(self._start, (1, *shape), complex_)[0]
        pool = pool_of(self._first, shape[0] - self._first, self._unit, real)
        return flow * pool.factor(self._start, shape, complex_)


def rounded_backward(
    back: BackwardPass[Name], flow: Sequence[Array], u: float, truth: bool, copies_first: bool, *place: int
) -> dict[Name, Array]:
    """The gradients of draws (M, …), with every backward operation rounded; the truth before them is not.

    ``u``: the unit of the type that is rounded to. ``copies_first``: are the copies the first axis of
    every number?
    """
    if truth and not copies_first:
        plain, drawn = back(flow), back(flow, BackwardRounding(u, 0, *place))
        return {name: np.concatenate([plain[name][:1], drawn[name][1:]]) for name in drawn}
    return back(flow, BackwardRounding(u, int(truth), *place))


@cache
def keeps_apart(model: Model) -> bool:
    """Is the first axis of every cotangent of the model's step and loss that of the copies?"""
    return (
        broadcasts(model) and readout_broadcasts(model) and all(stays(model, part) for part in (STEP, LOSS))
    )


def stays(model: Model, part: Part) -> bool:
    """Does the first of two copies stay as it is when the other one is rounded?"""
    arrays = part.trial(model, *distinct(model))
    try:
        back, made = make_vjp(partial(part.call, model), arrays)
        flow = [np.ones_like(each) for each in made]
        plain, rounded = back(flow), back(flow, BackwardRounding(LARGE, 1))
    except Exception:
        # Whatever the error is, such as a number without axes: the copies are not the first axis.
        return False
    return all(np.array_equal(plain[name][0], rounded[name][0]) for name in arrays)
