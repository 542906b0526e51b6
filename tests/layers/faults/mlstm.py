"""Faults of an mLSTM's gradient."""

from functools import partial

from tests.layers import mlstm
from tests.layers.faults.fault import LayerFault
from verification import models

_fault = partial(LayerFault, model=models.mlstm, module=mlstm)
_operand = partial(_fault, family="operand")
_held = partial(_fault, family="held constant")
_carry = partial(_fault, family="carry")

MLSTM = (
    _held(
        "the normaliser is held constant",
        "d_along = np.where(far, d_size * np.sign(along), 0)[..., None]",
        "d_along = np.zeros_like(d_size)[..., None]",
        "step: q, k, i, f, n0, m0",
        "the normaliser were held constant",
    ),
    _held(
        "the stabiliser is held constant, which the final states see",
        "dm = dm - d_weight - d_left",
        "dm = 0 * dm",
        "accumulation: i",
        "the stabiliser were held constant",
    ),
    _held(
        "the least normaliser is held constant",
        "dm = dm - np.where(far, 0, d_size * least)",
        "dm = dm * 1",
        "accumulation: i",
        "the least normaliser were held constant",
    ),
    _held(
        "a query lacks the normaliser",
        " + d_along * n\n",
        "\n",
        "accumulation: q",
        "the normaliser were held constant",
    ),
    _operand(
        "a query reads the memory before its step",
        'np.einsum("nakv,nav->nak", C, d_read)',
        'np.einsum("nakv,nav->nak", C_prev, d_read)',
        "accumulation: q",
    ),
    _operand(
        "a key lacks the normaliser",
        "dC, v[:, t]) + dn",
        "dC, v[:, t])",
        "accumulation: k",
    ),
    _operand(
        "the forget gate lacks the normaliser",
        " + (dn * n_prev).sum(axis=-1)) * left",
        ") * left",
        "step: i, f, m0",
    ),
    _operand(
        "a value lacks the input gate",
        'd_v[:, t] = w[..., None] * np.einsum("nakv,nak->nav", dC, k[:, t])',
        'd_v[:, t] = np.einsum("nakv,nak->nav", dC, k[:, t])',
        "accumulation: v",
    ),
    _fault(
        "the forget gate's logarithm has the slope of its sigmoid",
        "d_f[:, t] = d_kept / (1 + np.exp(f[:, t]))",
        "d_f[:, t] = d_kept / (1 + np.exp(f[:, t])) / (1 + np.exp(-f[:, t]))",
        "accumulation: f",
        family="slope",
    ),
    _fault(
        "the final memory's cotangent does not reach the last forget gate (after mlstm_kernels)",
        "d_left = ((dC * C_prev)",
        "d_left = ((dC * (t < len(tape) - 1) * C_prev)",
        "step: i, f, m0",
        family="cotangent",
    ),
    _carry(
        "the memory is carried past the forget gate",
        "dC, dn, dm = left[..., None, None] * dC,",
        "dC, dn, dm = dC * 1,",
        "recursion: C0",
    ),
    _carry(
        "the stabiliser carries nothing",
        "left[..., None] * dn, d_kept",
        "left[..., None] * dn, 0 * d_kept",
        "recursion: m0",
        "nothing flowed back from step to step through the state of m0",
    ),
)
