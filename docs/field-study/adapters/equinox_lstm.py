"""Equinox: nn.LSTMCell under jax.lax.scan, by JAX's own backward, compiled."""

import equinox as eqx
import jax
from of_jax import layer_of

from verification import Scope, layer
from verification.models import lstm

PIN = {
    "title": "Equinox, nn.LSTMCell",
    "package": "equinox==0.13.8",
    "with": ("jax==0.10.2",),
    "environment": "jax",
}


def step(params, x, state):
    cell = eqx.nn.LSTMCell(len(x), len(state[0]), key=jax.random.key(0))
    names = "weight_ih", "weight_hh", "bias"
    given = [params[name] for name in names]
    cell = eqx.tree_at(lambda c: [getattr(c, name) for name in names], cell, given)
    return cell(x, state)


forward, backward = layer_of(step)
engine = layer(
    forward,
    backward,
    model=lstm,
    scope=Scope(compiled=True),
    arrays={"U": "weight_ih", "W": "weight_hh", "b": "bias"},
)
