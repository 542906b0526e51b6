"""flash-linear-attention: chunk_gated_delta_rule, of decays that leave more than a third.

As fla_gated_delta_rule_chunk.py, where no logarithm is below −1: within a chunk their sums stay above −64.
"""

from dataclasses import replace

import numpy as np
from fla_gated_delta_rule_chunk import apply, scope

from verification.models import gated_delta_rule
from verification.torch import layer

PIN = {
    "title": "flash-linear-attention, chunk_gated_delta_rule, logarithms from −1 on",
    "package": "fla-core==0.6.0",
    "with": ("torch==2.13.0", "triton==3.9.0", "einops", "packaging"),
    "environment": "fla",
}


def from_minus_1(numbers):
    """Numbers between −1 and 0; those that are so stay as they are."""
    size = abs(numbers)
    return -np.where(size > 1, 1 / np.maximum(size, 1), size)


blocks = tuple(
    replace(block, domain=from_minus_1) if block.name == "g" else block for block in gated_delta_rule.blocks
)
model = replace(gated_delta_rule, name="gated_delta_rule_of_mild_decays", blocks=blocks)
engine = layer(apply, model=model, scope=scope, forms={"g": ("q", "k", "S0")})
