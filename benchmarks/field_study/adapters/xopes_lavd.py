"""xopes: LavdChunkFunction, attention with a decay of each key, in PyTorch and by hand, in chunks.

It takes (N, T, A, K) and the logarithm of the decay, ``ldk``; a decay of values, ``ldv``, is left out, as it
is by default. It computes in float32 alone, and divides by what has decayed within a chunk, so decays are
those of chunks of four steps.
"""

import torch
from of_torch import gradients, wanted
from of_xopes import file_of

from verification import Scope
from verification.models import gated_linear_attention
from verification.torch import layer

PIN = {
    "title": "xopes, lavd_chunk_torch",
    "repository": "Doraemonzzz/xopes",
    "commit": "1dfa3df896141398cd1afb92bca5c95ea8dacbac",
    "files": {
        "xopes/ops/lightning_attn/vector_decay/_legacy/lavd_chunk_torch.py": (
            "28a2649473645ef2300d90b91c31667e"
        ),
    },
    "with": ("torch==2.13.0", "einops"),
    "environment": "einops",
    "page": "xopes.md",
}

theirs = file_of("xopes/ops/lightning_attn/vector_decay/_legacy/lavd_chunk_torch.py")


def apply(params, xs, state):
    outputs, final = theirs.lavd_chunk_torch(
        xs["q"], xs["k"], xs["v"], ldk=xs["g"], initial_state=state[0], chunk_size=4
    )
    return outputs, (final,)


def by_torch(blocks, cotangents):
    """PyTorch's gradient of the recurrence in double precision."""
    given = {name: wanted(array.astype(float)) for name, array in blocks.items()}
    (S, q), outputs = (given["S0"], given["q"]), []
    for t in range(q.shape[1]):
        k, v, a = given["k"][:, t], given["v"][:, t], given["g"][:, t].exp()
        S = a[..., None] * S + k[..., None] * v[..., None, :]
        outputs.append((S * q[:, t, ..., None]).sum(-2))
    cotangents = [d.astype(float) for d in cotangents]
    found = gradients([torch.stack(outputs, dim=1), S], cotangents, list(given.values()))
    return dict(zip(given, found, strict=True))


engine = layer(apply, model=gated_linear_attention, scope=Scope(chunk=4, dtypes=("float32",)))
