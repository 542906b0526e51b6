"""Flax: linen.GRUCell under jax.lax.scan, by JAX's own backward, compiled."""

import flax.linen as nn

from verification.jax import flax

PIN = {
    "title": "Flax, linen.GRUCell",
    "package": "flax==0.12.8",
    "with": ("jax==0.10.2",),
    "environment": "jax",
}

engine = flax(nn.GRUCell)
