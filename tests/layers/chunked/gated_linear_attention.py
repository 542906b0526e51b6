"""A gated linear attention in chunks of three steps, whose decays' gradient is made by suffix sums."""

import numpy as np

from tests.layers.chunked.decays import decays_of

CHUNK = 3

# What the gradient of the decays is made of.
FORMS = {"g": ("q", "k", "S0")}


def forward(params, xs, state):
    q, k, v, g = (xs[name] for name in "qkvg")
    (S,) = state
    outputs, tape = np.empty_like(v), []
    for first in range(0, q.shape[1], CHUNK):
        span = slice(first, first + CHUNK)
        within, start = decays_of(g[:, span])
        scores = np.einsum("ntak,nsak,ntsak->nats", q[:, span], k[:, span], within)
        outputs[:, span] = np.einsum("nats,nsav->ntav", scores, v[:, span])
        outputs[:, span] += np.einsum("ntak,nakv->ntav", q[:, span] * start, S)
        tape.append((span, within, start, scores, S))
        kept = k[:, span] * within[:, -1]
        S = start[:, -1, ..., None] * S + np.einsum("nsak,nsav->nakv", kept, v[:, span])
    return outputs, (S.copy(),), (q, k, v, S, tape)


def backward(saved, d_outputs, d_state):
    q, k, v, S, tape = saved
    d_q, d_k, d_v = (np.empty_like(array) for array in (q, k, v))
    (dS,) = d_state
    last = (S * dS).sum(axis=-1)
    for span, within, start, scores, S_before in reversed(tape):
        do = d_outputs[:, span]
        d_scores = np.einsum("ntav,nsav->nats", do, v[:, span])
        d_q[:, span] = np.einsum("nats,nsak,ntsak->ntak", d_scores, k[:, span], within)
        d_q[:, span] += start * np.einsum("nakv,ntav->ntak", S_before, do)
        d_k[:, span] = np.einsum("nats,ntak,ntsak->nsak", d_scores, q[:, span], within)
        d_k[:, span] += within[:, -1] * np.einsum("nakv,nsav->nsak", dS, v[:, span])
        d_v[:, span] = np.einsum("nats,ntav->nsav", scores, do)
        d_v[:, span] += np.einsum("nsak,nakv->nsav", k[:, span] * within[:, -1], dS)
        dS = start[:, -1, ..., None] * dS + np.einsum("ntak,ntav->nakv", q[:, span] * start, do)
    terms = q * d_q - k * d_k
    d_g = np.cumsum(terms[:, ::-1], axis=1)[:, ::-1] + last[:, None]
    return {}, {"q": d_q, "k": d_k, "v": d_v, "g": d_g}, (dS,)
