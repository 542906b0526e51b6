"""flash-linear-attention: fused_recurrent_delta_rule, the delta rule step by step by Triton's kernels.

They are interpreted (of_fla.py), in float32. Queries have the scale 1. (chunk_delta_rule refuses float32.)
"""

from of_fla import operation

from verification import Scope
from verification.models import delta_rule
from verification.torch import layer

PIN = {
    "title": "flash-linear-attention, fused_recurrent_delta_rule",
    "package": "fla-core==0.6.0",
    "with": ("torch==2.13.0", "triton==3.9.0", "einops", "packaging"),
    "environment": "fla",
    "page": "flash-linear-attention.md",
}

theirs = operation("delta_rule")


def apply(params, xs, state):
    outputs, final = theirs.fused_recurrent_delta_rule(
        *(xs[name] for name in "qkv"),
        beta=xs["beta"],
        scale=1.0,
        initial_state=state[0],
        output_final_state=True,
    )
    return outputs, (final,)


# Where the state lies when a confirmation sees it raise.
LAYOUTS = {"S0": "every other record"}
scope = Scope(records=(1, 9), steps=(1, 17), dtypes=("float32",))
engine = layer(apply, model=delta_rule, scope=scope)
