"""A recurrence of a few lines as PyTorch's users write one."""

import torch


class Decay(torch.autograd.Function):
    """h′ = λ ⊙ h + B x."""

    @staticmethod
    def forward(ctx, xs, h, lam, B):
        states = [h]
        for x in xs.unbind(dim=1):
            states.append(lam * states[-1] + x @ B.T)
        states = torch.stack(states, dim=1)
        ctx.save_for_backward(xs, states, lam, B)
        return states[:, 1:].clone(), states[:, -1].clone()

    @staticmethod
    def backward(ctx, d_outputs, dh):
        return back(*ctx.saved_tensors, d_outputs, dh)


def back(xs, states, lam, B, d_outputs, dh):
    """The gradients from what a forward was given, and its states from the initial one on."""
    d_lam, d_B, d_xs = torch.zeros_like(lam), torch.zeros_like(B), torch.empty_like(xs)
    for t in reversed(range(xs.shape[1])):
        dh = dh + d_outputs[:, t]
        d_lam += (dh * states[:, t]).sum(dim=0)
        d_B += dh.T @ xs[:, t]
        d_xs[:, t] = dh @ B
        dh = dh * lam
    return d_xs, dh, d_lam, d_B
