"""PyTorch: aten's thnn LSTM cell, by the backward that its fused kernel uses to be differentiated again.

On a CPU that backward runs and the fused forward does not, so the forward is torch.lstm_cell. The kernel
returns what flows to the sums of the gates; the products with U and W are made here.
"""

import torch

from verification import Scope, step
from verification.models import lstm

PIN = {
    "title": "PyTorch, _thnn_differentiable_lstm_cell_backward",
    "package": "torch==2.13.0",
    "environment": "torch",
}

torch.set_num_threads(1)
kernel = torch.ops.aten._thnn_differentiable_lstm_cell_backward


def forward(params, x, state):
    U, W, b, x, h, c = (torch.from_numpy(array.copy()) for array in (*map(params.get, "UWb"), x, *state))
    new_h, new_c = torch.lstm_cell(x, (h, c), U, W, b, 0 * b)
    return (new_h.numpy(), new_c.numpy()), (U, W, b, x, h, c, new_c)


def backward(saved, d_state):
    U, W, b, x, h, c, new_c = saved
    dh, dc = (torch.from_numpy(d.copy()) for d in d_state)
    of_x, of_h, d_c, d_b, _ = kernel(dh, dc, x @ U.T, h @ W.T, b, 0 * b, c, new_c)
    d_params = {"U": (of_x.T @ x).numpy(), "W": (of_h.T @ h).numpy(), "b": d_b.numpy()}
    return d_params, (of_x @ U).numpy(), ((of_h @ W).numpy(), d_c.numpy())


engine = step(forward, backward, model=lstm, scope=Scope(records=(1, 17), steps=(1, 17)))
