"""A function of JAX's arrays as a layer: its forward and its backward, each compiled once for every shape.

    apply(params, xs, state) -> outputs, state

as the adapter for a layer has them (``verification.adapters.layer``), with ``lengths`` after the state where
the scope claims them. The backward is ``jax.vjp``, so that a ``custom_vjp`` in it is what is judged.

Of complex numbers JAX's cotangents and gradients are the conjugates of those here: both are turned.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np

from verification.adapters.extras import library
from verification.adapters.layer import LayerAdapter, check_types, of_library, outputs_and_state
from verification.adapters.remade import AdapterCall
from verification.jax.watching import apply_watched
from verification.models.arrays import Array
from verification.models.forms import Form
from verification.models.model import Model
from verification.models.stored import limits
from verification.sampling.scope import Scope

Apply = Callable[..., Any]
State = tuple[Array, ...]


@dataclass(frozen=True, eq=False)
class JaxPasses:
    """The two passes of a function, on a device of this platform; None is JAX's own choice."""

    apply: Apply
    device: str | None

    def forward(self, params: Mapping[str, Array], xs: Any, state: State, *lengths: Array) -> Any:
        """Outputs, final state, and what pulls cotangents back."""
        with _as_asked(self.device, state[0].dtype) as jax:
            given = jax.tree.map(jax.numpy.array, (params, xs, state))
            (outputs, final), pull = compiled(self.apply)[0](given, *map(jax.numpy.array, lengths))
            # JAX would take no cotangent of another type.
            check_types(outputs, final, state[0].dtype)
            # Of what is not returned there is no cotangent.
            there = tuple(array is not None for array in final)
            return *jax.tree.map(np.array, (outputs, final)), (pull, there)

    def backward(self, saved: Any, d_outputs: Any, d_state: State) -> Any:
        """The gradients of params, xs and state."""
        with _as_asked(self.device, d_state[0].dtype) as jax:
            pull, there = saved
            ends = tuple(d if has else None for d, has in zip(d_state, there, strict=False))
            given = jax.tree.map(lambda d: jax.numpy.array(d).conj(), (d_outputs, ends))
            d_params, d_xs, d_initial = compiled(self.apply)[1](pull, given)
            return jax.tree.map(lambda d: np.array(d.conj()), (d_params, d_xs, d_initial))


@cache
def compiled(apply: Apply) -> tuple[Any, Any]:
    """The passes of a function, compiled at the first call of each shape; kept for as long as the process."""
    jax = library("jax", "jax")

    def run(given: Any, lengths: tuple[Any, ...]) -> Any:
        return outputs_and_state(apply(*given, *lengths))

    def whole(array: Any) -> bool:
        return bool(jax.numpy.issubdtype(array.dtype, jax.numpy.integer))

    def forward(given: Any, *lengths: Any) -> Any:
        # Of whole numbers there is no gradient.
        counted = jax.tree.map(lambda array: array if whole(array) else None, given)
        moved = jax.tree.map(lambda array: None if whole(array) else array, given)

        def of_moved(moved: Any) -> Any:
            both = jax.tree.map(
                lambda a, b: b if a is None else a, moved, counted, is_leaf=lambda each: each is None
            )
            return run(both, lengths)

        return jax.vjp(of_moved, moved)

    def backward(pull: Any, cotangents: Any) -> Any:
        return pull(cotangents)[0]

    return jax.jit(forward), jax.jit(backward)


@contextmanager
def _as_asked(device: str | None, dtype: np.dtype[Any]) -> Iterator[Any]:
    """JAX on a device, where an array made without a type has the precision of this one."""
    jax = library("jax", "jax")
    # Since 0.8 the switch is in jax itself.
    home = jax if hasattr(jax, "enable_x64") else library("jax.experimental", "jax")
    with home.enable_x64(limits(dtype).bits > 32), jax.default_device(device and jax.devices(device)[0]):
        yield jax


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
    return layer_of(apply, source, scope, arrays, device, forms)


def layer_of(
    apply: Apply,
    source: AdapterCall,
    scope: Scope | None,
    arrays: Mapping[str, Any] | None,
    device: str | None,
    forms: Mapping[str, Form] | None = None,
) -> LayerAdapter:
    """The layer of a function that a program makes by ``source``."""
    _is_there(device)
    scope = scope or Scope()
    if scope.compiled is None:
        scope = replace(scope, compiled=True)
    cannot = ("some gradients alone", "a gradient of the gradient")
    watching = partial(apply_watched, apply)
    return of_library(JaxPasses(apply, device), source, scope, arrays, forms, watching, cannot=cannot)


def _is_there(device: str | None) -> None:
    jax = library("jax", "jax")
    if device is None:
        return
    try:
        jax.devices(device)
    except RuntimeError:
        there = jax.default_backend()
        raise ValueError(f"device: {device!r}, needed one that is there, as {there!r}") from None
