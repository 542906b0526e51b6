"""Scalar functions, and the namespace ``f`` through which a model's step reaches them.

A step never calls a function of its own choice. It calls ``f.gate(a)``, where gate is a *role*, and whoever
runs the step decides what that means: which function plays the role, and in which ``Arithmetic``: floating
point under autograd, perturbed draws, complex steps, dual numbers. Two more names say where a backward
is meant to differ from the derivative:

    f.stop(x)               x, through which no gradient flows
    f.surrogate(value, by)  value, with the derivative of ``by``

And one says how a diagnosis calls what it is given, where a backward holds that constant:

    f.named("normaliser", x)  x
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autograd.extend import defvjp, notrace_primitive, primitive

from verification.models import activations

# Names in the namespace that no role may have.
RESERVED = ("stop", "surrogate", "named")


def _zero(y: Any) -> Any:
    return 0 * y


@dataclass(frozen=True, eq=False)
class Function:
    """A scalar function, in ``autograd.numpy``.

    ``slope(a)``: its derivative, if that is declared instead of computed from ``value`` by autograd.
    ``slope_sensitivity(y)``: ``|y · ds/dy|``, by how much a slope s(y) that is computed from the output y
    changes per relative change of y. ``kinks``: the arguments at which it has no slope. ``holomorphic``: its
    value may be taken at complex arguments for a complex step. ``rational``: it maps rationals to rationals.
    """

    name: str
    value: Callable[[Any], Any]
    slope: Callable[[Any], Any] | None = None
    slope_sensitivity: Callable[[Any], Any] = _zero
    kinks: tuple[float, ...] = ()
    holomorphic: bool = False
    rational: bool = False


def _shipped(name: str, **properties: Any) -> Function:
    value, sensitivity = activations.ACTIVATIONS[name], activations.STEEPNESS[name]
    return Function(name, value, slope_sensitivity=sensitivity, **properties)


FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        _shipped("tanh", holomorphic=True),
        _shipped("sigmoid", holomorphic=True),
        _shipped("relu", kinks=(0.0,), rational=True),
        _shipped("softsign", rational=True),
        _shipped("identity", holomorphic=True, rational=True),
        _shipped("rational_gate", rational=True),
    )
}


def function_named(function: str | Function) -> Function:
    """A function by its name in ``FUNCTIONS``; a Function is returned as it is."""
    if isinstance(function, Function):
        return function
    if function not in FUNCTIONS:
        raise ValueError(f"function: {function!r}, needed a Function or one of {', '.join(FUNCTIONS)}")
    return FUNCTIONS[function]


# x as a constant: no gradient flows through it.
_stop: Callable[[Any], Any] = notrace_primitive(lambda x: x)


@primitive  # type: ignore[untyped-decorator]
def _surrogate(value: Any, by: Any) -> Any:
    return value + 0 * by


defvjp(_surrogate, None, lambda answer, value, by: lambda g: g)


class Arithmetic:
    """How functions are applied, in floating point and under autograd; others derive from it."""

    def apply(self, function: Function, a: Any) -> Any:
        """The function's value, with its slope where one is declared."""
        if function.slope is None:
            return function.value(a)
        constant = self.stop(a)
        return self.surrogate(function.value(constant), function.slope(constant) * a)

    def stop(self, x: Any) -> Any:
        """x, as a constant."""
        return _stop(x)

    def surrogate(self, value: Any, by: Any) -> Any:
        """``value``, with the derivative of ``by``."""
        return _surrogate(self.stop(value), by)

    def named(self, name: str, x: Any) -> Any:
        """x, under a name."""
        return x

    def at(self, index: tuple[int, ...]) -> "Arithmetic":
        """The same for one of several copies, with this index along the leading axes."""
        return self


class UnknownName(Exception):
    """A step uses a name that its model does not have; the message says which."""


class Namespace:
    """The ``f`` that a step is given: its roles, ``stop``, ``surrogate`` and ``named``."""

    def __init__(self, roles: Mapping[str, Function], arithmetic: Arithmetic) -> None:
        self._roles = roles
        self._arithmetic = arithmetic
        self.stop = arithmetic.stop
        self.surrogate = arithmetic.surrogate

    def __getattr__(self, role: str) -> Callable[[Any], Any]:
        # pickle and copy look these names up before the object has its attributes.
        if role.startswith("__") or role not in self._roles:
            needed = ", ".join([*self._roles, *RESERVED])
            raise UnknownName(f"function {role!r}, needed one of {needed}")
        function = self._roles[role]
        return lambda a: self._arithmetic.apply(function, a)

    def named(self, name: str, x: Any) -> Any:
        """x, under a name for diagnoses of backwards that hold it constant."""
        return self._arithmetic.named(name, x)

    def _at(self, index: tuple[int, ...]) -> "Namespace":
        return Namespace(self._roles, self._arithmetic.at(index))


def at(f: Namespace, index: tuple[int, ...]) -> Namespace:
    """The namespace for one of several copies."""
    return f._at(index)
