"""Roundings on every way back, in draws; the truth beside them is as it is."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.model import Model
from verification.truth.reverse import Back, Name, make_vjp
from verification.truth.rounding import further, place_of, pool_of
from verification.truth.unroll import LOSS, STEP, Part, broadcasts, distinct, readout_broadcasts

# A unit that nobody takes for none.
LARGE = 1e-3


class OnTheWay:
    """What rounding may do to each number that flows back, on each way by itself, told anew for each place.

    ``first``: how many copies before the draws stay as they are.
    """

    def __init__(self, u: float, first: int, *place: int) -> None:
        self._unit, self._first, self._start = u, first, place_of(*place)

    def __call__(self, flow: Any, more: Callable[[], Any]) -> Any:
        """What flows back, each number off by up to 2u of itself.

        As many units ``more`` as a slope may be off by are in a function's own noise already (``Called``).
        """
        if not isinstance(flow, np.ndarray | np.inexact):
            return flow
        self._start, shape = further(self._start), np.shape(flow)
        complex_, real = np.iscomplexobj(flow), flow.real.dtype
        if not self._first:
            return flow * pool_of(0, 1, self._unit, real).factor(self._start, (1, *shape), complex_)[0]
        pool = pool_of(self._first, shape[0] - self._first, self._unit, real)
        return flow * pool.factor(self._start, shape, complex_)


def gone_back(
    back: Back[Name], flow: Sequence[Array], u: float, truth: bool, told: bool, *place: int
) -> dict[Name, Array]:
    """The gradients of draws (M, …), with roundings on every way; in the truth before them none.

    ``u``: the unit of the type that is rounded to. ``told``: does the first axis of all numbers tell copies?
    """
    if truth and not told:
        plain, drawn = back(flow), back(flow, OnTheWay(u, 0, *place))
        return {name: np.concatenate([plain[name][:1], drawn[name][1:]]) for name in drawn}
    return back(flow, OnTheWay(u, int(truth), *place))


@cache
def keeps_apart(model: Model) -> bool:
    """Does the first axis of all that flows back through its step and its loss tell the copies?"""
    return (
        broadcasts(model) and readout_broadcasts(model) and all(stays(model, part) for part in (STEP, LOSS))
    )


def stays(model: Model, part: Part) -> bool:
    """Is the first of two copies gone back through as it is, where the other has roundings on its way?"""
    arrays = part.trial(model, *distinct(model))
    try:
        back, made = make_vjp(partial(part.call, model), arrays)
        flow = [np.ones_like(each) for each in made]
        plain, rounded = back(flow), back(flow, OnTheWay(LARGE, 1))
    except Exception:
        # However it fails, as by a number without axes on its way: it does not tell them.
        return False
    return all(np.array_equal(plain[name][0], rounded[name][0]) for name in arrays)
