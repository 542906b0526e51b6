"""RWKV-CUDA: wkv6_cuda_v1a.cu, RWKV-6's recurrence from zero, its text compiled for a CPU.

Its type bf16 is float here; heads have 4 keys and values, of which the kernel knows when it is compiled. It
is given −e^w, and its gradient is that of w; that of u is one for each record, added up by its caller.
"""

import functools
from dataclasses import replace

import autograd.numpy as np
from of_cuda import call, contiguous, kernels
from sources import folder

from verification import Block, Scope, Use, layer
from verification.models import rwkv6
from verification.models.domains import within_20
from verification.models.exponentials import exp
from verification.models.gated_linear_attention import outer

PIN = {
    "title": "RWKV-CUDA, wkv6 v1a",
    "repository": "BlinkDL/RWKV-CUDA",
    "commit": "9b17d5d80a0e9d2cbf090590725672464daa3aee",
    "files": {
        "wkv6/cuda/wkv6_cuda_v1a.cu": "dbfcbf2b05e14e1570686122927ee384",
    },
}
SIZE, STEPS = 4, 33
BEFORE = """
namespace at { typedef float BFloat16; }
static void cudaMalloc(void **memory, size_t size) { *memory = malloc(size); }
static void cudaFree(void *memory) { free(memory); }
"""
ENTRIES = """
extern "C" void forward(int B, int T, int C, int H, float *r, float *k, float *v, float *w, float *u,
                        float *y) {
    cuda_forward(B, T, C, H, r, k, v, w, u, y);
}
extern "C" void backward(int B, int T, int C, int H, float *r, float *k, float *v, float *w, float *u,
                         float *gy, float *gr, float *gk, float *gv, float *gw, float *gu) {
    cuda_backward(B, T, C, H, r, k, v, w, u, gy, gr, gk, gv, gw, gu);
}
"""


@functools.cache
def library():
    """The kernels, loaded once in each process."""
    (name,) = PIN["files"]
    text = (folder(PIN["repository"]) / name).read_text("utf-8")
    return kernels(BEFORE + text + ENTRIES, f"-D_N_={SIZE}", f"-D_T_={STEPS}")


def step(f, p, x, S):
    return np.expand_dims(f.decay(-f.rate(x.w)), -1) * S + outer(x.k, x.v)


model = replace(
    rwkv6,
    name="rwkv6_of_rates",
    blocks=tuple(
        Block("w", ("A", "K"), Use.INPUT, meaning="logarithms of rates of decay", domain=within_20)
        if block.name == "g"
        else block
        for block in rwkv6.blocks
    ),
    step=step,
    functions={"decay": (exp,), "rate": (exp,)},
)


def forward(params, xs, state):
    given = contiguous(xs["q"], xs["k"], xs["v"], -np.exp(xs["w"]), params["u"])
    records, steps, heads, size = given[0].shape
    sizes = records, steps, heads * size, heads
    y = np.empty_like(given[2])
    call(library().forward, sizes, *given, y)
    return y, (None,), (sizes, given)


def backward(saved, d_outputs, d_state):
    sizes, given = saved
    gy, gr, gk, gv, gw = contiguous(d_outputs, *(np.zeros_like(array) for array in given[:4]))
    gu = np.zeros((sizes[0], *given[4].shape), np.float32)
    call(library().backward, sizes, *given, gy, gr, gk, gv, gw, gu)
    return {"u": gu.sum(0)}, {"q": gr, "k": gk, "v": gv, "w": gw}, (None,)


def by_torch(blocks, cotangents):
    """PyTorch's gradient of the recurrence in double precision."""
    import torch

    names = ("u", "q", "k", "v", "w")
    p = {name: torch.tensor(np.asarray(blocks[name], float), requires_grad=True) for name in names}
    S, outputs = 0, []
    for t in range(p["q"].shape[1]):
        q, k, v, w = (p[name][:, t] for name in names[1:])
        new = k[..., None] * v[..., None, :]
        outputs.append(((S + p["u"][..., None] * new) * q[..., None]).sum(-2))
        S = (-w.exp()).exp()[..., None] * S + new
    value = (torch.tensor(np.asarray(cotangents[0], float)) * torch.stack(outputs, dim=1)).sum()
    found = torch.autograd.grad(value, list(p.values()))
    return {name: d.numpy() for name, d in zip(p, found, strict=True)}


scope = Scope(
    dtypes=("float32",),
    states="zero",
    finals=(),
    blocks=("u", "q", "k", "v", "w"),
    records=(1, 5),
    steps=(1, STEPS),
    sizes={"K": (SIZE,), "V": (SIZE,)},
)
engine = layer(forward, backward, model=model, scope=scope)
