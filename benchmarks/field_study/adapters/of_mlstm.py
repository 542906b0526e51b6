"""What adapters of mlstm_kernels share: models with what its backwards hold constant, and layers of kernels.

``from_zero`` has no stabiliser. C and n are those of the equations, and μ is the exponential of what a kernel
keeps exponentials small by, which begins with the first step:

    C′ = σ(f) C + exp(i) k vᵀ        n′ = σ(f) n + exp(i) k        μ′ = max(σ(f) μ, exp(i))
    h = C′ᵀ q / (√K d)               d = max(|n′ · q| / √K, 1) + ε μ′

With a sigmoid for the exponential of i, μ is 1. The divisor d is held constant, if it is ``held``.
``with_stabiliser`` is the model of verification.models with m, n and d held constant.
"""

from dataclasses import replace

import autograd.numpy as np
from of_torch import gradients, wanted
from sources import file

from verification import Scope, layer
from verification.models import domains, mlstm
from verification.models.exponentials import exp
from verification.models.gated_linear_attention import outer, read

REPOSITORY = "NX-AI/mlstm_kernels"
EPS = 1e-6
NAMES = ("q", "k", "v", "i", "f")


def theirs(path):
    """A file of the kernels' package; what that imports by its own name is imported without its __init__."""
    return file(REPOSITORY, f"mlstm_kernels/torch/{path}")


def from_zero(held=True, sigmoid=False):
    """The model. ``sigmoid``: its input gate is one."""

    def step(f, p, x, C, n, mu):
        left, new = f.keep(x.f), f.write(x.i)
        C = np.expand_dims(left, (-1, -2)) * C + outer(np.expand_dims(new, -1) * x.k, x.v)
        n = np.expand_dims(left, -1) * n + np.expand_dims(new, -1) * x.k
        return C, n, 1 + 0 * mu if sigmoid else np.maximum(left * mu, new)

    def output(f, p, x, C, n, mu):
        scale = x.q.shape[-1] ** -0.5
        size = 1 + f.excess(np.abs(f.named("normaliser", scale * np.sum(n * x.q, axis=-1))) - 1)
        divisor = size + EPS * mu
        return scale * read(C, x.q) / np.expand_dims(f.stop(divisor) if held else divisor, -1)

    return replace(
        mlstm,
        name="mlstm_from_zero",
        blocks=tuple(
            replace(block, name="mu0", domain=domains.not_negative)
            if block.name == "m0"
            else replace(block, domain=domains.within_20)
            if block.name in ("i", "f")
            else block
            for block in mlstm.blocks
        ),
        step=step,
        output=output,
        functions={"keep": ("sigmoid",), "write": ("sigmoid" if sigmoid else exp,), "excess": ("relu",)},
    )


def last_state(xs, state, sigmoid):
    """The model's state after the last step, for a kernel that returns none, of which it is not asked."""
    C, n, mu = state
    left = 1 / (1 + np.exp(-xs["f"]))
    new = 1 / (1 + np.exp(-xs["i"])) if sigmoid else np.exp(xs["i"])
    for t in range(left.shape[1]):
        key = new[:, t, :, None] * xs["k"][:, t]
        C = left[:, t, :, None, None] * C + outer(key, xs["v"][:, t])
        n = left[:, t, :, None] * n + key
        mu = 1 + 0 * mu if sigmoid else np.maximum(left[:, t] * mu, new[:, t])
    return C, n, mu


def of_kernel(kernel, held=True, sigmoid=False):
    """A layer of a kernel that starts from zero and returns no state."""

    def forward(params, xs, state):
        tensors = [wanted(xs[name].swapaxes(1, 2)) for name in NAMES]
        h = kernel(*tensors)
        return h.detach().numpy().swapaxes(1, 2).copy(), last_state(xs, state, sigmoid), (h, tensors)

    def backward(saved, d_outputs, d_state):
        h, tensors = saved
        found = gradients([h], [d_outputs.swapaxes(1, 2)], tensors)
        return {}, {name: d.swapaxes(1, 2).copy() for name, d in zip(NAMES, found, strict=True)}, ()

    scope = Scope(
        records=(1, 9),
        steps=(1, 17),
        dtypes=("float32",),
        states="zero",
        blocks=NAMES,
        declines=("final cotangents",),
    )
    return layer(forward, backward, model=from_zero(held, sigmoid), scope=scope, forms={"f": ("q", "k")})


def held_step(f, p, x, C, n, m):
    """The step of the model with a stabiliser, m; it and the normaliser n are held constant."""
    kept = f.keep(x.f) + f.stop(m)
    m = f.stop(x.i + f.excess(kept - x.i))
    new, left = f.decay(x.i - m), f.decay(kept - m)
    C = np.expand_dims(left, (-1, -2)) * C + outer(np.expand_dims(new, -1) * x.k, x.v)
    n = f.stop(np.expand_dims(left, -1) * n + np.expand_dims(new, -1) * x.k)
    return C, n, m


def held_output(f, p, x, C, n, m):
    """h, by a divisor that is held constant."""
    scale = x.q.shape[-1] ** -0.5
    least = f.decay(-m)
    size = least + f.excess(np.abs(scale * np.sum(n * x.q, axis=-1)) - least)
    return scale * read(C, x.q) / np.expand_dims(f.stop(size + EPS), -1)


with_stabiliser = replace(
    mlstm,
    name="mlstm_held",
    blocks=tuple(
        replace(block, domain=domains.within_20) if block.name == "f" else block for block in mlstm.blocks
    ),
    step=held_step,
    output=held_output,
)
