"""A cell of JAX's arrays as a layer, by ``jax.lax.scan`` over its steps.

cell(params, x, state) -> state        x (N, D), state a tuple of arrays (N, H)
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from verification.adapters.layer import LayerAdapter
from verification.adapters.layout import AXES
from verification.adapters.remade import AdapterCall
from verification.jax.applied import Cell, Scanned, passes_of_cell
from verification.jax.layers import layer_of
from verification.jax.passes import Apply
from verification.jax.watching import apply_watched
from verification.models.model import Model
from verification.processes.place import Passes
from verification.sampling.scope import Scope


def cell(
    step: Cell,
    *,
    model: Model,
    scope: Scope | None = None,
    arrays: Mapping[str, Any] | None = None,
    device: str | None = None,
) -> LayerAdapter:
    """A cell ``step(params, x, state) -> state``, scanned, to be given to ``verify``.

    All else as of ``verification.jax.layer``.
    """
    if not callable(step):
        raise TypeError(f"step: {step!r}, needed a function of JAX's arrays")
    source = AdapterCall(
        "verification.jax", "cell", {"made": step}, model, said={"arrays": arrays, "device": device}
    )
    passes = Passes(passes_of_cell, (step,), (device,))
    return scanned(passes, source, scope, arrays, device, Scanned(step))


def scanned(
    passes: Passes,
    source: AdapterCall,
    scope: Scope | None,
    arrays: Mapping[str, Any] | None,
    device: str | None,
    apply: Apply,
) -> LayerAdapter:
    """The layer of a scanned cell; ``source``: how a program creates it; ``apply``: what a training calls."""
    if arrays and AXES in arrays:
        raise ValueError(
            f"arrays: axes: {arrays[AXES]!r}, needed none: the loop over steps is the verifier's"
        )
    return layer_of(passes, source, scope, arrays, device, watching=partial(apply_watched, apply))
