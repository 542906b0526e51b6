"""A function of tensors as a layer: its forward, and its backward by PyTorch's autograd.

    apply(params, xs, state) -> outputs, state

as the adapter for a layer has them (``verification.adapters.layer``), with ``lengths`` after the state where
the scope claims them. An ``autograd.Function`` in it is what is judged then. Gradients of complex numbers are
those of the adapter. A gradient that is None is zero, as it is for PyTorch.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat
from typing import Any, Self

import numpy as np

from verification.adapters.calls import each
from verification.adapters.extras import library
from verification.adapters.layer import (
    Backward,
    Forward,
    LayerAdapter,
    Watching,
    check_types,
    of_library,
    outputs_and_state,
)
from verification.adapters.layout import layout_of
from verification.adapters.lent import Lent
from verification.adapters.remade import AdapterCall
from verification.models.arrays import Array
from verification.models.forms import Form
from verification.models.model import Model, Use
from verification.models.stored import BFLOAT16
from verification.processes.invalid import InvalidAnswer
from verification.sampling.scope import Scope
from verification.torch.tensors import as_array
from verification.torch.watching import function_watched, layer_watched

Apply = Callable[..., Any]
State = tuple[Array, ...]

CPU = "cpu"


@dataclass(frozen=True, eq=False)
class TorchPasses:
    """The two passes of a function, on a device.

    ``wanted``: of which arrays that are given the gradient is; ``used``: which of outputs and final states
    have a cotangent. Where they are None, all.
    """

    apply: Apply
    device: str
    wanted: tuple[bool, ...] | None = None
    used: tuple[bool, ...] | None = None

    def partial(self, wanted: tuple[bool, ...], used: tuple[bool, ...]) -> tuple[Forward, Backward]:
        """The two passes where only these gradients are wanted, and only these outputs were used."""
        some = replace(self, wanted=wanted, used=used)
        return some.forward, some.backward

    def forward(self, params: Mapping[str, Array], xs: Any, state: State, *lengths: Array) -> Any:
        """Outputs, final state, and the tensors that they are made of."""
        torch = library("torch", "torch")
        wanted = iter(self.wanted or repeat(True))
        given = each(lambda array: self._leaf(array, next(wanted)), (dict(params), xs, tuple(state)))
        lent = Lent(params=given[0], xs=given[1])
        with torch.enable_grad():
            returned = self.apply(*given, *map(torch.from_numpy, lengths))
        lent.check("apply")
        outputs, final = outputs_and_state(returned)
        check_types(outputs, final, given[2][0].dtype)
        return each(_array, outputs), each(_array, final), (given, outputs, final)

    def backward(self, saved: Any, d_outputs: Any, d_state: State) -> Any:
        """The gradients of params, xs and state."""
        torch = library("torch", "torch")
        given, outputs, final = saved
        # Several outputs, and their cotangents, are by name.
        named = isinstance(d_outputs, dict)
        made = (*([outputs.get(name) for name in d_outputs] if named else [outputs]), *final)
        ds = (*(d_outputs.values() if named else [d_outputs]), *d_state)
        leaves: list[Any] = []
        each(leaves.append, given)
        cotangents = zip(made, ds, self.used or repeat(True), strict=False)
        # What has no gradient at all is made of nothing that was given, or is detached.
        flowing = [
            (made, self._tensor(d))
            for made, d, used in cotangents
            if used and made is not None and made.requires_grad
        ]
        wanted = [leaf for leaf in leaves if leaf.requires_grad]
        found: tuple[Any, ...] = (None,) * len(wanted)
        if flowing:
            outputs, ds = zip(*flowing, strict=True)
            # A graph may be gone back more than once.
            found = torch.autograd.grad(outputs, wanted, ds, allow_unused=True, retain_graph=True)
        by_leaf = dict(zip(map(id, wanted), found, strict=True))
        return each(lambda leaf: _gradient(leaf, by_leaf.get(id(leaf))), given)

    def _tensor(self, array: Array) -> Any:
        """A tensor of the same numbers, and on the CPU of the same memory, where PyTorch can read it."""
        torch = library("torch", "torch")
        readable = array.flags.writeable and all(stride > 0 for stride in array.strides)
        array = array if readable else array.copy()
        if array.dtype.name == BFLOAT16:
            # Which PyTorch has and NumPy's arrays do not tell it.
            return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16).to(self.device)
        return torch.from_numpy(array).to(self.device)

    def _leaf(self, array: Array, wanted: bool) -> Any:
        return self._tensor(array).requires_grad_(wanted and array.dtype.kind != "i")


def _array(tensor: Any) -> Array:
    """An array of its own: PyTorch may hand on what it was given."""
    return np.array(as_array(tensor))


def _gradient(leaf: Any, found: Any) -> Array:
    if found is None:
        found = library("torch", "torch").zeros_like(leaf)
    return _array(found)


def layer(
    apply: Apply,
    *,
    model: Model,
    scope: Scope | None = None,
    arrays: Mapping[str, Any] | None = None,
    forms: Mapping[str, Form] | None = None,
    device: str = CPU,
) -> LayerAdapter:
    """A function ``apply(params, xs, state) -> outputs, state`` of tensors, to be given to ``verify``.

    ``scope``, ``arrays`` and ``forms`` as of ``verification.layer``. Raises ImportError without PyTorch,
    ValueError in one line for a device that is not there, and what ``verification.layer`` raises.
    """
    if not callable(apply):
        raise TypeError(f"apply: {apply!r}, needed a function of tensors")
    said = {"arrays": arrays, "forms": forms, "device": other(device)}
    source = AdapterCall(__package__, "layer", {"made": apply}, model, said=said)
    watching = partial(layer_watched, apply)
    return layer_of(apply, source, scope, arrays, device, forms, watching)


def other(device: str) -> str | None:
    """A device that has to be said."""
    return None if device == CPU else device


def layer_of(
    apply: Apply,
    source: AdapterCall,
    scope: Scope | None,
    arrays: Mapping[str, Any] | None,
    device: str,
    forms: Mapping[str, Form] | None = None,
    watching: Watching | None = None,
) -> LayerAdapter:
    """The layer of a function that a program makes by ``source``; ``watching``: as of a layer."""
    is_there(device)
    cannot = ("a gradient of the gradient",)
    passes = TorchPasses(apply, device)
    return of_library(passes, source, scope, arrays, forms, watching, partial=True, cannot=cannot)


def is_there(device: str) -> None:
    """Raises ValueError, in one line, where a device is not."""
    torch = library("torch", "torch")
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError):
        raise ValueError(f"device: {device!r}, needed one that is there, as {CPU!r}") from None


@dataclass(frozen=True, eq=False)
class Applied:
    """``Function.apply`` with arguments in its order; it returns outputs and final states."""

    function: Any
    names: tuple[str, ...]
    inputs: tuple[str, ...]
    states: tuple[str, ...]
    finals: tuple[str, ...]
    outputs: tuple[str, ...]

    def __call__(self, params: Mapping[str, Any], xs: Any, state: tuple[Any, ...], *lengths: Any) -> Any:
        """Outputs and the state's tuple."""
        named = {**params, **dict(zip(self.states, state, strict=True))}
        named |= xs if isinstance(xs, dict) else {self.inputs[0]: xs}
        returned = self.function.apply(*(named[name] for name in self.names), *lengths)
        count = (len(self.outputs) or 1) + len(self.finals)
        if count == 1:
            returned = (returned,)
        if not isinstance(returned, tuple) or len(returned) != count:
            raise InvalidAnswer(
                f"{self.function.__name__} returned a {type(returned).__name__}, needed a tuple of {count}: "
                "outputs and the final states"
            )
        final = dict(zip(self.finals, returned[len(self.outputs) or 1 :], strict=True))
        outputs = dict(zip(self.outputs, returned, strict=False)) if self.outputs else returned[0]
        return outputs, tuple(map(final.get, self.states))

    def sorted(self, arguments: tuple[Any, ...]) -> tuple[Any, Any, Any, Any]:
        """What ``apply`` is given, as params, xs, state and ends."""
        named, ends = dict(zip(self.names, arguments, strict=False)), arguments[len(self.names) :]
        xs = {name: named.pop(name) for name in self.inputs}
        state = tuple(named.pop(name) for name in self.states)
        return named, xs if len(xs) > 1 else next(iter(xs.values())), state, ends


