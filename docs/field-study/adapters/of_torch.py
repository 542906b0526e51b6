"""What adapters of PyTorch share: arrays to tensors that want a gradient, and back."""

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


def layer_of(kind):
    """Forward and backward of torch.nn.RNN, LSTM or GRU, by ``functional_call`` with the parameters given."""

    def forward(params, xs, state):
        named = {f"{name}_l0": wanted(array) for name, array in params.items()}
        D, H = named["weight_ih_l0"].shape[1], named["weight_hh_l0"].shape[1]
        net = kind(D, H, batch_first=True, dtype=named["weight_ih_l0"].dtype)
        inputs, initial = wanted(xs), [wanted(array[None]) for array in state]
        hx = tuple(initial) if len(initial) > 1 else initial[0]
        outputs, final = torch.func.functional_call(net, named, (inputs, hx))
        final = final if isinstance(final, tuple) else (final,)
        saved = (outputs, *final), named, inputs, initial
        return outputs.detach().numpy().copy(), tuple(f[0].detach().numpy().copy() for f in final), saved

    def backward(saved, d_outputs, d_state):
        outputs, named, inputs, initial = saved
        cotangents = [d_outputs, *(d[None] for d in d_state)]
        found = gradients(outputs, cotangents, [*named.values(), inputs, *initial])
        d_named = {name.removesuffix("_l0"): d for name, d in zip(named, found, strict=False)}
        d_xs, *d_initial = found[len(named) :]
        return d_named, d_xs, tuple(d[0] for d in d_initial)

    return forward, backward
