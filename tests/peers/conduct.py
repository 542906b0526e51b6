"""Functions of PyTorch that are right in one call by itself, and wrong as their users call them."""

import torch

from tests.peers.decay import Decay

KEPT: list = []
QUEUE: list = []


class ModuleTape(Decay):
    """What the forward computed is kept in the module, until the next forward."""

    @staticmethod
    def forward(ctx, xs, h, lam, B):
        results = Decay.forward(ctx, xs, h, lam, B)
        KEPT[:] = [xs, h, lam, B, results[0]]
        return results

    @staticmethod
    def backward(ctx, *ds):
        return by_hand(*KEPT, *ds)


class Queue(Decay):
    """Each forward puts what it computed in a queue, whose first the next backward takes."""

    @staticmethod
    def forward(ctx, xs, h, lam, B):
        results = Decay.forward(ctx, xs, h, lam, B)
        QUEUE.append((xs, h, lam, B, results[0]))
        return results

    @staticmethod
    def backward(ctx, *ds):
        return by_hand(*QUEUE.pop(0), *ds)


class Deleted(Decay):
    """What the context holds is deleted once it is read."""

    @staticmethod
    def forward(ctx, xs, h, lam, B):
        results = Decay.forward(ctx, xs, h, lam, B)
        ctx.tape = (xs, h, lam, B, results[0])
        return results

    @staticmethod
    def backward(ctx, *ds):
        tape = ctx.tape
        del ctx.tape
        return by_hand(*tape, *ds)


class Overwritten(Decay):
    """The states are made derivatives in place."""

    @staticmethod
    def forward(ctx, xs, h, lam, B):
        results = Decay.forward(ctx, xs, h, lam, B)
        ctx.tape = (xs, h, lam, B, results[0].clone())
        return results

    @staticmethod
    def backward(ctx, *ds):
        found = by_hand(*ctx.tape, *ds)
        ctx.tape[-1].mul_(0.5)
        return found


class OnlyWithInputs(Decay):
    """All gradients are given where the inputs need one, and none where they do not."""

    @staticmethod
    def backward(ctx, *ds):
        found = Decay.backward(ctx, *ds)
        return found if ctx.needs_input_grad[0] else (None,) * 4


class WrongIndex(Decay):
    """Whether the last one is wanted is looked up one place before."""

    @staticmethod
    def backward(ctx, *ds):
        *others, d_B = Decay.backward(ctx, *ds)
        return *others, d_B if ctx.needs_input_grad[2] else None


class NoNone(Decay):
    """It requests None as the cotangent of an unused output, and takes it for a tensor."""

    @staticmethod
    def forward(ctx, xs, h, lam, B):
        ctx.set_materialize_grads(False)
        return Decay.forward(ctx, xs, h, lam, B)


def by_hand(xs, h, lam, B, states, d_outputs, dh):
    """The gradients of h′ = λ h + B x from what a forward was given, and its states."""
    before = torch.cat([h[:, None], states[:, :-1]], dim=1)
    d_xs, d_lam, d_B = torch.zeros_like(xs), torch.zeros_like(lam), torch.zeros_like(B)
    for t in reversed(range(xs.shape[1])):
        dh = dh + d_outputs[:, t]
        d_xs[:, t] = dh @ B
        d_lam += (dh * before[:, t]).sum(dim=0)
        d_B += dh.T @ xs[:, t]
        dh = dh * lam
    return d_xs, dh, d_lam, d_B
