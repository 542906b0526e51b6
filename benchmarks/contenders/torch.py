"""PyTorch: ``nn.RNN`` in eager mode, whose loop over steps and whose backward are written in C++.

Truncation is the idiom of its tutorials: the state is detached where a chunk starts. A stretch that no loss
reaches runs without recording. A window over losses at every step cannot be expressed so.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import linear

from benchmarks.contenders import Ready
from benchmarks.segments import segments
from benchmarks.task import BLOCKS, Task
from rnn.arrays import Array


def prepare(task: Task) -> Ready | None:
    """``nn.RNN`` with the task's weights, a linear readout, and ``autograd.grad`` by every block."""
    parts = segments(task.truncation, task.shape.T, task.first_loss)
    if parts is None:
        return None

    tensors = {name: torch.from_numpy(array.copy()) for name, array in task.arrays().items()}
    rnn = torch.nn.RNN(task.shape.D, task.shape.H, batch_first=True, dtype=tensors["xs"].dtype)
    loaded = {"weight_ih_l0": tensors["U"], "weight_hh_l0": tensors["W"], "bias_ih_l0": tensors["b"]}
    rnn.load_state_dict({**loaded, "bias_hh_l0": torch.zeros_like(tensors["b"])})
    V, c, xs, h0 = (tensors[name].requires_grad_() for name in ("V", "c", "xs", "h0"))
    U, W, b, bias_hh = rnn.parameters()
    # nn.RNN adds two biases; the task has one.
    bias_hh.requires_grad_(False)
    leaves = [U, W, b, V, c, xs, h0]
    targets = torch.from_numpy(task.targets)
    alone, last = len(parts) == 1, task.loss == "last"

    def joined(outputs: list[Tensor]) -> Tensor:
        return outputs[0] if alone else torch.cat(outputs, dim=1)

    def run() -> Sequence[Tensor]:
        h, outputs = h0[None], []
        for start, stop, learns in parts:
            h = h.detach() if start > 0 else h
            with torch.set_grad_enabled(learns):
                output, h = rnn(xs if alone else xs[:, start:stop], h)
            outputs.append(output)
        loss = (linear(h[0] if last else joined(outputs), V, c) - targets).square().sum() / 2
        grads: Sequence[Tensor] = torch.autograd.grad(loss, leaves, allow_unused=True, materialize_grads=True)
        return grads

    return Ready(run, _by_name)


def _by_name(grads: Sequence[Tensor]) -> dict[str, Array]:
    return {name: grad.numpy() for name, grad in zip(BLOCKS, grads, strict=True)}
