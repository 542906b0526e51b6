"""pytorch-qrnn: forget_mult's two kernels in CUDA, their text compiled for a CPU.

h′ = f ⊙ x + (1 − f) ⊙ h, steps before records, launched as its GPUForgetMult does.
"""

import ast
import functools

import numpy as np
from of_cuda import call, contiguous, kernels
from sources import folder

from verification import Block, Model, Scope, Use, layer
from verification.models.domains import between_0_and_1

PIN = {
    "title": "pytorch-qrnn, forget_mult",
    "repository": "salesforce/pytorch-qrnn",
    "commit": "1634991a8270060d48128a0af5ffd1f75db3ae08",
    "files": {
        "torchqrnn/forget_mult.py": "25416b2adf6ffb7b15d59597f7b046f6",
    },
}
ENTRIES = """
static dim3 block(int hidden) { return dim3(min(hidden, 512), 1); }
static dim3 grid(int hidden, int batch) {
    return dim3((hidden + block(hidden).x - 1) / block(hidden).x, batch);
}
extern "C" void forward(int seq, int batch, int hidden, float *h, float *f, float *x) {
    dim3 g = grid(hidden, batch), b = block(hidden);
    recurrent_forget_mult<<<g, b>>>(h, f, x, seq, batch, hidden);
}
extern "C" void backward(int seq, int batch, int hidden, float *h, float *f, float *x, float *gh, float *gf,
                         float *gx, float *ghinit) {
    dim3 g = grid(hidden, batch), b = block(hidden);
    bwd_recurrent_forget_mult<<<g, b>>>(h, f, x, gh, gf, gx, ghinit, seq, batch, hidden);
}
"""


@functools.cache
def library():
    """The kernels, which are a string in their file, loaded once in each process."""
    (name,) = PIN["files"]
    tree = ast.parse((folder(PIN["repository"]) / name).read_text("utf-8"))
    (text,) = (
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "kernel"
    )
    return kernels(text + ENTRIES)


model = Model(
    "forget_mult",
    (
        Block("f", ("H",), Use.INPUT, meaning="gates", domain=between_0_and_1),
        Block("x", ("H",), Use.INPUT, meaning="inputs"),
        Block("h0", ("H",), Use.STATE, meaning="initial state"),
    ),
    lambda f, p, x, h: x.f * x.x + (1 - x.f) * h,
)


def forward(params, xs, state):
    given = contiguous(xs["f"], xs["x"])
    T, N, H = given[0].shape
    h = np.empty((T + 1, N, H), np.float32)
    h[0] = state[0]
    call(library().forward, (T, N, H), h, *given)
    return h[1:].copy(), (h[-1].copy(),), (h, given)


def backward(saved, d_outputs, d_state):
    h, given = saved
    (gh,) = contiguous(d_outputs)
    gh = gh.copy()
    gh[-1] += d_state[0]  # the last output is the final state
    gf, gx, ghinit = np.empty_like(gh), np.empty_like(gh), np.empty_like(h[0])
    call(library().backward, gh.shape, h, *given, gh, gf, gx, ghinit)
    return {}, {"f": gf, "x": gx}, (ghinit,)


def by_torch(blocks, cotangents):
    """PyTorch's gradient of the recurrence in double precision."""
    import torch

    p = {name: torch.tensor(np.asarray(a, float), requires_grad=True) for name, a in blocks.items()}
    h, outputs = p["h0"], []
    for t in range(p["f"].shape[1]):
        f = p["f"][:, t]
        h = f * p["x"][:, t] + (1 - f) * h
        outputs.append(h)
    flows = zip(cotangents, (torch.stack(outputs, dim=1), h), strict=True)
    value = sum((torch.tensor(np.asarray(d, float)) * o).sum() for d, o in flows)
    found = torch.autograd.grad(value, list(p.values()))
    return {name: d.numpy() for name, d in zip(p, found, strict=True)}


engine = layer(
    forward,
    backward,
    model=model,
    scope=Scope(dtypes=("float32",), records=(1, 9), steps=(1, 33)),
    arrays={"axes": "TN"},
)
