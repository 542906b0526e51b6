"""A cell of JAX's arrays as a layer, by ``jax.lax.scan`` over its steps.

cell(params, x, state) -> state        x (N, D), state a tuple of arrays (N, H)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from verification.adapters.extras import library
from verification.adapters.layer import LayerAdapter
from verification.adapters.layout import AXES
from verification.adapters.remade import AdapterCall
from verification.jax.passes import layer_of
from verification.models.model import Model
from verification.sampling.scope import Scope

Cell = Callable[[Any, Any, tuple[Any, ...]], Any]


@dataclass(frozen=True, eq=False)
class Scanned:
    """Outputs and final state of a cell, scanned over the steps of xs (N, T, D)."""

    cell: Cell

    def __call__(self, params: Any, xs: Any, state: Any) -> Any:
        """``outputs`` (N, T, H) is the first state after each step."""
        jax = library("jax", "jax")

        def turned(array: Any) -> Any:
            return array.swapaxes(0, 1)

        def step(before: Any, x: Any) -> Any:
            after = tuple(self.cell(params, x, before))
            return after, after[0]

        final, outputs = jax.lax.scan(step, tuple(state), jax.tree.map(turned, xs))
        return turned(outputs), final


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
    return scanned(step, source, scope, arrays, device)


def scanned(
    step: Cell,
    source: AdapterCall,
    scope: Scope | None,
    arrays: Mapping[str, Any] | None,
    device: str | None,
) -> LayerAdapter:
    """The layer of a cell that a program makes by ``source``, scanned."""
    if arrays and AXES in arrays:
        raise ValueError(
            f"arrays: axes: {arrays[AXES]!r}, needed none: the loop over steps is the verifier's"
        )
    return layer_of(Scanned(step), source, scope, arrays, device)
