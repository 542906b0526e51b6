"""The layer of ``tests.peers.attention`` as kernels of Triton, by its interpreter: no graphics card."""

import os

# Asked when a kernel is declared.
os.environ["TRITON_INTERPRET"] = "1"

import torch
import triton
import triton.language as tl


@triton.jit
def _forward(
    q, k, v, g, initial, outputs, matrices, T, A,
    K: tl.constexpr, V: tl.constexpr, KS: tl.constexpr, VS: tl.constexpr,
):  # fmt: skip
    """One head of one record: every step, of matrices that are kept."""
    n, a = tl.program_id(0), tl.program_id(1)
    i, j = tl.arange(0, KS), tl.arange(0, VS)
    there = (i < K)[:, None] & (j < V)[None, :]
    entries = i[:, None] * V + j[None, :]
    S = tl.load(initial + (n * A + a) * K * V + entries, mask=there, other=0.0)
    tl.store(matrices + (n * (T + 1) * A + a) * K * V + entries, S, mask=there)
    for t in range(T):
        row = (n * T + t) * A + a
        q_t = tl.load(q + row * K + i, mask=i < K, other=0.0)
        k_t = tl.load(k + row * K + i, mask=i < K, other=0.0)
        v_t = tl.load(v + row * V + j, mask=j < V, other=0.0)
        S = tl.exp(tl.load(g + row)) * S + k_t[:, None] * v_t[None, :]
        tl.store(outputs + row * V + j, tl.sum(S * q_t[:, None], axis=0), mask=j < V)
        tl.store(matrices + ((n * (T + 1) + t + 1) * A + a) * K * V + entries, S, mask=there)


@triton.jit
def _backward(
    q, k, v, g, matrices, d_outputs, d_final, d_q, d_k, d_v, d_g, d_initial, T, A,
    K: tl.constexpr, V: tl.constexpr, KS: tl.constexpr, VS: tl.constexpr,
):  # fmt: skip
    """The same from the last step to the first."""
    n, a = tl.program_id(0), tl.program_id(1)
    i, j = tl.arange(0, KS), tl.arange(0, VS)
    there = (i < K)[:, None] & (j < V)[None, :]
    entries = i[:, None] * V + j[None, :]
    dS = tl.load(d_final + (n * A + a) * K * V + entries, mask=there, other=0.0)
    for back in range(T):
        t = T - 1 - back
        row = (n * T + t) * A + a
        q_t = tl.load(q + row * K + i, mask=i < K, other=0.0)
        k_t = tl.load(k + row * K + i, mask=i < K, other=0.0)
        v_t = tl.load(v + row * V + j, mask=j < V, other=0.0)
        do = tl.load(d_outputs + row * V + j, mask=j < V, other=0.0)
        before = tl.load(matrices + ((n * (T + 1) + t) * A + a) * K * V + entries, mask=there, other=0.0)
        after = tl.load(matrices + ((n * (T + 1) + t + 1) * A + a) * K * V + entries, mask=there, other=0.0)
        decay = tl.exp(tl.load(g + row))
        dS += q_t[:, None] * do[None, :]
        tl.store(d_q + row * K + i, tl.sum(after * do[None, :], axis=1), mask=i < K)
        tl.store(d_k + row * K + i, tl.sum(dS * v_t[None, :], axis=1), mask=i < K)
        tl.store(d_v + row * V + j, tl.sum(dS * k_t[:, None], axis=0), mask=j < V)
        tl.store(d_g + row, tl.sum(dS * before) * decay)
        dS *= decay
    tl.store(d_initial + (n * A + a) * K * V + entries, dS, mask=there)


def _back(ctx, d_outputs, dS, tile):
    """The backward, by tiles of so many keys and values as ``tile`` makes of their number."""
    *inputs, matrices = ctx.saved_tensors
    (N, T, A, K), V = inputs[0].shape, inputs[2].shape[-1]
    made = [torch.zeros_like(tensor) for tensor in (*inputs, dS.contiguous())]
    given = *inputs, matrices, d_outputs.contiguous(), dS.contiguous()
    _backward[(N, A)](*given, *made, T, A, K, V, tile(K), tile(V))
    return tuple(made)


class InTriton(torch.autograd.Function):
    """``Attention``, forward and backward by kernels."""

    @staticmethod
    def forward(ctx, q, k, v, g, S):
        (N, T, A, K), V = q.shape, v.shape[-1]
        inputs = [tensor.contiguous() for tensor in (q, k, v, g)]
        outputs, matrices = torch.empty(v.shape, dtype=v.dtype), S.new_empty((N, T + 1, A, K, V))
        tiles = triton.next_power_of_2(K), triton.next_power_of_2(V)
        _forward[(N, A)](*inputs, S.contiguous(), outputs, matrices, T, A, K, V, *tiles)
        ctx.save_for_backward(*inputs, matrices)
        return outputs, matrices[:, -1].clone()

    @staticmethod
    def backward(ctx, d_outputs, dS):
        return _back(ctx, d_outputs, dS, triton.next_power_of_2)


class ShortTiles(InTriton):
    """Going back, a tile has the power of two below, and what is beyond it is passed over."""

    @staticmethod
    def backward(ctx, d_outputs, dS):
        return _back(ctx, d_outputs, dS, lambda size: 1 << size.bit_length() - 1)
