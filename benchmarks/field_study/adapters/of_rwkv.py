"""What adapters of codekansas/rwkv share: the recurrence of RWKV-4, and how its functions are called.

wkv_t = (α + e^{u + k} v) / (β + e^{u + k})        α′ = e^{−w} α + e^k v        β′ = e^{−w} β + e^k
"""

import autograd.numpy as anp
import torch

from verification import Block, Use
from verification.models.domains import not_negative, positive, within_20

torch.set_num_threads(1)

WEIGHTS_AND_INPUTS = (
    Block("w", ("D",), Use.STEP, meaning="decays", domain=not_negative),
    Block("u", ("D",), Use.STEP, meaning="bonus", domain=within_20),
    Block("k", ("D",), Use.INPUT, meaning="keys, as logarithms", domain=within_20),
    Block("v", ("D",), Use.INPUT, meaning="values"),
)
SUMS = (
    Block("alpha", ("D",), Use.STATE, meaning="weighted sum of values"),
    Block("beta", ("D",), Use.STATE, meaning="sum of weights", domain=positive),
)


def of_records(vector):
    """A parameter beside records."""
    return anp.expand_dims(vector, -2)


def called(function):
    """An ``apply`` of theirs, which has states stacked (N, S, 1, D)."""

    def apply(params, xs, state):
        stacked = torch.stack(state, dim=1).unsqueeze(2)
        outputs, final = function(params["w"], params["u"], xs["k"], xs["v"], stacked)
        return outputs, tuple(final[:, i, 0] for i in range(len(state)))

    return apply
