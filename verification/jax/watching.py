"""What a training calls in the place of a function of JAX's arrays, some of whose calls are kept.

    apply(params, xs, state) -> outputs, state

JAX's arrays never change, so all of a call is told at its backward, by ``jax.debug.callback``, compiled or
not. Under ``vmap`` and ``shard_map`` each part is a call of its own, and forward-mode derivatives go through
no ``custom_vjp``, which this is. ``jax.effects_barrier()`` waits for calls that are on their way.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from verification.adapters.calls import Keeper, each
from verification.adapters.extras import library


def apply_watched(apply: Callable[..., Any], keeper: Keeper, module: Any) -> Callable[..., Any]:
    """The function, whose calls are told to who keeps them."""
    if module is not None:
        raise TypeError(f"module: {type(module).__name__}, needed None: parameters are given to each call")
    jax = library("jax", "jax")

    def told(given: Any, answered: Any, cotangents: Any, gradients: Any) -> None:
        params, xs, state, ends = given
        call = keeper.opened({"params": params, "xs": xs, "state": state, "ends": ends})
        if call is None:
            return
        call.answered(outputs=answered[0], final=answered[1])
        # Conjugates of those of an adapter, as ``verification.jax.passes`` says.
        d_outputs, d_final = each(_conjugate, cotangents)
        d_params, d_xs, d_state = each(_conjugate, gradients)
        call.asked(d_outputs=d_outputs, d_final=d_final).answered(
            d_params=d_params, d_xs=d_xs, d_state=d_state
        )

    def plain(params: Any, xs: Any, state: Any, ends: Any) -> Any:
        outputs, final = apply(params, xs, state, *ends)
        return outputs, final

    def forward(params: Any, xs: Any, state: Any, ends: Any) -> Any:
        answered, pull = jax.vjp(lambda p, x, h: plain(p, x, h, ends), params, xs, state)
        return answered, (pull, (params, xs, state, ends), answered)

    def backward(saved: Any, cotangents: Any) -> Any:
        pull, given, answered = saved
        gradients = pull(cotangents)
        # Whole numbers have none.
        moved = jax.tree.map(lambda d: None if d.dtype == jax.dtypes.float0 else d, gradients)
        jax.debug.callback(told, given, answered, cotangents, moved)
        return *gradients, None

    watched = jax.custom_vjp(plain)
    watched.defvjp(forward, backward)
    return lambda params, xs, state, *ends: watched(params, xs, state, ends)


def _conjugate(array: Any) -> Any:
    return np.conj(np.asarray(array))
