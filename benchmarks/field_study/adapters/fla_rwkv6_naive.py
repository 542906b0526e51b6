"""flash-linear-attention: naive_recurrent_rwkv6 with its backward by hand, a reference for kernels.

It takes (N, A, T, …), and computes in float32 alone. Its backward has no scale of the queries, so they have
the scale 1 here, and takes no cotangent of the final state. It makes the decay's gradient by suffix sums.
"""

import torch
from sources import file

from verification import Scope, layer
from verification.models import rwkv6

PIN = {
    "title": "flash-linear-attention, naive RWKV-6",
    "repository": "fla-org/flash-linear-attention",
    "commit": "bc3b101dcb713ddc5bd8924b66754eb68b5ccf89",
    "files": {
        "fla/ops/rwkv6/recurrent_naive.py": "fe50a0b9ad6f49a243a80e2d39659469",
    },
    "with": ("torch==2.13.0",),
    "environment": "torch",
}

theirs = file(PIN["repository"], "fla/ops/rwkv6/recurrent_naive.py")


def forward(params, xs, state):
    arguments = [torch.from_numpy(xs[name].swapaxes(1, 2).copy()) for name in "qkvg"]
    arguments.append(torch.from_numpy(params["u"].copy()))
    initial = torch.from_numpy(state[0].copy())
    outputs, final = theirs.naive_recurrent_rwkv6(*arguments, 1.0, initial, output_final_state=True)
    return outputs.transpose(1, 2).numpy().copy(), (final.numpy(),), (arguments, outputs, initial)


def backward(saved, d_outputs, d_state):
    arguments, outputs, initial = saved
    cotangent = torch.from_numpy(d_outputs.swapaxes(1, 2).copy())
    *found, d_u, d_initial = theirs.naive_recurrent_rwkv6_bwd(*arguments, outputs, cotangent, initial)
    d_xs = {name: d.transpose(1, 2).numpy().copy() for name, d in zip("qkvg", found, strict=True)}
    return {"u": d_u.numpy()}, d_xs, (d_initial.numpy(),)


scope = Scope(records=(1, 9), steps=(1, 17), dtypes=("float32",), declines=("final cotangents",))
engine = layer(forward, backward, model=rwkv6, scope=scope, forms={"g": ("q", "k", "S0")})
