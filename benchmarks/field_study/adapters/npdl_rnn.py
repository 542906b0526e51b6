"""NumpyDL: layers.SimpleRNN as the first layer; its buffers are float32, its initial state zero."""

from sources import package

from verification import Scope, layer
from verification.models import vanilla

PIN = {
    "title": "NumpyDL, SimpleRNN as first layer",
    "repository": "oujago/NumpyDL",
    "commit": "29c03402500cd3227daadaaf63147856068c9ae7",
    "files": {
        "npdl/layers/recurrent.py": "ccf8a087393127d0904bc108c942fbd5",
    },
    "page": "numpydl.md",
}

SimpleRNN = package(PIN["repository"], "npdl.layers").SimpleRNN


def forward(params, xs, state):
    return run(params, xs, first=True)


def run(params, xs, first):
    net = SimpleRNN(n_out=len(params["b"]), n_in=xs.shape[2], return_sequence=True)
    net.first_layer = first
    net.W, net.U, net.b = params["Wx"], params["Wh"], params["b"]
    outputs = net.forward(xs)
    return outputs.copy(), (outputs[:, -1].copy(),), net


def backward(net, d_outputs, d_state):
    d_outputs = d_outputs.copy()
    d_outputs[:, -1] += d_state[0]  # the last output is the final state
    d_xs = net.backward(d_outputs)
    return {"Wx": net.dW, "Wh": net.dU, "b": net.db}, d_xs, (None,)


scope = Scope(functions={"activation": ("tanh",)}, dtypes=("float32",), states="zero", blocks=("U", "W", "b"))
arrays = {"U": ("Wx", "T"), "W": ("Wh", "T")}
engine = layer(forward, backward, model=vanilla, scope=scope, arrays=arrays)
