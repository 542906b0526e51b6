"""xopes: oplr_ddd_ag_torch without a decay of its own: what an expansion k leaves, 1 − k.

All else as in xopes_oplr.py.
"""

from dataclasses import replace

import autograd.numpy as np
from xopes_oplr import BLOCKS, theirs

from verification import Model, Scope
from verification.models import domains
from verification.models.gated_linear_attention import outer
from verification.torch import layer

PIN = {
    "title": "xopes, oplr_ddd_ag_torch, decay 1 − k",
    "repository": "Doraemonzzz/xopes",
    "commit": "1dfa3df896141398cd1afb92bca5c95ea8dacbac",
    "files": {
        "xopes/ops/out_product_linear_recurrence/data_dependent_decay/oplr_ddd_ag_torch.py": (
            "cfc58853ea601a998f6fbceabc6498ae"
        ),
    },
    "with": ("torch==2.13.0",),
    "environment": "torch",
}


def step(f, p, x, S):
    return np.expand_dims(1 - x.k, -1) * S + outer(x.k, x.v)


def apply(params, xs, state):
    outputs = theirs.oplr_ddd_ag_torch(xs["k"], xs["v"])
    return outputs, (outputs[:, -1],)


k, v, _, S0 = BLOCKS
model = Model(
    name="outer_products_tied",
    blocks=(replace(k, domain=domains.between_0_and_1), v, S0),
    step=step,
    most={"K": 17, "V": 17},
)
engine = layer(
    apply,
    model=model,
    scope=Scope(records=(1, 9), steps=(1, 17), states="zero", blocks=("k", "v"), dtypes=("float32",)),
)
