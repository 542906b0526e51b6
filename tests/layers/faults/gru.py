"""Faults of both GRUs' gradients."""

from functools import partial

from tests.layers import gru, gru_reset_before
from tests.layers.faults.fault import LayerFault
from verification import models

_fault = partial(LayerFault, model=models.gru, module=gru)
_before = partial(LayerFault, model=models.gru_reset_before, module=gru_reset_before)
_carry = partial(_fault, family="carry")
_operand = partial(_fault, family="operand")
_slope = partial(_fault, family="slope")

GRU = (
    _carry(
        "the direct path multiplied by 1 − z where z belongs (after AiDotNet PR #722)",
        "dh = dw @ W + dh * z",
        "dh = dw @ W + dh * (1 - z)",
        "recursion: h0",
        "one minus its factor stood on the direct path from state to state, as 1 − z for z",
    ),
    _carry(
        "the direct path is left out",
        "dh = dw @ W + dh * z",
        "dh = dw @ W",
        "recursion: h0",
        "the direct path from state to state were left out",
    ),
    _carry(
        "the direct path alone",
        "dh = dw @ W + dh * z",
        "dh = dh * z",
        "recursion: h0",
        "the direct path from state to state were all that is carried",
    ),
    _operand(
        "the candidate's share is z where 1 − z belongs",
        "d_n = dh * (1 - z) * (1 - n * n)",
        "d_n = dh * z * (1 - n * n)",
        "step: U, W, b, bn, xs, h0 (r, n)",
    ),
    _operand(
        "the update gate sees the new state alone",
        "d_z = dh * (h_prev - n) * z * (1 - z)",
        "d_z = dh * h_prev * z * (1 - z)",
        "step: U, W, b, xs, h0 (z)",
    ),
    _operand(
        "the recurrent weights of the candidate take the delta before the reset",
        "dw = np.concatenate([d_r, d_z, d_m], axis=1)",
        "dw = da",
        "step: W, h0 (n)",
    ),
    _operand(
        "the candidate's second bias takes the delta before the reset",
        "d_bn += d_m.sum(axis=0)",
        "d_bn += d_n.sum(axis=0)",
        "accumulation: bn",
    ),
    _operand(
        "the reset gate sees the product without its bias",
        "d_r = d_n * m * r * (1 - r)",
        'd_r = d_n * (m - params["bn"]) * r * (1 - r)',
        "step: U, W, b, xs, h0 (r)",
    ),
    _operand(
        "dW from the state after the step",
        "d_W += dw.T @ h_prev",
        "d_W += dw.T @ ((1 - z) * n + z * h_prev)",
        "accumulation: W",
    ),
    _slope(
        "the reset gate's slope of its value",
        "d_r = d_n * m * r * (1 - r)",
        "d_r = d_n * m * sigmoid(r) * (1 - sigmoid(r))",
        "step: U, W, b, xs, h0 (r)",
        "the slope of sigmoid were taken at its value",
    ),
    _slope(
        "the update gate's slope is left out",
        "d_z = dh * (h_prev - n) * z * (1 - z)",
        "d_z = dh * (h_prev - n)",
        "step: U, W, b, xs, h0 (z)",
        "the slope of sigmoid were left out",
    ),
    _fault(
        "r and z exchanged in dU",
        "d_U += da.T @ x",
        "d_U += np.concatenate([d_z, d_r, d_n], axis=1).T @ x",
        "accumulation: U (r, z)",
        "r stood for z and z stood for r",
        family="gates",
    ),
    _fault(
        "the candidate's second bias is overwritten at every step",
        "d_bn += d_m.sum(axis=0)",
        "d_bn = d_m.sum(axis=0)",
        "accumulation: bn",
        "step 0 alone counted",
        family="accumulation",
    ),
    _before(
        "the path through the reset state lacks the reset gate",
        "dh = dh * z + d_r @ W_r + d_z @ W_z + d_reset * r",
        "dh = dh * z + d_r @ W_r + d_z @ W_z + d_reset",
        "recursion: h0",
        family="carry",
    ),
    _before(
        "the candidate's recurrent weights see the state before the reset",
        "d_n.T @ (r * h_prev)])",
        "d_n.T @ h_prev])",
        "accumulation: W (n)",
        family="operand",
    ),
    _before(
        "the reset gate's delta lacks the state",
        "d_r = d_reset * h_prev * r * (1 - r)",
        "d_r = d_reset * r * (1 - r)",
        "step: U, W, b, xs, h0 (r)",
        family="operand",
    ),
)
