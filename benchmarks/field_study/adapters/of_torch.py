"""What adapters of PyTorch's functions share: arrays to tensors that want a gradient, and back."""

import torch

torch.set_num_threads(1)


def wanted(array):
    """A tensor of an array, which wants a gradient."""
    return torch.from_numpy(array.copy()).requires_grad_()


def gradients(outputs, cotangents, tensors):
    """By PyTorch's own backward, which may be asked again; zero where nothing flows."""
    cotangents = [torch.from_numpy(d.copy()) for d in cotangents]
    found = torch.autograd.grad(outputs, tensors, cotangents, allow_unused=True, retain_graph=True)
    return [
        (torch.zeros_like(t) if d is None else d).numpy().copy() for d, t in zip(found, tensors, strict=True)
    ]


def whole_chunk(steps):
    """The steps of a chunk for code that takes whole chunks alone: the least divisor above 1."""
    return next((each for each in range(2, steps) if steps % each == 0), steps)
