"""flash-linear-attention: chunk_simple_gla, attention with one decay of each head, by Triton's kernels.

They are interpreted (of_fla.py), in float32, and here in chunks of 16 steps. Queries have the scale 1; the
decay's gradient is made by suffix sums.
"""

from of_fla import operation

from verification import Scope
from verification.models import scalar_gated_linear_attention
from verification.torch import layer

PIN = {
    "title": "flash-linear-attention, chunk_simple_gla",
    "package": "fla-core==0.6.0",
    "with": ("torch==2.13.0", "triton==3.9.0", "einops", "packaging"),
    "environment": "fla",
}

theirs = operation("simple_gla")


def apply(params, xs, state):
    outputs, final = theirs.chunk_simple_gla(
        *(xs[name] for name in "qkv"),
        g=xs["g"],
        scale=1.0,
        initial_state=state[0],
        output_final_state=True,
        chunk_size=16,
    )
    return outputs, (final,)


scope = Scope(records=(1, 9), steps=(1, 33), chunk=16, dtypes=("float32",))
engine = layer(apply, model=scalar_gated_linear_attention, scope=scope, forms={"g": ("q", "k", "S0")})
