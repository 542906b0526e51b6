"""Flax: linen.GRUCell under jax.lax.scan, by JAX's own backward, compiled."""

import flax.linen as nn
import jax.numpy as jnp
from of_jax import layer_of

from verification import Scope, layer
from verification.models import gru

PIN = {
    "title": "Flax, linen.GRUCell",
    "package": "flax==0.12.8",
    "with": ("jax==0.10.2",),
    "environment": "jax",
}
GATES = "rzn"


def step(params, x, state):
    (h,) = state
    U, W, b = (jnp.split(params[name], 3) for name in ("U", "W", "b"))
    named = {f"i{g}": {"kernel": U_g.T, "bias": b_g} for g, U_g, b_g in zip(GATES, U, b, strict=True)}
    named |= {f"h{g}": {"kernel": W_g.T} for g, W_g in zip(GATES, W, strict=True)}
    named["hn"]["bias"] = params["bn"]
    h, _ = nn.GRUCell(len(h), param_dtype=x.dtype).apply({"params": named}, h, x)
    return (h,)


forward, backward = layer_of(step)
engine = layer(forward, backward, model=gru, scope=Scope(compiled=True))
