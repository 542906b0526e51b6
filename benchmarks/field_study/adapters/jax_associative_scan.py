"""JAX: jax.lax.associative_scan of a first-order recurrence, by JAX's own backward."""

import jax

from verification.jax import layer
from verification.models import scan

PIN = {"title": "JAX, lax.associative_scan", "package": "jax==0.10.2", "environment": "jax"}


def apply(params, xs, state):
    def both(before, after):
        return after[0] * before[0], after[0] * before[1] + after[1]

    decayed, summed = jax.lax.associative_scan(both, (xs["a"], xs["x"]), axis=1)
    outputs = summed + decayed * state[0][:, None]
    return outputs, (outputs[:, -1],)


engine = layer(apply, model=scan)
