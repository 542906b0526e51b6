"""PyTorch: ``nn.RNN``, ``nn.LSTM`` and ``nn.GRU`` in eager mode, whose loop and whose backward are in C++.

Truncation is the idiom of its tutorials: the state is detached where a chunk starts. A stretch that no loss
reaches runs without recording. A window over losses at every step cannot be expressed so.

Every module adds two biases, one of x Uᵀ and one of h Wᵀ. The task's b is the first. The second is zero and
is not learned, but for the part of it that is a GRU's bn.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn.functional import linear

from benchmarks.contenders import Ready
from benchmarks.segments import segments
from benchmarks.task import Task
from rnn.common.arrays import Array

State = tuple[Tensor, ...]

MODULES = {"vanilla": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}


def prepare(task: Task) -> Ready | None:
    """The cell's module with the task's weights, a linear readout, and ``autograd.grad`` by every block."""
    parts = segments(task.truncation, task.shape.T, task.first_loss)
    if parts is None:
        return None

    tensors = {name: torch.from_numpy(array.copy()) for name, array in task.arrays().items()}
    unroll, leaves = _module(task, tensors)
    names = ("V", "c", "xs", *task.initial())
    V, c, xs, *initial = others = [tensors[name].requires_grad_() for name in names]
    leaves |= dict(zip(names, others, strict=True))
    by = list(leaves.values())
    targets = torch.from_numpy(task.targets)
    alone, last = len(parts) == 1, task.loss == "last"

    def joined(outputs: list[Tensor]) -> Tensor:
        return outputs[0] if alone else torch.cat(outputs, dim=1)

    def run() -> Sequence[Tensor]:
        state, outputs = tuple(each[None] for each in initial), []
        for start, stop, learns in parts:
            if start > 0:
                state = tuple(each.detach() for each in state)
            with torch.set_grad_enabled(learns):
                output, state = unroll(xs if alone else xs[:, start:stop], state)
            outputs.append(output)
        loss = (linear(state[0][0] if last else joined(outputs), V, c) - targets).square().sum() / 2
        grads: Sequence[Tensor] = torch.autograd.grad(loss, by, allow_unused=True, materialize_grads=True)
        return grads

    def by_name(grads: Sequence[Tensor]) -> dict[str, Array]:
        found = {name: grad.numpy() for name, grad in zip(leaves, grads, strict=True)}
        # Of the second bias the first rows are the gates', which the task has not.
        return {name: grad[-task.shape.H :] if name == "bn" else grad for name, grad in found.items()}

    return Ready(run, by_name)


def _module(
    task: Task, tensors: dict[str, Tensor]
) -> tuple[Callable[[Tensor, State], tuple[Tensor, State]], dict[str, Tensor]]:
    """The module as a function of xs and the state to outputs and the state, and its weights by our names."""
    U, W, b, bn = (tensors.get(name) for name in ("U", "W", "b", "bn"))
    assert b is not None  # every cell has one
    second = torch.zeros_like(b)
    if bn is not None:
        second[-len(bn) :] = bn
    rnn = MODULES[task.cell](task.shape.D, task.shape.H, batch_first=True, dtype=b.dtype)
    loaded = {"weight_ih_l0": U, "weight_hh_l0": W, "bias_ih_l0": b, "bias_hh_l0": second}
    rnn.load_state_dict(loaded)
    learned = dict(zip(("U", "W", "b", "bn"), rnn.parameters(), strict=True))
    if bn is None:
        learned.pop("bn").requires_grad_(False)
    several = len(task.state) > 1

    def unroll(xs: Tensor, state: State) -> tuple[Tensor, State]:
        output, after = rnn(xs, state if several else state[0])
        return output, after if several else (after,)

    return unroll, learned
