"""Equinox: nn.GRUCell under jax.lax.scan, by JAX's own backward, compiled."""

import equinox as eqx

from verification.jax import equinox

PIN = {
    "title": "Equinox, nn.GRUCell",
    "package": "equinox==0.13.8",
    "with": ("jax==0.10.2",),
    "environment": "jax",
}

engine = equinox(eqx.nn.GRUCell)
