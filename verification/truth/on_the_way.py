"""Roundings on every way back, in draws; the truth beside them is as it is."""

import math
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, real_of
from verification.models.model import Model
from verification.models.tolerance import PERTURBATION, unit
from verification.truth.reverse import Back, Name, make_vjp
from verification.truth.unroll import LOSS, STEP, Part, broadcasts, distinct, readout_broadcasts

# Of so many numbers on [−1, 1] each way back takes some in a row, from a place of its own, around the end;
# a prime, lest draws have the same.
POOL = 65_537
TWICE = np.tile(np.random.default_rng(0).uniform(-1, 1, POOL), 2)

# A unit that nobody takes for none.
LARGE = 1e-3


class OnTheWay:
    """What rounding may do to each number that flows back, on each way by itself, told anew for each place.

    ``first``: how many copies before the draws stay as they are.
    """

    def __init__(self, u: float, first: int, *place: int) -> None:
        self._off, self._first = _pool(u), first
        self._rng = np.random.default_rng(place)

    def __call__(self, flow: Any, more: Callable[[], Any]) -> Any:
        """What flows back, each number off by up to 2u of itself.

        As many units ``more`` as a slope may be off by are in a function's own noise already (``Observed``).
        """
        if not isinstance(flow, np.ndarray | np.inexact):
            return flow
        off = self._some(np.shape(flow))
        if np.iscomplexobj(flow):
            off = off + 1j * (self._some(np.shape(flow)) - 1)
        moved: Any = flow * off
        if self._first:
            moved[: self._first] = flow[: self._first]  # type: ignore[index]
        return moved

    def _some(self, shape: tuple[int, ...]) -> Array:
        """Numbers of the pool, from a place in it."""
        start, count = int(self._rng.integers(POOL)), math.prod(shape)
        some: Array = (
            self._off[start : start + count] if count <= POOL else np.resize(self._off[start:], count)
        )
        return some.reshape(shape)


@cache
def _pool(u: float) -> Array:
    """1 and what rounding adds to it, twice over."""
    pool: Array = 1 + PERTURBATION * u * TWICE
    return pool


def gone_back(
    back: Back[Name], flow: Sequence[Array], case: Case, truth: bool, *place: int
) -> dict[Name, Array]:
    """The gradients of draws (M, …), with roundings on every way; in the truth before them none."""
    u = unit(real_of(case.dtype))
    if truth and not keeps_apart(case.model):
        plain, drawn = back(flow), back(flow, OnTheWay(u, 0, *place))
        return {name: np.concatenate([plain[name][:1], drawn[name][1:]]) for name in drawn}
    return back(flow, OnTheWay(u, int(truth), *place))


@cache
def keeps_apart(model: Model) -> bool:
    """Does the first axis of all that flows back through its step and its loss tell the copies?"""
    return (
        broadcasts(model) and readout_broadcasts(model) and all(_stays(model, part) for part in (STEP, LOSS))
    )


def _stays(model: Model, part: Part) -> bool:
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
