"""A function of tensors as a layer, and an ``autograd.Function``: ``layer`` and ``function``.

What they do with tensors is in ``verification.torch.passes``, and runs in the engine's own process.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Self

from verification.adapters.extras import library
from verification.adapters.layer import LayerAdapter, Watching, of_library
from verification.adapters.layout import layout_of
from verification.adapters.remade import AdapterCall
from verification.models.forms import Form
from verification.models.model import Model, Use
from verification.processes.place import Passes
from verification.sampling.scope import Scope
from verification.torch.applied import AppliedFunction, Order, passes_of_function
from verification.torch.passes import passes_of_apply
from verification.torch.watching import function_watched, layer_watched

Apply = Callable[..., Any]

CPU = "cpu"


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
    passes = Passes(passes_of_apply, (apply,), (device,))
    return layer_of(passes, source, scope, arrays, device, forms, partial(layer_watched, apply))


def other(device: str) -> str | None:
    """A device that has to be said."""
    return None if device == CPU else device


def layer_of(
    passes: Passes,
    source: AdapterCall,
    scope: Scope | None,
    arrays: Mapping[str, Any] | None,
    device: str,
    forms: Mapping[str, Form] | None = None,
    watching: Watching | None = None,
) -> LayerAdapter:
    """The layer of passes that are told what is wanted; ``source``: how a program creates it."""
    is_there(device)
    cannot = ("a gradient of the gradient",)
    return of_library(passes, source, scope, arrays, forms, watching, partial=True, cannot=cannot)


def is_there(device: str) -> None:
    """Raises ValueError, in one line, where a device is not."""
    torch = library("torch", "torch")
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError):
        raise ValueError(f"device: {device!r}, needed one that is there, as {CPU!r}") from None


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
    order = Order(chosen, names(Use.INPUT), states, finals, outputs)
    passes = Passes(passes_of_function, (function,), (order, device))
    watching = partial(function_watched, AppliedFunction(function, order))
    return AppliedLayer(**vars(layer_of(passes, source, scope, arrays, device, forms, watching)))


class AppliedLayer(LayerAdapter):
    """The layer of an ``autograd.Function``."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """In which order its ``apply`` takes them, by name."""
        order, *_ = self.passes.given
        names: tuple[str, ...] = order.names
        return names

    def reordered(self, arguments: tuple[str, ...]) -> Self:
        """The same with ``apply`` given its arguments in this order."""
        order, *others = self.passes.given
        return replace(self, passes=self.passes.of(replace(order, names=arguments), *others))
