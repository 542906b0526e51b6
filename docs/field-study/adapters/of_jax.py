"""What adapters of JAX share: a cell's scan over records and steps, and its vjp, compiled for each shape."""

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)


def arrays(tree):
    """Arrays of NumPy that nobody else holds."""
    return jax.tree.map(lambda array: np.array(array), tree)


def layer_of(step):
    """Forward and backward of ``step(params, x, state) -> state``, of one record."""

    def net(params, xs, state):
        def one(xs, state):
            def body(state, x):
                state = step(params, x, state)
                return state, state[0]

            final, outputs = jax.lax.scan(body, state, xs)
            return outputs, final

        return jax.vmap(one)(xs, state)

    run = jax.jit(net)
    pull = jax.jit(lambda given, cotangents: jax.vjp(net, *given)[1](cotangents))

    def forward(params, xs, state):
        given = jax.tree.map(jnp.array, (params, xs, state))  # copies
        outputs, final = run(*given)
        return arrays(outputs), arrays(final), given

    def backward(given, d_outputs, d_state):
        return arrays(pull(given, (d_outputs, d_state)))

    return forward, backward
