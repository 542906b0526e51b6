"""PyTorch: aten's thnn GRU cell, by the backward that its fused kernel uses to be differentiated again.

On a CPU that backward runs and the fused forward does not, so the forward is torch.gru_cell. The kernel
returns what flows to the sums of the gates; the products with U and W are made here.
"""

import torch

from verification import Scope, step
from verification.models.variants import gru_two_biases

PIN = {
    "title": "PyTorch, _thnn_differentiable_gru_cell_backward",
    "package": "torch==2.13.0",
    "environment": "torch",
}

torch.set_num_threads(1)
kernel = torch.ops.aten._thnn_differentiable_gru_cell_backward


def forward(params, x, state):
    names = ("U", "W", "b_ih", "b_hh")
    U, W, b_ih, b_hh, x, h = (torch.from_numpy(a.copy()) for a in (*map(params.get, names), x, *state))
    return (torch.gru_cell(x, h, U, W, b_ih, b_hh).numpy(),), (U, W, b_ih, b_hh, x, h)


def backward(saved, d_state):
    U, W, b_ih, b_hh, x, h = saved
    dh = torch.from_numpy(d_state[0].copy())
    of_x, of_h, d_h, d_ih, d_hh = kernel(dh, x @ U.T, h @ W.T, h, b_ih, b_hh)
    d_params = {
        "U": (of_x.T @ x).numpy(),
        "W": (of_h.T @ h).numpy(),
        "b_ih": d_ih.numpy(),
        "b_hh": d_hh.numpy(),
    }
    return d_params, (of_x @ U).numpy(), ((of_h @ W + d_h).numpy(),)


engine = step(forward, backward, model=gru_two_biases, scope=Scope(records=(1, 5), steps=(1, 9)))
