"""Flax: linen.OptimizedLSTMCell under jax.lax.scan, by JAX's own backward, compiled."""

import flax.linen as nn
import jax.numpy as jnp
from of_jax import layer_of

from verification import Scope, layer
from verification.models import lstm

PIN = {
    "title": "Flax, linen.OptimizedLSTMCell",
    "package": "flax==0.12.8",
    "with": ("jax==0.10.2",),
    "environment": "jax",
}
GATES = "ifgo"


def step(params, x, state):
    h, c = state
    U, W, b = (jnp.split(params[name], 4) for name in ("U", "W", "b"))
    named = {f"i{gate}": {"kernel": U_g.T} for gate, U_g in zip(GATES, U, strict=True)}
    named |= {f"h{gate}": {"kernel": W_g.T, "bias": b_g} for gate, W_g, b_g in zip(GATES, W, b, strict=True)}
    cell = nn.OptimizedLSTMCell(len(h), param_dtype=x.dtype)
    (c, h), _ = cell.apply({"params": named}, (c, h), x)
    return h, c


forward, backward = layer_of(step)
engine = layer(forward, backward, model=lstm, scope=Scope(compiled=True))