def function(
    function: Any,
    *,
    model: Model,
    arguments: tuple[str, ...] | None = None,
    scope: Scope | None = None,
    arrays: Mapping[str, Any] | None = None,
    forms: Mapping[str, Form] | None = None,
    device: str = CPU,
) -> LayerAdapter:
    """An ``autograd.Function`` that returns ``(outputs, *final states)``, to be given to ``verify``.

    Of final states it returns those that the scope's ``finals`` name; where these are none, outputs alone.
    Several outputs are one after another, as the model names them.
    ``arguments``: in which order its ``apply`` takes parameters, inputs and states, by the names that
    ``arrays`` gives them, or else the model's; by default parameters, inputs, states, and then lengths where
    the scope claims them. Each is named, also a state that the scope says is zero: ``apply`` is given zeros.
    All else as of ``layer``. Raises TypeError for what is no Function.
    """
    torch = library("torch", "torch")
    if not (isinstance(function, type) and issubclass(function, torch.autograd.Function)):
        raise TypeError(f"function: {function!r}, needed a subclass of torch.autograd.Function")
    layout = layout_of(model, arrays)

    def names(*uses: Use) -> tuple[str, ...]:
        return tuple(n for block in model.of(*uses) for n in layout.places[block.name].names)

    states = tuple(block.name for block in model.of(Use.STATE))
    known = (*names(Use.STEP), *names(Use.INPUT), *states)
    chosen = known if arguments is None else tuple(arguments)
    if sorted(chosen) != sorted(known):
        raise ValueError(f"arguments: {chosen!r}, needed each of {', '.join(known)} once, states as well")
    said = {"arguments": arguments, "arrays": arrays, "forms": forms, "device": other(device)}
    source = AdapterCall(__package__, "function", {"made": function}, model, said=said)
    said_of = None if scope is None else scope.finals
    finals = tuple(name for name in states if said_of is None or name in said_of)
    outputs = tuple(model.output) if isinstance(model.output, Mapping) else ()
    applied = Applied(function, chosen, names(Use.INPUT), states, finals, outputs)
    watching = partial(function_watched, applied)
    made = layer_of(applied, source, scope, arrays, device, forms, watching)
    return AppliedLayer(**vars(made), applied=applied)


@dataclass(frozen=True, eq=False, kw_only=True)
class AppliedLayer(LayerAdapter):
    """The layer of an ``autograd.Function``."""

    applied: Applied

    @property
    def arguments(self) -> tuple[str, ...]:
        """In which order its ``apply`` takes them, by name."""
        return self.applied.names

    def reordered(self, arguments: tuple[str, ...]) -> Self:
        """The same with ``apply`` given its arguments in this order."""
        applied = replace(self.applied, names=arguments)
        passes = TorchPasses(applied, self.source.said["device"] or CPU)
        forward, backward = passes.forward, passes.backward
        return replace(self, forward=forward, backward=backward, partial=passes.partial, applied=applied)
