"""Functions of PyTorch that are right in one call by itself, and wrong as their users call them."""

import torch

from tests.peers.decay import Decay, back

KEPT: list = []
QUEUE: list = []


class Taped(Decay):
    """What the forward computed is in the context, not among what PyTorch saves."""

    @staticmethod
    def forward(ctx, xs, h, lam, B):
        outputs, last = Decay.forward(ctx, xs, h, lam, B)
        ctx.tape = xs, torch.cat([h[:, None], outputs], dim=1), lam, B
        return outputs, last

    @staticmethod
    def backward(ctx, *ds):
        return back(*ctx.tape, *ds)


class ModuleTape(Taped):
    """What the forward computed is kept in the module, until the next forward."""

    @staticmethod
    def forward(ctx, *given):
        results = Taped.forward(ctx, *given)
        KEPT[:] = ctx.tape
        return results

    @staticmethod
    def backward(ctx, *ds):
        return back(*KEPT, *ds)


class Queue(Taped):
    """Each forward puts what it computed in a queue, whose first the next backward takes."""

    @staticmethod
    def forward(ctx, *given):
        results = Taped.forward(ctx, *given)
        QUEUE.append(ctx.tape)
        return results

    @staticmethod
    def backward(ctx, *ds):
        return back(*QUEUE.pop(0), *ds)


class Deleted(Taped):
    """What the context holds is deleted once it is read."""

    @staticmethod
    def backward(ctx, *ds):
        tape = ctx.tape
        del ctx.tape
        return back(*tape, *ds)


class Overwritten(Taped):
    """The states are made derivatives in place."""

    @staticmethod
    def backward(ctx, *ds):
        found = Taped.backward(ctx, *ds)
        ctx.tape[1].mul_(0.5)
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
