"""A step whose function calls are recorded: each value is rounded, and each argument noted or changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp, primitive

from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.functions import Arithmetic, Function, Namespace
from verification.models.model import Use
from verification.models.tolerance import SAFETY


@dataclass(eq=False)
class FunctionCall:
    """One call of a function in a step: what is added to its argument, its noise, and the arguments it had.

    Below ``least``, which is ``least_healthy``, a value is rounded as ``least`` is: a denormal number may be
    lost.
    """

    shape: tuple[int, ...]
    added: Any = None
    noise: Array | None = None
    shift: Array | None = None
    least: float = 0.0
    function: Function | None = None
    seen: dict[tuple[int, ...], Any] = field(default_factory=dict)

    def argument(self) -> Any:
        """The argument, as one array for all copies."""
        if () in self.seen:
            return self.seen[()]
        lead = tuple(1 + max(axis) for axis in zip(*self.seen, strict=True))
        return anp.reshape(anp.stack(list(self.seen.values())), lead + self.shape)


class Observed(Arithmetic):
    """Applies functions as the calls of one step prescribe; ``coarse`` functions are rounded as the number 1
    is.
    """

    def __init__(
        self, calls: Sequence[FunctionCall], coarse: frozenset[str], index: tuple[int, ...] = ()
    ) -> None:
        self._calls, self._coarse, self._index = iter(calls), coarse, index
        self._all = calls

    def at(self, index: tuple[int, ...]) -> Arithmetic:
        return Observed(self._all, self._coarse, index)

    def apply(self, function: Function, a: Any) -> Any:
        call = next(self._calls)
        if call.added is not None:
            added = call.added[self._index] if self._index else call.added
            # What does not depend on the copies exists once for all.
            a = _seen(a, added) if np.shape(a) == np.shape(added) else a + added
        call.function, call.seen[self._index] = function, a
        y = super().apply(function, a)
        if call.noise is None or call.shift is None:
            return y
        noise, shift = call.noise[self._index], call.shift[self._index]
        # The value and the slope are rounded, and the slope may have been computed from the rounded value. Of
        # a coarse function, both are off by a rounding of 1.
        coarse = function.name in self._coarse
        value = value_of(y)
        floor = 1.0 if coarse else call.least
        return rounded(y, noise, floor, a, shift * steepness(function, value, coarse, call.least))


def steepness(function: Function, y: Any, coarse: bool, least: float) -> Any:
    """How many roundings a slope is off if it is computed from a rounded value; for a coarse function,
    roundings of 1.
    """
    read_off = function.slope_sensitivity(y)
    if not coarse:
        return read_off
    size = np.abs(y)
    return np.maximum(read_off * np.maximum(size, 1) / np.maximum(size, least), 1)


@primitive  # type: ignore[untyped-decorator]
def _seen(a: Any, added: Any) -> Any:
    """a + added, of one shape. autograd's own sum would look for axes to sum over at every step."""
    return a + added


defvjp(_seen, lambda y, a, added: lambda g: g, lambda y, a, added: lambda g: g)


def rounded(y: Any, noise: Array, floor: float, a: Any = 0.0, slope: Any = 0.0) -> Any:
    """y with a noise of its shape, at least that of ``floor``; ``slope`` is added along a."""
    return _affine(y, a, 1 + noise, noise * floor, slope)


@primitive  # type: ignore[untyped-decorator]
def _affine(y: Any, a: Any, factor: Any, added: Any, slope: Any) -> Any:
    """factor · y + added + slope · (a − a) as one entry of autograd's tape, not five."""
    return y * factor + added


defvjp(
    _affine,
    lambda answer, y, a, factor, added, slope: lambda g: g * factor,
    lambda answer, y, a, factor, added, slope: lambda g: g * slope,
    argnums=(0, 1),
)


class Counting(Arithmetic):
    """Records the shapes of the arguments."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def apply(self, function: Function, a: Any) -> Any:
        self.shapes.append(np.shape(a))
        return super().apply(function, a)


def shapes_of_calls(case: Case, records: Any) -> list[tuple[int, ...]]:
    """The shapes of the arguments of every function call in a step of these records."""
    counting = Counting()
    inputs = {name: array[records, 0] for name, array in case.inputs.items()}
    state = tuple(array[records] for array in case.state)
    case.model.advance(Namespace(case.chosen, counting), case.params(Use.STEP), inputs, state)
    return counting.shapes


def value_of(array: Any) -> Any:
    """The array inside of autograd's box."""
    while hasattr(array, "_value"):
        array = array._value
    return array


def kinked(calls: Sequence[FunctionCall]) -> bool:
    """Is an argument of a call near a kink of its function?"""
    return any(near_kink(call.function, call.argument) for call in calls if call.function)


def near_kink(function: Function, argument: Callable[[], Any]) -> bool:
    """Is a function's argument (M, …) within ``SAFETY`` times the spread of the draws of a kink?"""
    if not function.kinks:
        return False
    a = value_of(argument())
    spread = SAFETY * np.max(np.abs(a - a[:1]), axis=0)
    return any(bool(np.any(np.abs(a[0] - kink) <= spread)) for kink in function.kinks)
