"""A step that is taken twice, for its value and the gradients of some, and for the gradients of the rest."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import autograd

from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.functions import Arithmetic, Function, Namespace
from verification.models.model import Named, Use


class Step:
    """A step that is taken twice: the second time its functions have the slopes of the first."""

    def __init__(self, case: Case, f: Any) -> None:
        self._step, self._chosen, self._f, self.stop = case.model.step, case.chosen, f, f.stop
        self._arguments: list[Any] = []

    def noted(self, p: Any, x: Any, state: Iterable[Any]) -> tuple[Any, ...]:
        """The step, whose arguments of functions are noted."""

        def noted(number: int, role: str, a: Any) -> Any:
            self._arguments.append(self.stop(a))
            return getattr(self._f, role)(a)

        return _tuple(self._step(Calls(self._f, noted), p, x, *state))

    def again(
        self, p: Any, x: Any, state: Iterable[Any], slope: Callable[[Function, Array], Array]
    ) -> tuple[Any, ...]:
        """The step with the functions' values and slopes where they were."""

        def answered(number: int, role: str, a: Any) -> Any:
            at, function = self._arguments[number], self._chosen[role]
            return self._f.surrogate(function.value(at), slope(function, at) * a)

        return _tuple(self._step(Calls(self._f, answered), p, x, *state))

    def held(self, x: Any) -> Any:
        """The inputs as constants."""
        return Named({name: self.stop(a) for name, a in x.items()}) if isinstance(x, dict) else self.stop(x)

    def sum(self, made: tuple[Any, ...], flow: tuple[Any, ...]) -> tuple[Any, ...]:
        """The values of the one, with the derivatives of both."""
        return tuple(value + (other - self.stop(other)) for value, other in zip(made, flow, strict=True))

    def less(self, made: tuple[Any, ...], flow: tuple[Any, ...]) -> tuple[Any, ...]:
        """The values of the one, without the derivatives of the other."""
        return tuple(value - (other - self.stop(other)) for value, other in zip(made, flow, strict=True))


def twice(case: Case, taken: Callable[..., tuple[Any, ...]]) -> Case:
    """The case with a step that ``taken(step, p, x, state)`` makes of a ``Step``."""

    def step(f: Any, p: Any, x: Any, *state: Any) -> tuple[Any, ...]:
        return taken(Step(case, f), p, x, state)

    return replace(case, model=replace(case.model, step=step))


def _tuple(state: Any) -> tuple[Any, ...]:
    return tuple(state) if isinstance(state, tuple | list) else (state,)


def slope_of(function: Function, a: Array) -> Array:
    """A function's slope, as declared or as autograd has it."""
    if function.slope is not None:
        declared: Array = function.slope(a)
        return declared
    slope: Array = autograd.elementwise_grad(function.value)(a)
    return slope


class Calls:
    """A namespace that numbers the calls of a step, and says what each gives."""

    def __init__(self, f: Namespace, answer: Callable[[int, str, Any], Any]) -> None:
        self._f, self._answer, self._number = f, answer, -1
        self.stop, self.surrogate, self.named = f.stop, f.surrogate, f.named

    def __getattr__(self, role: str) -> Callable[[Any], Any]:
        def called(a: Any) -> Any:
            self._number += 1
            return self._answer(self._number, role, a)

        return called


def roles_of_calls(case: Case) -> list[str]:
    """The role of each call that a step makes."""
    roles: list[str] = []
    f = Namespace(case.chosen, Arithmetic())

    def noted(number: int, role: str, a: Any) -> Any:
        roles.append(role)
        return getattr(f, role)(a)

    case.model.advance(Calls(f, noted), case.params(Use.STEP), case.inputs_at(0), case.state)
    return roles
