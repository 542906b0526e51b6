"""flash-linear-attention: fused_recurrent_delta_rule, of an initial state that is a copy with a gradient.

Of one without a gradient, or in another order, its backward raises (fla_delta_rule_recurrent.py).
"""

import torch
from fla_delta_rule_recurrent import theirs

from verification import Scope
from verification.models import delta_rule
from verification.torch import layer

PIN = {
    "title": "flash-linear-attention, fused_recurrent_delta_rule, state copied",
    "package": "fla-core==0.6.0",
    "with": ("torch==2.13.0", "triton==3.9.0", "einops", "packaging"),
    "environment": "fla",
}


def apply(params, xs, state):
    copied = torch.clone(state[0], memory_format=torch.contiguous_format).requires_grad_()
    outputs, final = theirs.fused_recurrent_delta_rule(
        *(xs[name] for name in "qkv"),
        beta=xs["beta"],
        scale=1.0,
        initial_state=copied,
        output_final_state=True,
    )
    return outputs, (final,)


scope = Scope(records=(1, 9), steps=(1, 17), dtypes=("float32",))
engine = layer(apply, model=delta_rule, scope=scope)
