"""TorchRL: the GRU of its backend "scan", an autograd.Function whose way back is a scan by hand.

Where a trajectory begins (``start`` is 1) it goes on from a state that is given for that step. Arrays are
laid out, and parameters copied, as the module does before it calls the Function.
"""

import torch
from torchrl.modules.tensordict_module import rnn

from verification import Block, Model, Scope, Use
from verification.models.variants import gru_two_biases as gru
from verification.torch import layer

PIN = {
    "title": "TorchRL, GRU by scan, with resets",
    "package": "torchrl==0.14.1",
    "with": ("torch==2.13.0",),
    "environment": "torchrl",
}

torch.set_num_threads(1)


def step(f, p, x, h):
    start = x.start[..., None]
    return gru.step(f, p, x.xs, start * x.reset + (1 - start) * h)


model = Model(
    "gru_with_resets",
    (
        *gru.of(Use.STEP, Use.INPUT, Use.STATE),
        Block("reset", ("H",), Use.INPUT, meaning="where a trajectory begins"),
        Block("start", (), Use.INPUT, meaning="1 where one begins", below=2),
    ),
    step,
    functions={"gate": ("sigmoid",), "candidate": ("tanh",)},
)


def apply(params, xs, state):
    laid_out = rnn._canonical_contiguous
    given, reset, start = (laid_out(xs[name].transpose(0, 1)) for name in ("xs", "reset", "start"))
    parameters = (params[name].clone() for name in ("U", "W", "b_ih", "b_hh"))
    outputs = rnn._GRUScanFunction.apply(given, laid_out(state[0]), reset, start == 1, *parameters)
    return outputs.transpose(0, 1), (outputs[-1],)


engine = layer(apply, model=model, scope=Scope(records=(1, 5), steps=(1, 9)))
