"""flash-linear-attention: naive_log_linear_attn, the reference of its log-linear attention, by autograd.

It takes no initial state and returns no final one. The decay's gradient is made by suffix sums.
"""

import torch
from sources import file

from benchmarks.happened.twins.log_linear import MODEL
from verification import Scope
from verification.torch import layer

PIN = {
    "title": "flash-linear-attention, naive log-linear attention",
    "repository": "fla-org/flash-linear-attention",
    "commit": "bc3b101dcb713ddc5bd8924b66754eb68b5ccf89",
    "files": {"fla/ops/log_linear_attn/naive.py": "c665d7ba821d1244ee715609fece1d4c"},
    "with": ("torch==2.13.0",),
    "environment": "torch",
}

# Five levels hold sixteen steps.
LEVELS, STEPS = 5, 16

torch.set_num_threads(1)
theirs = file(PIN["repository"], "fla/ops/log_linear_attn/naive.py")


def apply(params, xs, state):
    outputs = theirs.naive_log_linear_attn(*(xs[name] for name in "qkvg"), xs["lam"].transpose(2, 3))
    return outputs, (None, None)


scope = Scope(
    records=(1, 5),
    steps=(1, STEPS),
    sizes={"L": (LEVELS,)},
    states="zero",
    finals=(),
    blocks=(*"qkvg", "lam"),
)
engine = layer(apply, model=MODEL, scope=scope, forms={"g": ("q", "k")})
