"""Equinox: nn.LSTMCell under jax.lax.scan, by JAX's own backward, compiled."""

import equinox as eqx

from verification.jax import equinox

PIN = {
    "title": "Equinox, nn.LSTMCell",
    "package": "equinox==0.13.8",
    "with": ("jax==0.10.2",),
    "environment": "jax",
}

engine = equinox(eqx.nn.LSTMCell)
