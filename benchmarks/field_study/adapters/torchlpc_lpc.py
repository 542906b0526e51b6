"""torchlpc: sample_wise_lpc of two delays and more, a torch.autograd.Function over loops that Numba compiles.

y_t = x_t − Σ a_t[j] y_{t−1−j}, over order K; the state is the last K outputs, the newest first. Of one delay
it is torchlpc_recurrence.py's.
"""

import autograd.numpy as np
import torch
from torchlpc_recurrence import theirs

from verification import Block, Model, Scope, Use
from verification.torch import layer

PIN = {
    "title": "torchlpc, sample_wise_lpc",
    "repository": "DiffAPF/torchlpc",
    "commit": "1bfde4a457f87b1dd0fc22a6548206be3a26647c",
    "files": {
        "torchlpc/recurrence.py": "eea1e07aeba72a5ad0bb6bb4a2031ce4",
        "torchlpc/core.py": "a2365746674b6a2fa052bb82361152da",
    },
    "with": ("torch==2.13.0", "numba"),
    "environment": "lpc",
}


def step(f, p, x, z):
    y = x.x - np.sum(x.a * z, axis=-1)
    return np.concatenate((np.expand_dims(y, -1), z[..., :-1]), axis=-1)


def output(f, p, x, z):
    return z[..., 0]


model = Model(
    name="all_pole_filter",
    blocks=(
        Block("x", ("H",), Use.INPUT, meaning="signals"),
        Block("a", ("H", "K"), Use.INPUT, meaning="coefficients"),
        Block("z0", ("H", "K"), Use.STATE, meaning="outputs before the first, the newest first"),
    ),
    step=step,
    output=output,
    most={"H": 17, "K": 5},
)


def apply(params, xs, state):
    records, steps, units, order = xs["a"].shape
    x = xs["x"].transpose(1, 2).reshape(-1, steps)
    a = xs["a"].transpose(1, 2).reshape(-1, steps, order)
    y = theirs.sample_wise_lpc(x, a, state[0].reshape(-1, order))
    outputs = y.reshape(records, units, steps).transpose(1, 2)
    before = state[0].flip(2).transpose(1, 2)
    return outputs, (torch.cat((before, outputs), dim=1)[:, -order:].flip(1).transpose(1, 2),)


engine = layer(apply, model=model, scope=Scope(records=(1, 9), steps=(1, 17), sizes={"K": (2, 3, 5)}))
