"""fast-transformers: causal_dot_product, linear attention without a decay, on a CPU in float32.

It takes heads before steps, and q, k and v are made contiguous, as its CausalLinearAttention does.
"""

import sys
from dataclasses import replace

import torch
from of_extension import extension
from of_torch import gradients, wanted
from sources import file

from verification import Scope
from verification.models import gated_linear_attention
from verification.models.gated_linear_attention import outer
from verification.torch import layer

PIN = {
    "title": "fast-transformers, causal_dot_product",
    "repository": "idiap/fast-transformers",
    "commit": "2ad36b97e64cb93862937bd21fcc9568d989561f",
    "files": {
        "fast_transformers/causal_product/__init__.py": "36a370ef865460bb20bbbc6bdf1b32a6",
        "fast_transformers/causal_product/causal_product_cpu.cpp": "5267f3226d15702e116127fe150a7f22",
    },
    "with": ("torch==2.13.0", "ninja"),
    "environment": "extension",
    "page": "fast-transformers.md",
}

PACKAGE = "fast_transformers.causal_product"
NAME = "causal_product_cpu"
# For confirm.py: in C order it is right.
LAYOUTS = {"d_outputs": "Fortran order"}
sys.modules[f"{PACKAGE}.{NAME}"] = extension(
    PIN["repository"], NAME, f"fast_transformers/causal_product/{NAME}.cpp"
)
theirs = file(PIN["repository"], "fast_transformers/causal_product/__init__.py")


def step(f, p, x, S):
    return S + outer(x.k, x.v)


model = replace(
    gated_linear_attention,
    name="linear_attention",
    blocks=tuple(block for block in gated_linear_attention.blocks if block.name != "g"),
    step=step,
    functions={},
)


def apply(params, xs, state):
    q, k, v = (xs[name].transpose(1, 2).contiguous() for name in "qkv")
    return theirs.causal_dot_product(q, k, v).transpose(1, 2), (None,)


def by_torch(blocks, cotangents):
    """PyTorch's gradient of the sums of products in double precision."""
    given = {name: wanted(blocks[name].astype(float)) for name in "qkv"}
    q, k, v = (each.transpose(1, 2) for each in given.values())
    outputs = (torch.tril(q @ k.mT) @ v).transpose(1, 2)
    found = gradients([outputs], [cotangents[0].astype(float)], list(given.values()))
    return dict(zip(given, found, strict=True))


scope = Scope(
    dtypes=("float32",), states="zero", finals=(), blocks=("q", "k", "v"), records=(1, 9), steps=(1, 33)
)
engine = layer(apply, model=model, scope=scope)
