"""Attention with one decay of each head, as PyTorch's and JAX's users write it: their own backward passes."""

from functools import partial

import jax
import jax.numpy as jnp
import torch
from jax.experimental import pallas


class Attention(torch.autograd.Function):
    """S′ = exp(g) S + k vᵀ, o = S′ᵀ q, of xs (N, T, A, …) and S (N, A, K, V)."""

    @staticmethod
    def forward(ctx, q, k, v, g, S):
        a, matrices, outputs = g.exp(), [S], []
        for t in range(q.shape[1]):
            S = a[:, t, :, None, None] * S + k[:, t, :, :, None] * v[:, t, :, None, :]
            outputs.append(torch.einsum("nakv,nak->nav", S, q[:, t]))
            matrices.append(S)
        ctx.save_for_backward(q, k, v, a, torch.stack(matrices))
        return torch.stack(outputs, dim=1), S.clone()

    @staticmethod
    def backward(ctx, d_outputs, dS):
        q, k, v, a, matrices = ctx.saved_tensors
        d_q, d_k, d_v, d_g = (torch.empty_like(tensor) for tensor in (q, k, v, a))
        for t in reversed(range(q.shape[1])):
            do = d_outputs[:, t]
            d_q[:, t] = torch.einsum("nakv,nav->nak", matrices[t + 1], do)
            dS = dS + q[:, t, :, :, None] * do[:, :, None, :]
            d_k[:, t] = torch.einsum("nakv,nav->nak", dS, v[:, t])
            d_v[:, t] = torch.einsum("nakv,nak->nav", dS, k[:, t])
            d_g[:, t] = torch.einsum("nakv,nakv->na", dS, matrices[t]) * a[:, t]
            dS = dS * a[:, t, :, None, None]
        return d_q, d_k, d_v, d_g, dS


class BySuffixSums(Attention):
    """The gradient of g from those of q and k, as chunks make it."""

    @staticmethod
    def backward(ctx, d_outputs, dS):
        d_q, d_k, d_v, _, d_initial = Attention.backward(ctx, d_outputs, dS)
        q, k, *_, matrices = ctx.saved_tensors
        terms = (q * d_q - k * d_k).sum(-1)
        terms[:, -1] += (dS * matrices[-1]).sum((-2, -1))
        return d_q, d_k, d_v, terms.flip(1).cumsum(1).flip(1), d_initial


class Forgetful(Attention):
    """Its last state's cotangent reaches nothing but the initial state."""

    @staticmethod
    def backward(ctx, d_outputs, dS):
        *inputs, d_initial = Attention.backward(ctx, d_outputs, torch.zeros_like(dS))
        decay = ctx.saved_tensors[3].prod(dim=1)
        return *inputs, d_initial + dS * decay[:, :, None, None]


def _forward(params, xs, state):
    q, k, v, a = xs["q"], xs["k"], xs["v"], jnp.exp(xs["g"])

    def step(S, x):
        q, k, v, a = x
        after = a[..., None, None] * S + k[..., :, None] * v[..., None, :]
        return after, (jnp.einsum("nakv,nak->nav", after, q), S)

    S, (outputs, before) = jax.lax.scan(step, state[0], [x.swapaxes(0, 1) for x in (q, k, v, a)])
    return (outputs.swapaxes(0, 1), (S,)), (q, k, v, a, before)


def _backward(saved, cotangents):
    *inputs, before = saved
    d_outputs, (dS,) = cotangents

    def step(dS, x):
        q, k, v, a, S, do = x
        dS = dS + q[..., :, None] * do[..., None, :]
        after = a[..., None, None] * S + k[..., :, None] * v[..., None, :]
        d_g = jnp.einsum("nakv,nakv->na", dS, S) * a
        grads = (
            jnp.einsum("nakv,nav->nak", after, do),
            jnp.einsum("nakv,nav->nak", dS, v),
            jnp.einsum("nakv,nak->nav", dS, k),
            d_g,
        )
        return dS * a[..., None, None], grads

    rows = [x.swapaxes(0, 1) for x in inputs]
    dS, grads = jax.lax.scan(step, dS, [*rows, before, d_outputs.swapaxes(0, 1)], reverse=True)
    return {}, dict(zip("qkvg", (d.swapaxes(0, 1) for d in grads), strict=True)), (dS,)


@jax.custom_vjp
def attention(params, xs, state):
    """The same in JAX, by scans."""
    return _forward(params, xs, state)[0]


attention.defvjp(_forward, _backward)


@jax.custom_vjp
def by_suffix_sums(params, xs, state):
    """The gradient of g from those of q and k."""
    return _forward(params, xs, state)[0]


def _and_last(params, xs, state):
    returned, saved = _forward(params, xs, state)
    return returned, (saved, xs, returned[1][0])


def _by_suffix_sums(saved, cotangents):
    saved, xs, last = saved
    none, d_xs, d_state = _backward(saved, cotangents)
    terms = (xs["q"] * d_xs["q"] - xs["k"] * d_xs["k"]).sum(-1)
    terms = terms.at[:, -1].add((cotangents[1][0] * last).sum((-2, -1)))
    return none, {**d_xs, "g": jnp.flip(jnp.cumsum(jnp.flip(terms, 1), 1), 1)}, d_state


by_suffix_sums.defvjp(_and_last, _by_suffix_sums)


def _kernel(q, k, v, g, S, outputs, final, *, steps):
    """One head of one record: every step, with S in place."""
    final[...] = S[...]
    for t in range(steps):
        final[0, 0] = jnp.exp(g[0, t, 0]) * final[0, 0] + k[0, t, 0][:, None] * v[0, t, 0][None, :]
        outputs[0, t, 0] = (final[0, 0] * q[0, t, 0][:, None]).sum(axis=0)


def _by_pallas(params, xs, state):
    q, k, v, g, (S,) = *(xs[name] for name in "qkvg"), state
    N, T, A, K = q.shape
    V = v.shape[-1]

    def of_head(*shape):
        return pallas.BlockSpec((1, T, 1, *shape), lambda n, a: (n, 0, a, *(0 for _ in shape)))

    matrix = pallas.BlockSpec((1, 1, K, V), lambda n, a: (n, a, 0, 0))
    outputs, final = pallas.pallas_call(
        partial(_kernel, steps=T),
        grid=(N, A),
        in_specs=[of_head(K), of_head(K), of_head(V), of_head(), matrix],
        out_specs=[of_head(V), matrix],
        out_shape=[jax.ShapeDtypeStruct(v.shape, v.dtype), jax.ShapeDtypeStruct(S.shape, S.dtype)],
        interpret=True,
    )(q, k, v, g, S)
    return outputs, (final,)


@jax.custom_vjp
def in_pallas(params, xs, state):
    """The forward as a kernel of Pallas, by its interpreter, beside the same backward."""
    return _by_pallas(params, xs, state)


def _saved(params, xs, state):
    _, saved = _forward(params, xs, state)
    return _by_pallas(params, xs, state), saved


in_pallas.defvjp(_saved, _backward)
