"""mamba.py: pscan.PScan, a torch.autograd.Function with a parallel scan in its forward and in its backward.

It takes A and X (B, L, D, N), and starts from zero; here N is 1. The coefficients are all finite, as are
theirs, which lie between 0 and 1.
"""

from of_torch import gradients, wanted
from sources import package

from verification import Scope, layer
from verification.models import scan

PIN = {
    "title": "mamba.py, PScan",
    "repository": "alxndrTL/mamba.py",
    "commit": "2cc168c78b2494557f45072c4b8daa9d6f5608c7",
    "files": {
        "mambapy/pscan.py": "51cd34493a95aa08cdfa5d25465edda7",
    },
    "with": ("torch==2.13.0",),
    "environment": "torch",
}

pscan = package(PIN["repository"], "pscan", "mambapy").pscan


def forward(params, xs, state):
    a, x = wanted(xs["a"][..., None]), wanted(xs["x"][..., None])
    h = pscan(a, x)
    outputs = h.detach().numpy()[..., 0].copy()
    return outputs, (outputs[:, -1].copy(),), (h, a, x)


def backward(saved, d_outputs, d_state):
    h, a, x = saved
    d_outputs = d_outputs.copy()
    d_outputs[:, -1] += d_state[0]  # the last output is the final state
    d_a, d_x = gradients([h], [d_outputs[..., None]], [a, x])
    return {}, {"a": d_a[..., 0], "x": d_x[..., 0]}, (None,)


engine = layer(forward, backward, model=scan, scope=Scope(states="zero", blocks=("a", "x"), records=(1, 17)))
