"""What adapters of accelerated-model-architectures share: models of heads, and its kernels, interpreted.

    RNN    h′ = tanh(x + h W)
    GRU    f = σ(xf + h Wf)        r = σ(xr + h Wr)        h′ = f ⊙ h + (1 − f) ⊙ tanh(x + (r ⊙ h) W)

There are A groups of two heads. Inputs are given for each head or for each group, and weights likewise.
Triton's interpreter (of_triton.py) lacks one instruction of the kernels, tanh.approx.f32: NumPy's tanh stands
in for it. How many records a kernel takes together is the adapter's choice. Gradients are not clipped.
"""

import itertools
from types import SimpleNamespace

import autograd.numpy as anp
import numpy as np
import torch
from of_triton import choose
from sources import package
from triton.language import float32
from triton.runtime.interpreter import InterpreterBuilder, TensorHandle

from verification import Block, Model, Use
from verification.models.product import rows

REPOSITORY = "open-lm-engine/accelerated-model-architectures"
EACH, GROUP = "2 A", "A"

torch.set_num_threads(1)


def instruction(self, text, constraints, values, *more):
    """The one of tanh, accurately."""
    if not text.startswith("tanh.approx.f32 "):
        raise NotImplementedError(text)
    found = TensorHandle(np.tanh(values[0].data), float32)
    return SimpleNamespace(get_result=lambda number: found)


InterpreterBuilder.create_inline_asm = instruction


def kernels(cell, records):
    """What calls the kernels of "rnn" or "gru", which take so many records together: 1, 16 or 32."""
    choose(lambda configuration: configuration.kwargs.get("BLOCK_SIZE_B", records) == records)
    found = package(REPOSITORY, f"xma.layers.{cell}.triton_implementation")
    return getattr(found, f"_{cell.upper()}Triton").apply


def called(theirs, names, params, xs, state, offsets=None):
    """Outputs and final state of inputs of these names; slack after packed ones is left out."""
    inputs = [xs[name] for name in names] if len(names) > 1 else [xs]
    longest, slack = None, 0
    if offsets is not None:
        slack = inputs[0].shape[1] - offsets[-1]
        inputs = [x[0, : offsets[-1]] for x in inputs]
        longest = int(offsets.diff().max())
    weights = [params[weight_of(name)] for name in names]
    pairs = itertools.chain(*zip(inputs, weights, strict=True))
    outputs, final = theirs(*pairs, state[0], None, offsets, longest)
    if offsets is not None:
        outputs = torch.nn.functional.pad(outputs, (0, 0, 0, 0, 0, slack))[None]
    return outputs, (final,)


def weight_of(name):
    """The name of the weight beside an input x, xf or xr."""
    return f"W{name[1:]}"


def model(name, step, functions, **sets):
    """A model with inputs of these names, each with its sets of heads and those of its weight."""
    weights = (
        Block(weight_of(x), (of, "H", "H"), Use.STEP, meaning="weights") for x, (_, of) in sets.items()
    )
    inputs = (Block(x, (of, "H"), Use.INPUT, meaning="inputs") for x, (of, _) in sets.items())
    state = Block("h0", (EACH, "H"), Use.STATE, meaning="initial state")
    return Model(name, (*weights, *inputs, state), step, functions=functions, most={"A": 3, "H": 65})


def rnn(x):
    """The RNN; x: of which sets of heads its input and its weight are."""

    def step(f, p, x, h):
        return f.activation(heads(x, h) + product(h, p.W)).reshape(h.shape)

    return model("rnn_of_heads", step, {"activation": ("tanh",)}, x=x)


def gru(**sets):
    """The GRU; x, xf, xr: of which sets of heads an input and its weight are."""

    def step(f, p, x, h):
        forget = f.gate(heads(x.xf, h) + product(h, p.Wf))
        reset = f.gate(heads(x.xr, h) + product(h, p.Wr)).reshape(h.shape)
        new = f.candidate(heads(x.x, h) + product(reset * h, p.W))
        return (forget * heads(h, h) + (1 - forget) * new).reshape(h.shape)

    return model("gru_of_heads", step, {"gate": ("sigmoid",), "candidate": ("tanh",)}, **sets)


def heads(x, h):
    """x (…, A or 2 A, H) as (…, A, 1 or 2, H), beside h of 2 A heads."""
    return x.reshape((*x.shape[:-2], h.shape[-2] // 2, -1, x.shape[-1]))


def product(h, W):
    """h W of each head, (…, N, A, 2, H), of h (…, N, 2 A, H) and W (…, A or 2 A, H, H)."""
    W = W.reshape((*W.shape[:-3], 1, h.shape[-2] // 2, -1, *W.shape[-2:]))
    return rows(anp.swapaxes(W, -1, -2), anp.expand_dims(heads(h, h), -2))[..., 0, :]
