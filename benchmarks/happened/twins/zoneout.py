"""An IndRNN with zoneout: each unit sees itself alone, and keeps its state where the mask says so.

    h′ = m_t ⊙ h + (1 − m_t) ⊙ tanh(U x_t + u ⊙ h + b)        m_t (N, H) of 0 and 1, given

Sources: Li et al., *Independently recurrent neural network*, arXiv 1803.04831; Krueger et al., *Zoneout*,
arXiv 1606.01305.
"""

import autograd.numpy as anp
import numpy as np

from verification import Block, Model, Use


def step(f, p, x, h):
    u, b = anp.expand_dims(p.u, -2), anp.expand_dims(p.b, -2)
    new = f.activation(anp.einsum("...hd,...nd->...nh", p.U, x.xs) + u * h + b)
    return x.mask * h + (1 - x.mask) * new


MODEL = Model(
    name="zoneout",
    blocks=(
        Block("U", ("H", "D"), Use.STEP, meaning="input weights"),
        Block("u", ("H",), Use.STEP, meaning="recurrent weights"),
        Block("b", ("H",), Use.STEP, meaning="bias"),
        Block("xs", ("D",), Use.INPUT, meaning="inputs"),
        Block("mask", ("H",), Use.INPUT, meaning="1 where a unit keeps its state", below=2),
        Block("h0", ("H",), Use.STATE),
    ),
    step=step,
    functions={"activation": ("tanh",)},
)


def forward(params, xs, state):
    U, u, b, mask = params["U"], params["u"], params["b"], xs["mask"]
    (h,) = state
    states, news = [h], []
    for t in range(mask.shape[1]):
        news.append(np.tanh(xs["xs"][:, t] @ U.T + u * h + b))
        h = np.where(mask[:, t] == 1, h, news[t])
        states.append(h)
    return np.stack(states[1:], axis=1), (h.copy(),), (params, xs, states, news)


def backward(saved, d_outputs, d_state):
    params, xs, states, news = saved
    U, u, mask = params["U"], params["u"], xs["mask"]
    d_U, d_u, d_b, d_xs = np.zeros_like(U), np.zeros_like(u), np.zeros_like(u), np.empty_like(xs["xs"])
    (dh,) = d_state
    for t in reversed(range(mask.shape[1])):
        kept = mask[:, t] == 1
        dh = dh + d_outputs[:, t]
        da = np.where(kept, 0, dh * (1 - news[t] ** 2))
        d_U += da.T @ xs["xs"][:, t]
        d_u += (da * states[t]).sum(axis=0)
        d_b += da.sum(axis=0)
        d_xs[:, t] = da @ U
        dh = np.where(kept, dh, da * u)
    return {"U": d_U, "u": d_u, "b": d_b}, {"xs": d_xs}, (dh,)
