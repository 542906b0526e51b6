"""CS231n, assignment 3: rnn_forward and rnn_backward, as solved in FortiLeiZhang/cs231n."""

from sources import package

from verification import Scope, layer
from verification.models import vanilla

PIN = {
    "title": "CS231n assignment 3, rnn_backward (FortiLeiZhang)",
    "repository": "FortiLeiZhang/cs231n",
    "commit": "43867c4206797553f9247ad0861c960bf73d69c8",
    "files": {
        "code/cs231n/assignment3/cs231n/rnn_layers.py": "c2828fed71fdbdf99e093f9d7a34fa06",
    },
}

layers = package(PIN["repository"], "cs231n.rnn_layers", "code/cs231n/assignment3")


def forward(params, xs, state):
    outputs, cache = layers.rnn_forward(xs, *state, params["Wx"], params["Wh"], params["b"])
    return outputs, (outputs[:, -1].copy(),), cache


def backward(cache, d_outputs, d_state):
    d_outputs = d_outputs.copy()
    d_outputs[:, -1] += d_state[0]  # the last output is the final state
    d_xs, d_h0, d_Wx, d_Wh, d_b = layers.rnn_backward(d_outputs, cache)
    return {"Wx": d_Wx, "Wh": d_Wh, "b": d_b}, d_xs, (d_h0,)


engine = layer(
    forward,
    backward,
    model=vanilla,
    scope=Scope(functions={"activation": ("tanh",)}, dtypes=("float64",)),
    arrays={"U": ("Wx", "T"), "W": ("Wh", "T")},
)
