"""thinc: LSTM on a CPU, one layer in one direction, float32, by NumpyOps.

Each gate has two biases, which are added: the first is b here, and the second 0. Its initial state is a
parameter, HC0, without a gradient; it starts at zero, and no final state is returned.
"""

import numpy as np
from thinc.api import LSTM, NumpyOps, Padded

from verification import Scope, layer
from verification.models import lstm

PIN = {
    "title": "thinc, LSTM",
    "package": "thinc==9.1.1",
    "environment": "thinc",
    "page": "thinc.md",
}


def padded(array):
    """A batch of whole sequences, steps first."""
    data = np.ascontiguousarray(array.transpose(1, 0, 2))
    T, N, _ = data.shape
    return Padded(data, np.full(T, N, "i"), np.full(N, T, "i"), np.arange(N))


def forward_by(ops, params, xs, state):
    """The forward of a layer that computes by these operations."""
    D, H = xs.shape[2], state[0].shape[1]
    net = LSTM(H, D)
    net.ops = ops
    parts = params["U"], params["b"], params["W"], np.zeros_like(params["b"])
    net.set_param("LSTM", np.concatenate([part.ravel() for part in parts]))
    net.set_param("HC0", np.zeros((2, 1, 1, H), np.float32))
    outputs, backprop = net(padded(xs), is_train=True)
    return outputs.data.transpose(1, 0, 2).copy(), (None, None), (net, backprop, D)


def forward(params, xs, state):
    return forward_by(NumpyOps(), params, xs, state)


def backward(saved, d_outputs, d_state):
    net, backprop, D = saved
    net.set_grad("LSTM", np.zeros_like(net.get_param("LSTM")))  # it adds to what is there
    d_xs = backprop(padded(d_outputs)).data.transpose(1, 0, 2).copy()
    H = d_outputs.shape[2]
    U, b, W, _ = np.split(net.get_grad("LSTM"), np.cumsum([4 * H * D, 4 * H, 4 * H * H]))
    return {"U": U.reshape(4 * H, D), "W": W.reshape(4 * H, H), "b": b.copy()}, d_xs, (None, None)


SCOPE = Scope(
    dtypes=("float32",),
    states="zero",
    finals=(),
    blocks=("U", "W", "b", "xs"),
    records=(1, 17),
    steps=(1, 17),
)
GATES = {"gates": "fiog"}
engine = layer(forward, backward, model=lstm, scope=SCOPE, arrays=GATES)
