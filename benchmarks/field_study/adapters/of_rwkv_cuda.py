"""What adapters of RWKV-CUDA's wkv kernels share: RWKV-4's recurrence, from zero, and how they are called.

y_t = (α + e^{u + k} v) / (β + e^{u + k})        α′ = e^{−e^w} α + e^k v        β′ = e^{−e^w} β + e^k

A kernel is given −e^w, and its gradient is that of w; those of w and u are one for each record, added up by
its caller.
"""

import functools

import numpy as np
from of_cuda import call, contiguous, kernels
from of_rwkv import of_records
from sources import folder

from verification import Block, Model, Scope, Use, layer
from verification.models.domains import not_negative, within_20
from verification.models.exponentials import exp
from verification.models.model import When

ENTRIES = """
extern "C" void forward(int B, int T, int C, float *w, float *u, float *k, float *v, float *y) {
    cuda_forward(B, T, C, w, u, k, v, y);
}
extern "C" void backward(int B, int T, int C, float *w, float *u, float *k, float *v, float *gy,
                         float *gw, float *gu, float *gk, float *gv) {
    cuda_backward(B, T, C, w, u, k, v, gy, gw, gu, gk, gv);
}
"""


def step(f, p, x, alpha, beta):
    kept, new = f.decay(-f.rate(of_records(p.w))), f.decay(x.k)
    return kept * alpha + new * x.v, kept * beta + new


def output(f, p, x, alpha, beta):
    new = f.decay(of_records(p.u) + x.k)
    return (alpha + new * x.v) / (beta + new)


model = Model(
    "rwkv4",
    (
        Block("w", ("D",), Use.STEP, meaning="logarithms of rates of decay", domain=within_20),
        Block("u", ("D",), Use.STEP, meaning="bonus", domain=within_20),
        Block("k", ("D",), Use.INPUT, meaning="keys, as logarithms", domain=within_20),
        Block("v", ("D",), Use.INPUT, meaning="values"),
        Block("alpha", ("D",), Use.STATE, meaning="weighted sum of values"),
        Block("beta", ("D",), Use.STATE, meaning="sum of weights", domain=not_negative),
    ),
    step,
    functions={"decay": (exp,), "rate": (exp,)},
    output=output,
    reads=When.BEFORE,
)


@functools.cache
def library(repository, name):
    """That of a file, loaded once in each process."""
    return kernels((folder(repository) / name).read_text("utf-8") + ENTRIES)


def of_version(pin):
    """Forward and backward by the one file of a pin."""
    place = (pin["repository"], *pin["files"])

    def forward(params, xs, state):
        w = -np.exp(params["w"])
        given = contiguous(w, params["u"], xs["k"], xs["v"])
        y = np.empty_like(given[3])
        call(library(*place).forward, y.shape, *given, y)
        return y, (None, None), given

    def backward(given, d_outputs, d_state):
        (gy,), (B, T, C) = contiguous(d_outputs), given[3].shape
        gw, gu = np.zeros((2, B, C), np.float32)
        gk, gv = np.empty((2, B, T, C), np.float32)
        call(library(*place).backward, (B, T, C), *given, gy, gw, gu, gk, gv)
        return {"w": gw.sum(0), "u": gu.sum(0)}, {"k": gk, "v": gv}, (None, None)

    return forward, backward


def engine_of(forward, backward):
    """Of both, within what all versions take."""
    scope = Scope(
        dtypes=("float32",),
        states="zero",
        finals=(),
        blocks=("w", "u", "k", "v"),
        records=(1, 9),
        steps=(1, 33),
        sizes={"D": (1, 2, 3, 5, 8, 17, 32, 64)},  # those of v2 above 32 need B·C % 32 = 0
    )
    return layer(forward, backward, model=model, scope=scope)


def by_torch(blocks, cotangents):
    """PyTorch's gradient of the recurrence in double precision."""
    import torch

    p = {name: torch.tensor(np.asarray(blocks[name], float), requires_grad=True) for name in "wukv"}
    alpha = beta = torch.zeros_like(p["k"][:, 0])
    outputs = []
    for t in range(p["k"].shape[1]):
        k, v = p["k"][:, t], p["v"][:, t]
        new, kept = (p["u"] + k).exp(), (-p["w"].exp()).exp()
        outputs.append((alpha + new * v) / (beta + new))
        alpha, beta = kept * alpha + k.exp() * v, kept * beta + k.exp()
    value = (torch.tensor(np.asarray(cotangents[0], float)) * torch.stack(outputs, dim=1)).sum()
    found = torch.autograd.grad(value, list(p.values()))
    return {name: d.numpy() for name, d in zip(p, found, strict=True)}
