"""MyGrad: nnet.layers.gru.gru, steps first; the reset comes before the product. s0 has no gradient.

Numba compiles it anew for each number type, so it is asked in one, and compiled before it is asked.
"""

import numpy as np
from mygrad import Tensor
from mygrad.nnet.layers.gru import gru

from verification import Scope, layer
from verification.models import gru_reset_before

PIN = {
    "title": "MyGrad, gru",
    "package": "mygrad==2.5.0",
    "with": ("numba==0.68.1", "scipy"),
    "environment": "mygrad",
}
GATES = ("r", "z", "h")  # ours: r, z, n
blocks = ("U", "W", "b", "xs")


def at_most(bp_lim):
    """A forward that goes back at most bp_lim steps; None is all."""

    def forward(params, xs, state):
        tensors = {"X": Tensor(np.ascontiguousarray(xs))}
        for gate, U, W, b in zip(GATES, *(np.split(params[name], 3) for name in "UWb"), strict=True):
            tensors |= {f"U{gate}": Tensor(U.T), f"W{gate}": Tensor(W.T.copy()), f"b{gate}": Tensor(b)}
        limit = None if bp_lim is None else min(bp_lim, len(xs) - 1)
        s = gru(**tensors, s0=state[0], bp_lim=limit)
        return s.data[1:].copy(), (s.data[-1].copy(),), (tensors, s)

    return forward


def backward(saved, d_outputs, d_state):
    tensors, s = saved
    d_s = np.zeros_like(s.data)
    d_s[1:] = d_outputs
    d_s[-1] += d_state[0]  # the last output is the final state
    s.backward(d_s)
    d_params = {
        ours: np.concatenate([tensors[f"{ours}{gate}"].grad.T for gate in GATES]) for ours in ("U", "W", "b")
    }
    return d_params, tensors["X"].grad, (None,)


def compiled(forward):
    """The forward, after Numba has compiled it and its backward."""
    one = np.ones((3, 1))
    params = {"U": one, "W": one, "b": one[:, 0]}
    outputs, final, saved = forward(params, np.ones((9, 1, 1)), (one[:1],))
    backward(saved, outputs, final)
    return forward


forward = compiled(at_most(None))
engine = layer(
    forward,
    backward,
    model=gru_reset_before,
    scope=Scope(dtypes=("float64",), blocks=blocks, records=(1, 17), steps=(1, 17)),
    arrays={"axes": "TN"},
)
