"""JAX: jax.lax.scan of a first-order recurrence, by JAX's own backward."""

import jax
import jax.numpy as jnp

from verification.jax import layer
from verification.models import scan

PIN = {"title": "JAX, lax.scan", "package": "jax==0.10.2", "environment": "jax"}


def apply(params, xs, state):
    def step(h, given):
        a, x = given
        h = a * h + x
        return h, h

    final, outputs = jax.lax.scan(step, state[0], (xs["a"].swapaxes(0, 1), xs["x"].swapaxes(0, 1)))
    return jnp.swapaxes(outputs, 0, 1), (final,)


engine = layer(apply, model=scan)
