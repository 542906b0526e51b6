"""ML-From-Scratch: layers.RNN with bptt_trunc = 5, its default; no biases, and as many outputs as inputs.

Its documentation says: "how many time steps the gradient should be propagated backwards through states given
the loss gradient for time step t", which is Window(5). It updates its parameters in the backward; the adapter
gives it an optimiser that keeps the gradient. Its tanh is taken to be NumPy's, since its own has no
digits left near 0. This asks for the gradients of its parameters; mlfs_rnn_inner.py for that of its inputs.
"""

import copy
import math
from dataclasses import replace

import numpy as np
from characters import plain
from sources import definitions, folder

from verification import Block, Gradients, Scope, Use, scoped
from verification.models.truncation import Standard

PIN = {
    "title": "ML-From-Scratch, RNN as first layer",
    "repository": "eriklindernoren/ML-From-Scratch",
    "commit": "a2806c6732eee8d27762edd6d864e0c179d8e9e8",
    "files": {
        "mlfromscratch/deep_learning/layers.py": "8b7643b0297d91dac61ff1a8288408b7",
    },
}

FOLDER = folder(PIN["repository"]) / "mlfromscratch" / "deep_learning"
TANH = definitions((FOLDER / "activation_functions.py").read_text("utf-8"), ["TanH"]).TanH
GIVEN = {"math": math, "copy": copy, "activation_functions": {"tanh": TANH}}
RNN = definitions((FOLDER / "layers.py").read_text("utf-8"), ["Layer", "RNN"], GIVEN).RNN
readout = Block("V", ("D", "H"), Use.READOUT, meaning="output weights")
model = replace(plain, blocks=tuple(readout if block.name == "V" else block for block in plain.blocks))


class Tanh:
    def __call__(self, x):
        return np.tanh(x)

    def gradient(self, x):
        return 1 - np.tanh(x) ** 2


class Keeping:
    def update(self, w, grad):
        self.grad = grad
        return w


def whole(problem):
    return answer(problem, Tanh())


def answer(problem, tanh):
    p, xs = problem.params, problem.xs
    net = RNN(len(p["W"]), input_shape=xs.shape[1:])
    net.U, net.V, net.W = p["U"], p["V"], p["W"]
    net.U_opt, net.V_opt, net.W_opt = Keeping(), Keeping(), Keeping()
    net.activation = tanh or net.activation
    outputs = net.forward_pass(xs)
    residuals = outputs - problem.targets
    d_xs = net.backward_pass(residuals)
    d_params = {"U": net.U_opt.grad, "V": net.V_opt.grad, "W": net.W_opt.grad}
    return Gradients(outputs, np.sum(residuals**2) / 2, d_params, d_xs, (None,))


scope = Scope(
    functions={"activation": ("tanh",)},
    dtypes=("float64",),
    truncations=(Standard("Window", (5,)),),
    losses=("every",),
    states="zero",
    blocks=("U", "W", "V"),
    records=(1, 9),
    steps=(1, 17),
)
engine = scoped(whole, scope, model=model)
