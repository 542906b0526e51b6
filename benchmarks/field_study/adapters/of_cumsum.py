"""What adapters of torch-discounted-cumsum share: y_t = x_t + γ y_{t−1}, of each row, which begins at zero.

It takes (rows, steps), records and units together, and γ for each row, or one for the batch.
"""

import sys

import torch
from of_extension import extension
from of_torch import gradients, wanted
from sources import file

from verification import Block, Model, Use
from verification.models.readout import bias

REPOSITORY = "toshas/torch-discounted-cumsum"
FOLDER, NAME = "torch_discounted_cumsum", "torch_discounted_cumsum_cpu"

torch.set_num_threads(1)
sys.modules[NAME] = extension(REPOSITORY, NAME, f"{FOLDER}/discounted_cumsum_cpu.cpp")
theirs = file(REPOSITORY, f"{FOLDER}/discounted_cumsum.py")


def step(f, p, x, y):
    return x + bias(p.gamma) * y


model = Model(
    "discounted_sum",
    (
        Block("gamma", ("H",), Use.STEP, meaning="discount"),
        Block("xs", ("H",), Use.INPUT, meaning="inputs"),
        Block("y0", ("H",), Use.STATE, meaning="initial sum"),
    ),
    step,
)


def by_torch(blocks, cotangents):
    """PyTorch's gradient of the sum, step by step."""
    gamma, xs = (wanted(blocks[name]) for name in ("gamma", "xs"))
    sums = [xs[:, 0]]
    for t in range(1, xs.shape[1]):
        sums.append(xs[:, t] + gamma * sums[-1])
    found = gradients([torch.stack(sums, dim=1)], cotangents[:1], [gamma, xs])
    return dict(zip(("gamma", "xs"), found, strict=True))
