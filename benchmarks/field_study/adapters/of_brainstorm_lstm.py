"""What adapters of brainstorm's LSTM share: a model with peepholes, and how its layer is called.

i, f = σ(U x + W h + b + p ⊙ c)        z = tanh(U x + W h + b)        each by its own rows and peephole
c′ = f ⊙ c + i ⊙ z
o = σ(U x + W h + b + p ⊙ c′)        h′ = o ⊙ tanh(c′)
"""

import numpy as np
from of_brainstorm import REPOSITORY, BrainstormLayer
from sources import file

from verification import Block, Model, Use
from verification.models.parts import parts
from verification.models.product import rows
from verification.models.readout import bias

Lstm = file(REPOSITORY, "brainstorm/layers/lstm_layer.py").LstmLayerImpl
GATES = ("z", "i", "f", "o")
STACKED = {"U": "W", "W": "R", "b": "b"}  # ours to theirs, before the gate's letter
PEEPHOLES = ("pi", "pf", "po")


def step(f, p, x, h, c):
    a_z, a_i, a_f, a_o = parts(rows(p.U, x) + rows(p.W, h) + bias(p.b), 4)
    z, i = f.candidate(a_z), f.gate(a_i + bias(p.pi) * c)
    c = f.gate(a_f + bias(p.pf) * c) * c + i * z
    return f.gate(a_o + bias(p.po) * c) * f.output(c), c


model = Model(
    "peephole_lstm",
    (
        Block("U", ("4 H", "D"), Use.STEP, GATES, "input weights"),
        Block("W", ("4 H", "H"), Use.STEP, GATES, "recurrent weights"),
        Block("b", ("4 H",), Use.STEP, GATES, "bias"),
        *(Block(name, ("H",), Use.STEP, meaning="peephole") for name in PEEPHOLES),
        Block("xs", ("D",), Use.INPUT, meaning="inputs"),
        Block("h0", ("H",), Use.STATE, meaning="initial state"),
        Block("c0", ("H",), Use.STATE, meaning="initial cell state"),
    ),
    step,
    functions={"gate": ("sigmoid",), "candidate": ("tanh",), "output": ("tanh",)},
)


def forward(params, xs, state):
    H = state[0].shape[1]
    net = BrainstormLayer(Lstm, np.ascontiguousarray(xs), H)
    net.buffers.outputs.default[-1] = state[0]
    net.buffers.internals.Ca[-1] = state[1]
    given = {name: params[name] for name in PEEPHOLES}
    for ours, theirs in STACKED.items():
        stacked = np.split(params[ours], 4)
        given |= {f"{theirs}{gate}": array for gate, array in zip(GATES, stacked, strict=True)}
    return net.forward(given), (None, None), net


def backward(net, d_outputs, d_state):
    d_xs, d = net.backward(d_outputs)
    d_params = {name: d[name][0] for name in PEEPHOLES}
    for ours, theirs in STACKED.items():
        d_params[ours] = np.concatenate([d[f"{theirs}{gate}"] for gate in GATES])
    return d_params, d_xs, (None, None)


def by_torch(blocks, cotangents):
    """PyTorch's gradient of the equations in double precision."""
    import torch

    p = {name: torch.tensor(np.asarray(a, float), requires_grad=True) for name, a in blocks.items()}
    h, c, outputs = p["h0"], p["c0"], []
    for t in range(p["xs"].shape[1]):
        z, i, f, o = (p["xs"][:, t] @ p["U"].T + h @ p["W"].T + p["b"]).chunk(4, dim=1)
        i, f = torch.sigmoid(i + p["pi"] * c), torch.sigmoid(f + p["pf"] * c)
        c = f * c + i * torch.tanh(z)
        h = torch.sigmoid(o + p["po"] * c) * torch.tanh(c)
        outputs.append(h)
    value = (torch.tensor(np.asarray(cotangents[0], float)) * torch.stack(outputs, dim=1)).sum()
    names = [name for name in p if name not in ("h0", "c0")]
    found = torch.autograd.grad(value, [p[name] for name in names])
    return {name: d.numpy() for name, d in zip(names, found, strict=True)}
