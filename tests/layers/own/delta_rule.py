"""The delta rule: a matrix that a key and a value write into, and its readout as a loss of its own.

S′ = S − β (S k − v) kᵀ        S (N, V, K), k (N, K), v (N, V), β (N,)
"""

import autograd.numpy as anp
import numpy as np

from tests.layers.lstm import sigmoid
from verification import Block, Model, Use


def step(f, p, x, S):
    """No leading axes."""
    error = anp.einsum("nvk,nk->nv", S, x.k) - x.v
    return S - f.rate(x.beta)[:, None, None] * error[:, :, None] * x.k[:, None, :]


def readout(f, p, S):
    """o = S q."""
    return S @ p.q


MODEL = Model(
    name="delta_rule",
    blocks=(
        Block("q", ("K",), Use.READOUT),
        Block("k", ("K",), Use.INPUT),
        Block("v", ("V",), Use.INPUT),
        Block("beta", (), Use.INPUT),
        Block("S0", ("V", "K"), Use.STATE),
    ),
    step=step,
    readout=readout,
    functions={"rate": ("sigmoid",)},
)


def forward(params, xs, state):
    k, v, r = xs["k"], xs["v"], sigmoid(xs["beta"])
    (S,) = state
    states = [S]
    for t in range(k.shape[1]):
        error = np.einsum("nvk,nk->nv", S, k[:, t]) - v[:, t]
        S = S - (r[:, t, None] * error)[:, :, None] * k[:, t, None, :]
        states.append(S)
    return np.stack(states[1:], axis=1), (S.copy(),), (k, v, r, states)


def backward(saved, d_outputs, d_state):
    k, v, r, states = saved
    d_k, d_v, d_r = (np.empty_like(array) for array in (k, v, r))
    (dS,) = d_state
    for t in reversed(range(k.shape[1])):
        dS = dS + d_outputs[:, t]
        error = np.einsum("nvk,nk->nv", states[t], k[:, t]) - v[:, t]
        pulled = np.einsum("nvk,nk->nv", dS, k[:, t])
        d_error = -r[:, t, None] * pulled
        d_r[:, t] = -(pulled * error).sum(axis=1)
        d_k[:, t] = -r[:, t, None] * np.einsum("nvk,nv->nk", dS, error)
        d_k[:, t] += np.einsum("nvk,nv->nk", states[t], d_error)
        d_v[:, t] = -d_error
        dS = dS + d_error[:, :, None] * k[:, t, None, :]
    return {}, {"k": d_k, "v": d_v, "beta": d_r * r * (1 - r)}, (dS,)


def problem(problem):
    """The same with the readout and the loss, one sweep for each loss."""
    from verification import Gradients

    k, v, r = problem.xs["k"], problem.xs["v"], sigmoid(problem.xs["beta"])
    q, T = problem.params["q"], problem.xs["k"].shape[1]
    outputs, _, (*_, states) = forward({}, problem.xs, problem.state)
    outputs = outputs @ q
    on_every = problem.targets.ndim == 3
    targets = problem.targets if on_every else problem.targets[:, None]
    value, d_q = 0 * q[0], np.zeros_like(q)
    d = {name: np.zeros_like(array) for name, array in problem.xs.items()}
    (d_S0,) = (np.zeros_like(array) for array in problem.state)
    for i, t in enumerate(range(T) if on_every else [T - 1]):
        do = outputs[:, t] - targets[:, i]
        value = value + (do * do).sum() / 2
        d_q += np.einsum("nv,nvk->k", do, states[t + 1])
        first = problem.truncation.first(t, T)
        dS = do[:, :, None] * q
        if first <= t:
            span = slice(first, t + 1)
            saved = k[:, span], v[:, span], r[:, span], states[first : t + 2]
            none = np.zeros((*d["k"][:, span].shape[:2], *dS.shape[1:]), dS.dtype)
            _, d_xs, (dS,) = backward(saved, none, (dS,))
            for name, array in d_xs.items():
                d[name][:, span] += array
        if first == 0:
            d_S0 += dS
    return Gradients(outputs, value, {"q": d_q}, d, (d_S0,))
