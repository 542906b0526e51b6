"""xopes: oplr_ddd_ag_torch, an outer-product recurrence in PyTorch with a backward by hand.

Its outputs are the states. It starts from zero, and computes in float32 alone.
"""

import autograd.numpy as np
from of_xopes import file_of

from verification import Block, Model, Scope, Use
from verification.models import domains
from verification.models.exponentials import exp
from verification.models.gated_linear_attention import outer
from verification.torch import layer

PIN = {
    "title": "xopes, oplr_ddd_ag_torch",
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

FOLDER = "xopes/ops/out_product_linear_recurrence/data_dependent_decay"
theirs = file_of(f"{FOLDER}/oplr_ddd_ag_torch.py")
BLOCKS = (
    Block("k", ("K",), Use.INPUT, meaning="expansions"),
    Block("v", ("V",), Use.INPUT, meaning="inputs"),
    Block("g", ("K",), Use.INPUT, meaning="logarithm of the decay", domain=domains.not_positive),
    Block("S0", ("K", "V"), Use.STATE, meaning="initial matrix"),
)


def step(f, p, x, S):
    return np.expand_dims(f.decay(x.g), -1) * S + outer(x.k, x.v)


def apply(params, xs, state):
    outputs = theirs.oplr_ddd_ag_torch(xs["k"], xs["v"], xs["g"])
    return outputs, (outputs[:, -1],)


model = Model(
    name="outer_products", blocks=BLOCKS, step=step, functions={"decay": (exp,)}, most={"K": 17, "V": 17}
)
scope = Scope(records=(1, 9), steps=(1, 17), states="zero", blocks=("k", "v", "g"), dtypes=("float32",))
engine = layer(apply, model=model, scope=scope)
