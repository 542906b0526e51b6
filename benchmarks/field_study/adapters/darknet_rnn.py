"""darknet: rnn_layer.c on a CPU, with the logistic function, its parser's default, and no shortcut.

s′ = σ(U x + b) + σ(W s + b_s), and what comes out is σ(V s′ + b_o).
"""

from dataclasses import replace

import numpy as np
from of_darknet import RNN, SCOPE, STEPS_FIRST, DarknetLayer

from verification import Block, Model, Use, layer
from verification.models.product import rows
from verification.models.readout import bias

PIN = {
    "title": "darknet, RNN layer",
    "repository": "pjreddie/darknet",
    "commit": "f6afaabcdf85f77e7aff2ec55c020c0e297c77f9",
    "files": {
        "src/rnn_layer.c": "812a976d67a360b26a14c3646fccb1a9",
        "src/connected_layer.c": "fe781dab82f00b8fa1911b2283587d90",
        "src/activations.h": "0439e95e080c2e26bdfd6a6f19554056",
        "src/blas.c": "b92146c50e96f3a9e9fa5221491d0d3d",
    },
    "page": "darknet.md",
}
PARTS = (("U", "b"), ("W", "b_s"), ("V", "b_o"))  # input_layer, self_layer, output_layer


def step(f, p, x, s):
    return f.activation(rows(p.U, x) + bias(p.b)) + f.activation(rows(p.W, s) + bias(p.b_s))


def output(f, p, x, s):
    return f.activation(rows(p.V, s) + bias(p.b_o))


model = Model(
    "darknet_rnn",
    (
        Block("U", ("H", "D"), Use.STEP, meaning="input weights"),
        Block("b", ("H",), Use.STEP, meaning="bias of the inputs"),
        Block("W", ("H", "H"), Use.STEP, meaning="recurrent weights"),
        Block("b_s", ("H",), Use.STEP, meaning="bias of the state"),
        Block("V", ("H", "H"), Use.STEP, meaning="output weights"),
        Block("b_o", ("H",), Use.STEP, meaning="output bias"),
        Block("xs", ("D",), Use.INPUT, meaning="inputs"),
        Block("s0", ("H",), Use.STATE, meaning="initial state"),
    ),
    step,
    functions={"activation": ("sigmoid",)},
    output=output,
)


def forward(params, xs, state, shortcut=False):
    (T, N, D), H = xs.shape, state[0].shape[1]
    net = DarknetLayer(RNN, N, T, D, H, shortcut)
    for part, names in enumerate(PARTS):
        for array, name in zip(net.weights(part, H if part else D), names, strict=True):
            array[:] = params[name]
    xs = np.ascontiguousarray(xs)
    return net.forward(xs), (None,), (net, xs)


def backward(saved, d_outputs, d_state):
    net, xs = saved
    d_xs = net.backward(xs, d_outputs)
    d_params = {}
    for part, names in enumerate(PARTS):
        found = net.weights(part, net.units if part else net.inputs, gradient=True)
        d_params |= {name: array.copy() for name, array in zip(names, found, strict=True)}
    return d_params, d_xs, (None,)


def by_torch(blocks, cotangents, shortcut=False):
    """PyTorch's gradient of the equations in double precision."""
    import torch

    p = {name: torch.tensor(np.asarray(a, float), requires_grad=True) for name, a in blocks.items()}
    s, outputs = p["s0"], []
    for t in range(p["xs"].shape[1]):
        new = torch.sigmoid(p["xs"][:, t] @ p["U"].T + p["b"]) + torch.sigmoid(s @ p["W"].T + p["b_s"])
        s = s + new if shortcut else new
        outputs.append(torch.sigmoid(s @ p["V"].T + p["b_o"]))
    value = (torch.tensor(np.asarray(cotangents[0], float)) * torch.stack(outputs, dim=1)).sum()
    wanted = {name: tensor for name, tensor in p.items() if name != "s0"}
    found = torch.autograd.grad(value, list(wanted.values()))
    return {name: d.numpy() for name, d in zip(wanted, found, strict=True)}


scope = replace(SCOPE, blocks=(*(name for names in PARTS for name in names), "xs"))
engine = layer(forward, backward, model=model, scope=scope, arrays=STEPS_FIRST)
