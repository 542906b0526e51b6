"""The gradient of any function in ``autograd.numpy``, and how closely it must be met.

L = Σ Re(conj(d) · o) over a function's outputs o and their cotangents d. What happens inside the function is
not seen, so its roundings are learnt from outside: Y is by how much the truth moves when every number that is
given is off by 2u, and every number that flows back, on each way by itself; plus the largest error that
autograd makes itself on the same numbers in their own type. So where what comes back on two ways cancels, a
backward may be off by roundings of both, even where the truth is exactly 0. And where a function saturates, a
slope may be read off its rounded value, as 1 − y² of a tanh and s (1 − s) of a sigmoid (``_slack``).
"""

from collections.abc import Callable, Sequence
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.core import VJPNode, add_outgrads
from autograd.extend import vspace
from autograd.tracer import toposort, trace

from verification.models.arrays import Array
from verification.models.case import WIDER, real_of
from verification.models.tolerance import DRAWS, PERTURBATION, Expected, least_normal, unit

Forward = Callable[..., Any]
Change = Callable[[Any, Any], Any]
"""Of what flows back: the numbers, and how many units more each may be off by."""


def outputs_of(forward: Forward, arguments: Sequence[Any]) -> tuple[Array, ...]:
    """What the function returns beside what it saves, as a tuple."""
    outputs, _ = forward(*arguments)
    return outputs if isinstance(outputs, tuple) else (outputs,)


def differentiable(argument: Any) -> bool:
    """Is it an array of real or complex floating point?"""
    return isinstance(argument, np.ndarray) and np.issubdtype(argument.dtype, np.inexact)


def gradients(
    forward: Forward,
    arguments: Sequence[Any],
    cotangents: Sequence[Array],
    change: Change = lambda flow, more: flow,
) -> dict[int, Array]:
    """∂L/∂ each differentiable argument, by its number, in the type that they have.

    ``change``: of what flows back from each use of a number to that number.
    """

    def loss(arrays: dict[str, Any]) -> Any:
        named = {int(i): arrays[i] for i in arrays_given}
        outputs = outputs_of(forward, [named.get(i, argument) for i, argument in enumerate(arguments)])
        return sum(anp.sum(_inner(d, o)) for d, o in zip(cotangents, outputs, strict=True))

    arrays_given = {str(i): argument for i, argument in enumerate(arguments) if differentiable(argument)}
    if not arrays_given:
        return {}
    with np.errstate(all="ignore"):
        grads = _flown_back(loss, arrays_given, change)
    return {int(i): np.conj(array) if np.iscomplexobj(array) else array for i, array in grads.items()}


def _flown_back(loss: Callable[[Any], Any], given: dict[str, Any], change: Change) -> dict[str, Any]:
    """``autograd.grad(loss)(given)``, with the change."""
    value, end = trace(_Made.new_root(), loss, given)
    if end is None:
        return {name: np.zeros_like(array) for name, array in given.items()}
    gathered = {end: (vspace(value).ones(), False)}
    flow: Any = None
    for node in toposort(end):  # the last of them is what is given
        flow, _ = gathered.pop(node)
        for parent, part in zip(node.parents, node.vjp(flow), strict=True):
            gathered[parent] = add_outgrads(gathered.get(parent), change(part, _slack(node, parent)))
    found: dict[str, Any] = flow
    return found


class _Made(VJPNode):  # type: ignore[misc]
    """A number on the way forward, with what made it and what it is."""

    def __init__(self, value: Any, made_by: Any, *others: Any) -> None:
        super().__init__(value, made_by, *others)
        self.value, self.made_by = value, made_by

    def initialize_root(self) -> None:
        """What is given was made by nothing."""
        super().initialize_root()
        self.value, self.made_by = 0.0, None


def _slack(node: _Made, parent: _Made) -> Any:
    """How many units more than one a slope may be off by, if it is read off the function's rounded value.

    The error of 1 − y² is up to 2 y² units, beside a slope that may be far smaller. That of e, taken for
    z − 1 where z = 1 + e, is up to z units.
    """
    with np.errstate(all="ignore"):
        if node.made_by is anp.tanh:
            square = np.abs(node.value) ** 2
            return _finite(2 * square / np.abs(1 - node.value**2))
        if node.made_by in (anp.add, anp.subtract) and parent.made_by is anp.exp:
            return np.max(_finite(np.abs(node.value) / np.abs(parent.value)), initial=0)
    return 0.0


def _finite(units: Any) -> Any:
    """Of a slope that vanished any number of units is nothing."""
    return np.where(np.isfinite(units), units, 0)


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
        size = float(np.max(np.abs(truth), initial=0)) + least_normal(real)
        made[i] = Expected(truth, spread, size, real)
    return made


def _wider(given: Sequence[Any]) -> list[Any]:
    return [each.astype(WIDER[each.dtype]) if differentiable(each) else each for each in given]


def _moved(rng: np.random.Generator, argument: Any) -> Any:
    """The argument with every number off by up to 2u of itself."""
    if not differentiable(argument):
        return argument
    return _rounding(rng, unit(real_of(argument.dtype)))(argument, 0).astype(argument.dtype)


def _rounding(rng: np.random.Generator, u: float) -> Change:
    """What moves every number of an array by up to 2u of itself, or more; what is no array stays."""

    def rounded(array: Any, more: Any) -> Any:
        if not isinstance(array, np.ndarray | np.inexact):
            return array
        return array * (1 + rng.uniform(-1, 1, array.shape) * PERTURBATION * u * (1 + more))

    return rounded
