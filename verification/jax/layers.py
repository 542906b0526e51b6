"""A function of JAX's arrays as a layer.

What it does with them is in ``verification.jax.passes``, and runs in the engine's own process.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from verification.adapters.extras import library
from verification.adapters.layer import LayerAdapter, Watching, of_library
from verification.adapters.remade import AdapterCall
from verification.jax.passes import Apply, passes_of_apply
from verification.jax.watching import apply_watched
from verification.models.forms import Form
from verification.models.model import Model
from verification.processes.place import Passes
from verification.sampling.scope import Scope


def layer(
    apply: Apply,
    *,
    model: Model,
    scope: Scope | None = None,
    arrays: Mapping[str, Any] | None = None,
    forms: Mapping[str, Form] | None = None,
    device: str | None = None,
) -> LayerAdapter:
    """A function ``apply(params, xs, state) -> outputs, state`` of JAX's arrays, to be given to ``verify``.

    ``scope``, ``arrays`` and ``forms`` as of ``verification.layer``; unless the scope says
    ``compiled=False``, few sizes are run. ``device``: a platform, as "cpu" or "gpu". Raises ImportError
    without JAX, ValueError in one line for a device that is not there, and what ``verification.layer``
    raises.
    """
    if not callable(apply):
        raise TypeError(f"apply: {apply!r}, needed a function of JAX's arrays")
    said = {"arrays": arrays, "forms": forms, "device": device}
    source = AdapterCall("verification.jax", "layer", {"made": apply}, model, said=said)
    passes = Passes(passes_of_apply, (apply,), (device,))
    return layer_of(passes, source, scope, arrays, device, forms, partial(apply_watched, apply))


def layer_of(
    passes: Passes,
    source: AdapterCall,
    scope: Scope | None,
    arrays: Mapping[str, Any] | None,
    device: str | None,
    forms: Mapping[str, Form] | None = None,
    watching: Watching | None = None,
) -> LayerAdapter:
    """The layer of passes on a device; ``source``: how a program creates it."""
    _is_there(device)
    scope = scope or Scope()
    if scope.compiled is None:
        scope = replace(scope, compiled=True)
    cannot = ("some gradients alone", "a gradient of the gradient")
    return of_library(passes, source, scope, arrays, forms, watching, cannot=cannot)


def _is_there(device: str | None) -> None:
    jax = library("jax", "jax")
    if device is None:
        return
    try:
        jax.devices(device)
    except RuntimeError:
        there = jax.default_backend()
        raise ValueError(f"device: {device!r}, needed one that is there, as {there!r}") from None
