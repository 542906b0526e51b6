"""The two passes of a function of JAX's arrays: forward and backward, each compiled once for every shape.

    apply(params, xs, state) -> outputs, state

as the adapter for a layer has them (``verification.adapters.layer``), with ``lengths`` after the state where
the scope claims them. The backward is ``jax.vjp``, so that a ``custom_vjp`` in it is what is judged.

Of complex numbers JAX's cotangents and gradients are the conjugates of those here: both are turned.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from verification.adapters.extras import library
from verification.adapters.returned import check_types, outputs_and_state
from verification.models.arrays import Array
from verification.models.stored import limits

Apply = Callable[..., Any]
State = tuple[Array, ...]
TwoPasses = tuple[Callable[..., Any], Callable[..., Any]]


def passes_of_apply(apply: Apply, device: str | None) -> TwoPasses:
    """Forward and backward on a device of this platform; None is JAX's own choice."""
    both = JaxPasses(apply, device)
    return both.forward, both.backward


@dataclass(frozen=True, eq=False)
class JaxPasses:
    """The two passes of a function."""

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
