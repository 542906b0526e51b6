"""Chainer: the function SLSTM, and SLSTMGrad, its backward: an LSTM's step from two states, as in a tree.

One of them is the state of a sequence here; the other's cell, and the sums of its gates, are inputs.

    c′ = σ(i) ⊙ tanh(g) + σ(f) ⊙ c + σ(i₂) ⊙ tanh(g₂) + σ(f₂) ⊙ c₂        h′ = σ(o + o₂) ⊙ tanh(c′)
"""

import numpy
from of_chainer import classes, in_blocks, interleaved

from verification import Block, Model, Scope, Use, step
from verification.models.parts import parts
from verification.models.product import rows
from verification.models.readout import bias

PIN = {
    "title": "Chainer, SLSTM and SLSTMGrad",
    "repository": "chainer/chainer",
    "commit": "a8e15cbe55a90854a3918b8b5a976abbbff9ec94",
    "files": {
        "chainer/functions/rnn/slstm.py": "d4f385e7e57ea0185f7241dcfa3d2a10",
    },
}
GATES = ("i", "f", "g", "o")

theirs = classes("chainer/functions/rnn/slstm.py", "SLSTM", "SLSTMGrad")


def of_two(f, p, x, h, c):
    i, forget, g, o = parts(rows(p.U, x.x) + rows(p.W, h) + bias(p.b), 4)
    i2, forget2, g2, o2 = parts(x.a2, 4)
    c = f.gate(i) * f.candidate(g) + f.gate(forget) * c
    c = c + f.gate(i2) * f.candidate(g2) + f.gate(forget2) * x.c2
    return f.gate(o + o2) * f.output(c), c


model = Model(
    "two_state_lstm",
    (
        Block("U", ("4 H", "D"), Use.STEP, GATES, "input weights"),
        Block("W", ("4 H", "H"), Use.STEP, GATES, "recurrent weights"),
        Block("b", ("4 H",), Use.STEP, GATES, "bias"),
        Block("x", ("D",), Use.INPUT, meaning="inputs"),
        Block("a2", ("4 H",), Use.INPUT, GATES, "sums of the second state's gates"),
        Block("c2", ("H",), Use.INPUT, meaning="the second state's cell"),
        Block("h0", ("H",), Use.STATE, meaning="initial state"),
        Block("c0", ("H",), Use.STATE, meaning="initial cell state"),
    ),
    of_two,
    functions={"gate": ("sigmoid",), "candidate": ("tanh",), "output": ("tanh",)},
)


def forward(params, x, state):
    h, c = state
    gates = interleaved(x["x"] @ params["U"].T + h @ params["W"].T + params["b"])
    second = interleaved(x["a2"])
    c_next, h_next = theirs.SLSTM().forward((c, x["c2"], gates, second))
    return (h_next, c_next), (params, x["x"], h, (c, x["c2"], gates, second, c_next))


def backward(saved, d_state):
    params, x, h, kept = saved
    dh, dc = d_state
    d_c, d_c2, d_gates, d_second = theirs.SLSTMGrad().forward((*kept, dc, dh))
    da = in_blocks(d_gates)
    d_params = {"U": da.T @ x, "W": da.T @ h, "b": da.sum(0)}
    d_x = {"x": da @ params["U"], "a2": in_blocks(d_second), "c2": d_c2}
    return d_params, d_x, (da @ params["W"], d_c)


def by_torch(blocks, cotangents):
    """PyTorch's gradient of the equations in double precision."""
    import torch

    p = {name: torch.tensor(numpy.asarray(a, float), requires_grad=True) for name, a in blocks.items()}
    h, c, outputs = p["h0"], p["c0"], []
    for t in range(p["x"].shape[1]):
        i, f, g, o = (p["x"][:, t] @ p["U"].T + h @ p["W"].T + p["b"]).chunk(4, dim=1)
        i2, f2, g2, o2 = p["a2"][:, t].chunk(4, dim=1)
        kept = torch.sigmoid(f) * c + torch.sigmoid(f2) * p["c2"][:, t]
        c = torch.sigmoid(i) * torch.tanh(g) + torch.sigmoid(i2) * torch.tanh(g2) + kept
        h = torch.sigmoid(o + o2) * torch.tanh(c)
        outputs.append(h)
    flows = zip(cotangents, (torch.stack(outputs, dim=1), h, c), strict=True)
    value = sum((torch.tensor(numpy.asarray(d, float)) * o).sum() for d, o in flows)
    found = torch.autograd.grad(value, list(p.values()))
    return {name: d.numpy() for name, d in zip(p, found, strict=True)}


engine = step(forward, backward, model=model, scope=Scope(records=(1, 17), steps=(1, 17)))
