"""flash-linear-attention: chunk_gated_delta_rule, the delta rule with a decay, by Triton's kernels.

They are interpreted (of_fla.py), in float32, in chunks of 64 steps. Queries have the scale 1; the decay's
gradient is made by suffix sums.
"""

import torch
from of_fla import operation
from of_torch import gradients, wanted

from verification import Scope
from verification.models import gated_delta_rule
from verification.torch import layer

PIN = {
    "title": "flash-linear-attention, chunk_gated_delta_rule",
    "package": "fla-core==0.6.0",
    "with": ("torch==2.13.0", "triton==3.9.0", "einops", "packaging"),
    "environment": "fla",
    "page": "flash-linear-attention.md",
}

theirs = operation("gated_delta_rule")


def apply(params, xs, state):
    outputs, final = theirs.chunk_gated_delta_rule(
        *(xs[name] for name in "qkv"),
        g=xs["g"],
        beta=xs["beta"],
        scale=1.0,
        initial_state=state[0],
        output_final_state=True,
    )
    return outputs, (final,)


def by_torch(blocks, cotangents):
    """PyTorch's gradient of the recurrence in double precision."""
    given = {name: wanted(array.astype(float)) for name, array in blocks.items()}
    (S, q), outputs = (given["S0"], given["q"]), []
    for t in range(q.shape[1]):
        k, beta = given["k"][:, t, ..., None], given["beta"][:, t, ..., None]
        S = given["g"][:, t].exp()[..., None, None] * S
        S = S + k * (beta * (given["v"][:, t] - (S * k).sum(-2)))[..., None, :]
        outputs.append((S * q[:, t, ..., None]).sum(-2))
    cotangents = [d.astype(float) for d in cotangents]
    found = gradients([torch.stack(outputs, dim=1), S], cotangents, list(given.values()))
    return dict(zip(given, found, strict=True))


scope = Scope(records=(1, 3), steps=(1, 129), chunk=64, dtypes=("float32",))
engine = layer(apply, model=gated_delta_rule, scope=scope, forms={"g": ("q", "k", "S0")})
