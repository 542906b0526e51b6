"""Equinox: nn.GRUCell under jax.lax.scan, by JAX's own backward, compiled."""

import equinox as eqx
import jax
from of_jax import layer_of

from verification import Scope, layer
from verification.models import gru

PIN = {
    "title": "Equinox, nn.GRUCell",
    "package": "equinox==0.13.8",
    "with": ("jax==0.10.2",),
    "environment": "jax",
}


def step(params, x, state):
    (h,) = state
    cell = eqx.nn.GRUCell(len(x), len(h), key=jax.random.key(0))
    names = "weight_ih", "weight_hh", "bias", "bias_n"
    given = [params[name] for name in names]
    cell = eqx.tree_at(lambda c: [getattr(c, name) for name in names], cell, given)
    return (cell(x, h),)


forward, backward = layer_of(step)
engine = layer(
    forward,
    backward,
    model=gru,
    scope=Scope(compiled=True),
    arrays={"U": "weight_ih", "W": "weight_hh", "b": "bias", "bn": "bias_n"},
)
