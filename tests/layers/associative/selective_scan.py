"""A selective scan by an associative scan."""

import numpy as np

from tests.layers.associative.prefix import before, flows_back, recurrence
from tests.layers.lstm import sigmoid
from tests.layers.selective_scan import softplus


def forward(params, xs, state, prefix):
    A, D = params["A"], params["skip"]
    u, B, C, s = xs["u"], xs["B"], xs["C"], softplus(xs["delta"])
    (h,) = state
    decays = np.exp(s[..., None] * A)
    states = recurrence(decays, (s * u)[..., None] * B[:, :, None, :], h, prefix)
    outputs = np.einsum("ntes,nts->nte", states, C) + D * u
    return outputs, (states[:, -1].copy(),), (params, xs, s, decays, h, states, prefix)


def backward(saved, d_outputs, d_state):
    params, xs, s, decays, h, states, prefix = saved
    A, D = params["A"], params["skip"]
    u, B, C = xs["u"], xs["B"], xs["C"]
    d_C = np.einsum("nte,ntes->nts", d_outputs, states)
    d_D = (d_outputs * u).sum(axis=(0, 1))
    dh = flows_back(decays, d_outputs[..., None] * C[:, :, None, :], d_state[0], prefix)
    written = np.einsum("ntes,nts->nte", dh, B)
    d_exponent = dh * before(h, states) * decays
    d_B = np.einsum("ntes,nte->nts", dh, s * u)
    d_A = np.einsum("ntes,nte->es", d_exponent, s)
    d_s = written * u + (d_exponent * A).sum(axis=-1)
    d_u = written * s + D * d_outputs
    d_delta = d_s * sigmoid(xs["delta"])
    d_h = decays[:, 0] * dh[:, 0]
    return {"A": d_A, "skip": d_D}, {"u": d_u, "delta": d_delta, "B": d_B, "C": d_C}, (d_h,)
