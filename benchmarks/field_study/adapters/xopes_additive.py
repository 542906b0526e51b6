"""xopes: BlockRecurrenceFunction, the additive rule in PyTorch with a backward by hand, in blocks of steps.

It starts from zero, returns no state, and computes in float32 alone. It takes whole blocks; here they are as
long as the least divisor of the steps above 1. What it keeps exponentials small by, the largest g of a
sequence, cancels. The gradient of g is made by suffix sums; each is the whole sum less the first terms, which
loses the digits of small terms after large ones. Its file does not import PyTorch, so it is given.
"""

import torch
from of_torch import gradients, wanted, whole_chunk
from sources import definitions, folder

from verification import Block, Model, Scope, Use
from verification.models import domains
from verification.models.exponentials import exp
from verification.models.gated_linear_attention import outer, read
from verification.torch import layer

PIN = {
    "title": "xopes, additive rule in blocks",
    "repository": "Doraemonzzz/xopes",
    "commit": "1dfa3df896141398cd1afb92bca5c95ea8dacbac",
    "files": {
        "xopes/ops/additive/block_recurrence_torch.py": "181d684b55a2b5f3d14d064332e653b4",
    },
    "with": ("torch==2.13.0",),
    "environment": "torch",
    "page": "xopes.md",
}

source = folder(PIN["repository"]) / "xopes/ops/additive/block_recurrence_torch.py"
name = "BlockRecurrenceFunction"
theirs = definitions(source.read_text("utf-8"), [name], {"torch": torch})


def step(f, p, x, S, n):
    weight = f.weight(x.g)
    return S + outer(weight * x.k, x.v), n + weight


def output(f, p, x, S, n):
    return read(S, x.q / n)


model = Model(
    name="additive_rule",
    blocks=(
        Block("q", ("A", "K"), Use.INPUT, meaning="queries"),
        Block("k", ("A", "K"), Use.INPUT, meaning="keys"),
        Block("v", ("A", "V"), Use.INPUT, meaning="values"),
        Block("g", ("A", "K"), Use.INPUT, meaning="logarithm of a weight", domain=domains.within_20),
        Block("S0", ("A", "K", "V"), Use.STATE, meaning="initial matrix"),
        Block("n0", ("A", "K"), Use.STATE, meaning="initial normaliser", domain=domains.not_negative),
    ),
    step=step,
    output=output,
    functions={"weight": (exp,)},
    most={"A": 4, "K": 17, "V": 17},
)


def apply(params, xs, state):
    q, k, v, g = (xs[name].transpose(1, 2) for name in "qkvg")
    outputs = theirs.BlockRecurrenceFunction.apply(q, k, v, g, whole_chunk(q.shape[2]))
    with torch.no_grad():  # for what is not asked of it
        weight = g.exp()
        S, n = (weight * k).transpose(2, 3) @ v, weight.sum(dim=2)
    return outputs.transpose(1, 2), (S, n)


def by_torch(blocks, cotangents):
    """PyTorch's gradient of the outputs in double precision; the recurrence starts from zero."""
    given = {name: wanted(blocks[name].astype(float)) for name in "qkvg"}
    weight = given["g"].exp()
    S = ((weight * given["k"])[..., None] * given["v"][..., None, :]).cumsum(dim=1)
    outputs = ((given["q"] / weight.cumsum(dim=1))[..., None] * S).sum(-2)
    found = gradients([outputs], [d.astype(float) for d in cotangents], list(given.values()))
    return dict(zip(given, found, strict=True))


engine = layer(
    apply,
    model=model,
    scope=Scope(
        records=(1, 9),
        steps=(1, 17),
        states="zero",
        blocks=("q", "k", "v", "g"),
        dtypes=("float32",),
        declines=("final cotangents",),
    ),
)
