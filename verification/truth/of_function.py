"""The gradient of any function in ``autograd.numpy``, and how closely it must be met.

L = Σ Re(conj(d) · o) over a function's outputs o and their cotangents d. The operations inside the function
are unknown, so their roundings are estimated from outside: Y is how much the truth moves when every given
number is off by 2u, and every cotangent on each path by itself; plus the largest error that autograd makes on
the same numbers in their own type. So where the cotangents of two paths cancel, a backward may be off by
roundings of both, even where the truth is exactly 0 (``verification.truth.reverse``).
"""

from collections.abc import Callable, Sequence
from typing import Any

import autograd.numpy as anp
import numpy as np

from verification.models.arrays import Array
from verification.models.case import WIDER, real_of
from verification.models.tolerance import DRAWS, PERTURBATION, Expected, least_healthy, least_normal, unit
from verification.truth.reverse import Change, make_vjp

Forward = Callable[..., Any]


def outputs_of(forward: Forward, arguments: Sequence[Any]) -> tuple[Array, ...]:
    """The function's outputs as a tuple, without what it saves."""
    outputs, _ = forward(*arguments)
    return outputs if isinstance(outputs, tuple) else (outputs,)


def differentiable(argument: Any) -> bool:
    """Is it an array of real or complex floating point?"""
    return isinstance(argument, np.ndarray) and np.issubdtype(argument.dtype, np.inexact)


def gradients(
    forward: Forward,
    arguments: Sequence[Any],
    cotangents: Sequence[Array],
    change: Change | None = None,
) -> dict[int, Array]:
    """∂L/∂ each differentiable argument, by its number, in the type of the arguments.

    ``change``: is applied to every cotangent on its way from an operation to an argument.
    """

    def loss(arrays: dict[int, Any]) -> tuple[Any]:
        outputs = outputs_of(forward, [arrays.get(i, argument) for i, argument in enumerate(arguments)])
        return (sum(anp.sum(_inner(d, o)) for d, o in zip(cotangents, outputs, strict=True)),)

    given = {i: argument for i, argument in enumerate(arguments) if differentiable(argument)}
    if not given:
        return {}
    with np.errstate(all="ignore"):
        back, (value,) = make_vjp(loss, given)
        grads = back((np.ones_like(value),), change)
    return {i: np.conj(array) if np.iscomplexobj(array) else array for i, array in grads.items()}


def _inner(d: Array, o: Any) -> Any:
    return anp.real(o * np.conj(d)) if np.iscomplexobj(d) else o * d


def expected(forward: Forward, arguments: Sequence[Any], cotangents: Sequence[Array]) -> dict[int, Expected]:
    """The gradient of each differentiable argument, by its number."""
    rng = np.random.default_rng(0)
    coarsest = max((unit(real_of(a.dtype)) for a in arguments if differentiable(a)), default=0.0)
    truths, errors = [], []
    for draw in range(1 + DRAWS):
        given = [_moved(rng, argument) if draw else argument for argument in arguments]
        wider = forward, _wider(given), _wider(cotangents)
        wide, narrow = gradients(*wider), gradients(forward, given, cotangents)
        truths.append(gradients(*wider, _rounding(rng, coarsest)) if draw else wide)
        errors.append({i: float(np.max(np.abs(narrow[i] - wide[i]), initial=0)) for i in wide})
    made = {}
    for i, truth in truths[0].items():
        real = real_of(arguments[i].dtype)
        moved = max(float(np.max(np.abs(each[i] - truth), initial=0)) for each in truths[1:])
        spread = moved + max(each[i] for each in errors)
        size = float(np.max(np.abs(truth), initial=0))
        # A denormal term may be lost; where all terms are 0 there is none to lose.
        made[i] = Expected(truth, spread, size + (least_healthy(real) if size else least_normal(real)), real)
    return made


def _wider(given: Sequence[Any]) -> list[Any]:
    return [each.astype(WIDER[each.dtype]) if differentiable(each) else each for each in given]


def _moved(rng: np.random.Generator, argument: Any) -> Any:
    """The argument with every number off by up to 2u of itself."""
    if not differentiable(argument):
        return argument
    return _rounding(rng, unit(real_of(argument.dtype)))(argument, lambda: 0).astype(argument.dtype)


def _rounding(rng: np.random.Generator, u: float) -> Change:
    """Moves every number of an array by up to 2u of itself, or more; anything else stays as it is."""

    def rounded(array: Any, more: Callable[[], Any]) -> Any:
        if not isinstance(array, np.ndarray | np.inexact):
            return array
        return array * (1 + rng.uniform(-1, 1, array.shape) * PERTURBATION * u * (1 + more()))

    return rounded
