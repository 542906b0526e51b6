"""Faults of an sLSTM's gradient."""

from functools import partial

from tests.layers import slstm
from tests.layers.faults.fault import LayerFault
from verification import models

_fault = partial(LayerFault, model=models.slstm, module=slstm)
_operand = partial(_fault, family="operand")
_held = partial(_fault, family="held constant")
_carry = partial(_fault, family="carry")
_slope = partial(_fault, family="slope")

SLSTM = (
    _held(
        "the normaliser is held constant",
        "dn = dn - d_ratio * ratio",
        "dn = dn * 1",
        "step: U, W, b, xs, h0, n0, m0 (i, f)",
        "the normaliser were held constant",
    ),
    _held(
        "the stabiliser is held constant, which the final states see",
        "d_kept = d_left + np.where(stays, dm, 0)",
        "dm = 0 * dm; d_kept = d_left",
        "step: U, W, b, xs, h0, m0 (i, f)",
        "the stabiliser were held constant",
    ),
    _held(
        "the larger of both has the slope of both",
        "d_i = d_weight + np.where(stays, 0, dm)",
        "d_i = d_weight + dm",
        "step: U, W, b, xs, h0 (i)",
    ),
    _operand(
        "the stabiliser does not see what is left",
        "dm = dm - d_weight - d_left",
        "dm = dm - d_weight",
        "step: U, W, b, xs, h0, m0 (i, f)",
    ),
    _operand(
        "the normaliser's part of what is left is not there",
        "d_left = (dc * c_prev + dn * n_prev) * left",
        "d_left = dc * c_prev * left",
        "step: U, W, b, xs, h0, m0 (i, f)",
    ),
    _operand(
        "the input gate sees the candidate alone",
        "d_weight = (dc * z + dn) * w",
        "d_weight = dc * z * w",
        "step: U, W, b, xs, h0, m0 (i, f)",
    ),
    _operand(
        "dW from the state after the step",
        "d_W += da.T @ h_prev",
        "d_W += da.T @ (o * ratio)",
        "accumulation: W",
        "the state of h0 after each step stood for the one before it",
    ),
    _carry(
        "the normaliser carries nothing",
        "da @ W, dc * left, dn * left, d_kept",
        "da @ W, dc * left, 0 * dn, d_kept",
        "recursion: n0",
        "nothing flowed back from step to step through the state of n0",
    ),
    _carry(
        "the stabiliser carries nothing",
        "da @ W, dc * left, dn * left, d_kept",
        "da @ W, dc * left, dn * left, 0 * d_kept",
        "recursion: m0",
        "nothing flowed back from step to step through the state of m0",
    ),
    _slope(
        "the forget gate's logarithm has the slope of its sigmoid",
        "d_f = d_kept * sigmoid(-f)",
        "d_f = d_kept * sigmoid(-f) * sigmoid(f)",
        "step: U, W, b, xs, h0 (f)",
    ),
    _slope(
        "the candidate's slope is left out",
        "d_z = dc * w * (1 - z * z)",
        "d_z = dc * w",
        "step: U, W, b, xs, h0 (z)",
        "the slope of tanh were left out",
    ),
    _fault(
        "the final normaliser's cotangent is ignored",
        "dh, dc, dn, dm = d_state",
        "dh, dc, dn, dm = d_state[0], d_state[1], 0 * d_state[2], d_state[3]",
        "step: U, W, b, xs, h0, n0, m0 (i, f)",
        "the final n0 had no cotangent",
        family="cotangent",
    ),
)
