"""What adapters of JAX share: a cell's scan over records and steps, and its vjp, compiled for each shape."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)


def net(step, params, xs, state):
    """Outputs and final state, of ``step(params, x, state) -> state`` of one record."""

    def one(xs, state):
        def body(state, x):
            state = step(params, x, state)
            return state, state[0]

        final, outputs = jax.lax.scan(body, state, xs)
        return outputs, final

    return jax.vmap(one)(xs, state)


@partial(jax.jit, static_argnums=0)
def run(step, given):
    """The forward."""
    return net(step, *given)


@partial(jax.jit, static_argnums=0)
def pull(step, given, cotangents):
    """JAX's backward of it."""
    return jax.vjp(partial(net, step), *given)[1](cotangents)


def arrays(tree):
    """Arrays of NumPy that nobody else holds."""
    return jax.tree.map(lambda array: np.array(array), tree)


def layer_of(step):
    """Forward and backward of a layer, of a step."""

    def forward(params, xs, state):
        given = jax.tree.map(jnp.array, (params, xs, state))  # copies
        outputs, final = arrays(run(step, given))
        return outputs, final, given

    def backward(given, d_outputs, d_state):
        return arrays(pull(step, given, (d_outputs, d_state)))

    return forward, backward
