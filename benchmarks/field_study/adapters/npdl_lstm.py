"""NumpyDL: layers.BatchLSTM with return_sequence; its buffers are float32, its gates stacked i, f, o, g."""

import numpy as np
from sources import package

from verification import Scope, layer
from verification.models import lstm

PIN = {
    "title": "NumpyDL, BatchLSTM",
    "repository": "oujago/NumpyDL",
    "commit": "29c03402500cd3227daadaaf63147856068c9ae7",
    "files": {
        "npdl/layers/recurrent.py": "ccf8a087393127d0904bc108c942fbd5",
    },
}

BatchLSTM = package(PIN["repository"], "npdl.layers").BatchLSTM


def forward(params, xs, state):
    h0, c0 = state
    net = BatchLSTM(n_out=h0.shape[1], n_in=xs.shape[2], return_sequence=True)
    net.AllW = np.concatenate([params["b"][None], params["Wx"], params["Wh"]])
    outputs = net.forward(xs, c0=c0, h0=h0)
    return outputs.copy(), (outputs[:, -1].copy(), net.C[-1].copy()), (net, xs.shape[2])


def backward(saved, d_outputs, d_state):
    net, D = saved
    d_xs = net.backward(d_outputs, dcn=d_state[1], dhn=d_state[0])
    d_params = {"b": net.d_AllW[0], "Wx": net.d_AllW[1 : D + 1], "Wh": net.d_AllW[D + 1 :]}
    return d_params, d_xs, (net.d_h0, net.d_c0)


engine = layer(
    forward,
    backward,
    model=lstm,
    scope=Scope(dtypes=("float32",)),
    arrays={"U": ("Wx", "T"), "W": ("Wh", "T"), "gates": "ifog"},
)
