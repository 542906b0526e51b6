"""A gated linear attention with one decay of each head, by an associative scan: each key has that decay."""

import numpy as np

from tests.layers.associative import gated_linear_attention as of_keys


def forward(params, xs, state, prefix):
    g = np.broadcast_to(xs["g"][..., None], xs["k"].shape)
    return of_keys.forward(params, {**xs, "g": g}, state, prefix)


def backward(saved, d_outputs, d_state):
    d_params, d_xs, d_initial = of_keys.backward(saved, d_outputs, d_state)
    return d_params, {**d_xs, "g": d_xs["g"].sum(axis=-1)}, d_initial
