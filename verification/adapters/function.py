"""The adapter for any function and its backward: no model, no steps.

    forward(*arguments) -> outputs, saved
    backward(saved, *cotangents) -> gradients

``forward`` is written in ``autograd.numpy``, and the backward is checked against its derivative. ``outputs``
is an array, or a tuple of arrays; there is a cotangent for each of them, and a gradient for each argument, in
their order, or None if the argument is not a floating-point array. ``arguments`` is a Hypothesis strategy of
tuples.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from hypothesis import strategies as st

from verification.adapters.given import unchanged
from verification.adapters.importing import imported
from verification.adapters.returned import checked_tuple
from verification.judging.function_subject import OfFunction
from verification.models.arrays import Array
from verification.models.code import Code, code_of, imports_of
from verification.models.model import Model
from verification.processes.hosts import Host
from verification.processes.place import HERE, Passes, Place
from verification.properties.of_function import Call
from verification.sampling.scope import Scope


@dataclass(frozen=True, eq=False)
class FunctionAdapter:
    """A function, its backward, and a strategy of their arguments. ``verify`` takes it.

    ``place``: where they run; the forward is here as well, because it defines the truth.
    """

    forward: Callable[..., Any]
    backward: Callable[..., Any]
    arguments: st.SearchStrategy[tuple[Any, ...]]
    place: Place = HERE

    @property
    def functions(self) -> tuple[Any, ...]:
        """Both passes."""
        return self.forward, self.backward

    def hosted(self, host: Host) -> Self:
        """The same, whose passes run there."""
        return replace(self, place=host)

    @cached_property
    def _passes(self) -> tuple[Callable[..., Any], ...]:
        return self.place.made(Passes(unchanged, self.functions, keeps=(1, None)))

    @property
    def names(self) -> list[str]:
        """The names of the forward's arguments, where it names them."""
        parameters = inspect.signature(self.forward).parameters.values()
        return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]

    def name(self, i: int) -> str:
        """The name of the argument with number i."""
        return self.names[i] if i < len(self.names) else f"argument {i}"

    def answer(self, call: Call) -> dict[int, Any]:
        """What the backward returns for each argument, by number; raises InvalidAnswer for another form."""
        return self.begin(call)(call.cotangents)

    def begin(self, call: Call) -> Callable[[tuple[Array, ...]], dict[int, Any]]:
        """The forward alone; returns the backward, which takes cotangents."""
        forward, backward = self._passes
        _, saved = forward(*call.arguments)
        return lambda cotangents: self._returned(backward(saved, *cotangents), len(call.arguments))

    def _returned(self, returned: Any, count: int) -> dict[int, Any]:
        returned = (returned,) if isinstance(returned, np.ndarray) and count == 1 else returned
        return dict(enumerate(checked_tuple("backward returned", returned, count)))

    def code(self, call: Call) -> Code:
        """Statements that create ``engine``, without its strategy, and the call as ``case``."""
        arrays = [a for a in (*call.arguments, *call.cotangents) if isinstance(a, np.ndarray)]
        imports = imported(backward=self.backward, forward=self.forward)
        return Code(
            ("Call", "function"),
            f"{imports}from hypothesis import strategies as st\n{imports_of(*(a.dtype for a in arrays))}",
            "engine = function(forward, backward, st.nothing())\n"
            f"case = Call(\n    arguments={code_of(call.arguments)},\n"
            f"    cotangents={code_of(call.cotangents)},\n)\n",
        )

    def subject(self, model: Model | None = None, scope: Scope | None = None) -> OfFunction:
        """The subject of a run; raises ValueError for a model or a scope."""
        for name, value in (("model", model), ("scope", scope)):
            if value is not None:
                raise ValueError(f"{name}: given with a function, needed none: its forward says what it is")
        return OfFunction(self)


def function(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    arguments: st.SearchStrategy[tuple[Any, ...]],
) -> FunctionAdapter:
    """A function and its backward, for ``verify``.

    ``forward(*arguments) -> outputs, saved`` in ``autograd.numpy``; ``backward(saved, *cotangents)`` returns
    a gradient for each argument; ``arguments`` draws tuples. The gradient of a complex number is ∂L/∂Re + i
    ∂L/∂Im. Raises TypeError if an argument is not a function or not a strategy.
    """
    for name, each in (("forward", forward), ("backward", backward)):
        if not callable(each):
            raise TypeError(f"{name}: {each!r}, needed a function")
    if not isinstance(arguments, st.SearchStrategy):
        raise TypeError(f"arguments: {arguments!r}, needed a Hypothesis strategy of tuples")
    return FunctionAdapter(forward, backward, arguments)
