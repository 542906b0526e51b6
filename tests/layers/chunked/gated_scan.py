"""A gated scan in chunks of as many steps as it is told: sums of products within, and its end is carried."""

import numpy as np


def kept(a):
    """a_{s+1} … a_t, (N, L, L, H), 0 where s > t; and a_0 … a_t, (N, L, H)."""
    length = a.shape[1]
    within = np.zeros((len(a), length, length, a.shape[2]), a.dtype)
    for t in range(length):
        within[:, t, t] = 1
        for s in reversed(range(t)):
            within[:, t, s] = within[:, t, s + 1] * a[:, s + 1]
    return within, within[:, :, 0] * a[:, :1]


def forward(params, xs, state, chunk):
    a, x = xs["a"], xs["x"]
    (h,) = state
    outputs, tape = np.empty_like(x), []
    for first in range(0, a.shape[1], chunk):
        span = slice(first, first + chunk)
        within, start = kept(a[:, span])
        tape.append((span, within, start, h))
        outputs[:, span] = np.einsum("ntsh,nsh->nth", within, (1 - a[:, span]) * x[:, span])
        outputs[:, span] += start * h[:, None]
        h = outputs[:, span][:, -1]
    return outputs, (h.copy(),), (a, x, outputs.copy(), tape)


def backward(saved, d_outputs, d_state):
    a, x, outputs, tape = saved
    d_a, d_x = np.empty_like(a), np.empty_like(x)
    (dh,) = d_state
    for span, within, start, h in reversed(tape):
        do = d_outputs[:, span].copy()
        do[:, -1] += dh
        # What flows back to the state after each step of the chunk.
        d_states = np.einsum("ntsh,nth->nsh", within, do)
        before = np.concatenate([h[:, None], outputs[:, span][:, :-1]], axis=1)
        d_a[:, span] = d_states * (before - x[:, span])
        d_x[:, span] = d_states * (1 - a[:, span])
        dh = (start * do).sum(axis=1)
    return {}, {"a": d_a, "x": d_x}, (dh,)
