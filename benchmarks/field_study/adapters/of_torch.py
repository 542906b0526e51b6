"""What adapters of PyTorch's functions share: arrays to tensors that want a gradient, and back."""

import torch

torch.set_num_threads(1)


def wanted(array):
    """A tensor of an array, which wants a gradient."""
    return torch.from_numpy(array.copy()).requires_grad_()


def gradients(outputs, cotangents, tensors):
    """By PyTorch's own backward; zero where nothing flows."""
    cotangents = [torch.from_numpy(d.copy()) for d in cotangents]
    found = torch.autograd.grad(outputs, tensors, cotangents, allow_unused=True)
    return [
        (torch.zeros_like(t) if d is None else d).numpy().copy() for d, t in zip(found, tensors, strict=True)
    ]
