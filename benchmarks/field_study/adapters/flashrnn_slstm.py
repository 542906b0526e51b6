"""FlashRNN: slstm_pt_fwbw, its sLSTM in PyTorch with a backward by hand, with one head.

Two things its backward passes over: the stabiliser m is held constant, and the normaliser, which is kept at 1
or above, has the gradient of what it would be otherwise. Both are declared here. Where a batch's normalisers
are all zero its forward starts anew; here they are above zero.
"""

from dataclasses import replace

import autograd.numpy as np
from flashrnn_lstm import theirs, through

from verification import Scope
from verification.models import domains, slstm
from verification.models.parts import parts
from verification.models.product import rows
from verification.torch import layer

PIN = {
    "title": "FlashRNN, slstm_pt_fwbw, stabiliser held constant",
    "repository": "NX-AI/flashrnn",
    "commit": "d73fb52b1b492ce9f9b2c107660b49079add5eb1",
    "files": {
        "flashrnn/flashrnn/vanilla_fwbw/fw.py": "e8a07080197b08b4aacfec1cc75ff30c",
        "flashrnn/flashrnn/vanilla_fwbw/bw.py": "a52588dbffc946a353a65f7623f59fbd",
        "flashrnn/flashrnn/vanilla_fwbw/fwbw.py": "ec6fd95becde507cf6051488d091b54d",
    },
    "with": ("torch==2.13.0", "einops"),
    "environment": "einops",
}


def step(f, p, x, h, c, n, m):
    a_i, a_f, a_z, a_o = parts(rows(p.U, x) + rows(p.W, h) + p.b, 4)
    kept = f.keep(a_f) + f.stop(m)
    m = f.stop(a_i + f.excess(kept - a_i))
    weight, left = f.decay(a_i - m), f.decay(kept - m)
    c = left * c + weight * f.candidate(a_z)
    n = left * n + weight
    n = f.surrogate(np.maximum(n, 1), n)
    return f.gate(a_o) * c / n, c, n, m


def apply(params, xs, state):
    return through(theirs.slstm_pt_fwbw, params, xs, state)


blocks = tuple(replace(b, domain=domains.positive) if b.name == "n0" else b for b in slstm.blocks)
model = replace(slstm, name="slstm_stabiliser_held", blocks=blocks, step=step)
scope = Scope(records=(1, 9), steps=(1, 17), blocks=("U", "W", "b", "xs", "h0", "c0", "n0"))
engine = layer(apply, model=model, scope=scope)
