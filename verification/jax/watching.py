"""What a training run calls in place of a function of JAX's arrays; some of its calls are stored.

    apply(params, xs, state) -> outputs, state

JAX's arrays never change, so a call is recorded at its backward, by ``jax.debug.callback``, compiled or not.
Under ``vmap`` and ``shard_map`` each part is a call of its own, and forward-mode derivatives do not go
through a ``custom_vjp``, which this is. ``jax.effects_barrier()`` waits for calls that are still running.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from verification.adapters.calls import Keeper
from verification.adapters.extras import library
from verification.adapters.trees import each


def apply_watched(apply: Callable[..., Any], keeper: Keeper, module: Any) -> Callable[..., Any]:
    """The function, whose calls the keeper may store."""
    if module is not None:
        raise TypeError(f"module: {type(module).__name__}, needed None: parameters are given to each call")
    jax = library("jax", "jax")

    def record(given: Any, results: Any, cotangents: Any, gradients: Any) -> None:
        params, xs, state, ends = given
        call = keeper.opened({"params": params, "xs": xs, "state": state, "ends": ends})
        if call is None:
            return
        call.returned(outputs=results[0], final=results[1])
        # Conjugates of those of an adapter, as ``verification.jax.passes`` says.
        d_outputs, d_final = each(_conjugate, cotangents)
        d_params, d_xs, d_state = each(_conjugate, gradients)
        call.backward(d_outputs=d_outputs, d_final=d_final).returned(
            d_params=d_params, d_xs=d_xs, d_state=d_state
        )

    def plain(params: Any, xs: Any, state: Any, ends: Any) -> Any:
        outputs, final = apply(params, xs, state, *ends)
        return outputs, final

    def forward(params: Any, xs: Any, state: Any, ends: Any) -> Any:
        results, pull = jax.vjp(lambda p, x, h: plain(p, x, h, ends), params, xs, state)
        return results, (pull, (params, xs, state, ends), results)

    def backward(saved: Any, cotangents: Any) -> Any:
        pull, given, results = saved
        gradients = pull(cotangents)
        # Whole numbers have none.
        moved = jax.tree.map(lambda d: None if d.dtype == jax.dtypes.float0 else d, gradients)
        jax.debug.callback(record, given, results, cotangents, moved)
        return *gradients, None

    watched = jax.custom_vjp(plain)
    watched.defvjp(forward, backward)
    return lambda params, xs, state, *ends: watched(params, xs, state, ends)


def _conjugate(array: Any) -> Any:
    return np.conj(np.asarray(array))
