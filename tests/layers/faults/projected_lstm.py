"""Faults of a projected LSTM's gradient."""

from functools import partial

from tests.layers import projected_lstm
from tests.layers.faults.fault import LayerFault
from verification import models

_fault = partial(LayerFault, model=models.projected_lstm, module=projected_lstm)
_operand = partial(_fault, family="operand")
_carry = partial(_fault, family="carry")
_slope = partial(_fault, family="slope")

PROJECTED_LSTM = (
    _operand(
        "the projection sees the cell without the output gate",
        "d_R += dh.T @ (o * s)",
        "d_R += dh.T @ s",
        "accumulation: R",
    ),
    _operand(
        "the projection sees the cell before its tanh",
        "d_R += dh.T @ (o * s)",
        "d_R += dh.T @ (o * (f * c_prev + i * g))",
        "accumulation: R",
    ),
    _operand(
        "dW from the state after the step",
        "d_W += da.T @ h_prev",
        "d_W += da.T @ ((o * s) @ R.T)",
        "accumulation: W",
        "the state of h0 after each step stood for the one before it",
    ),
    _operand(
        "the output gate sees the cell before its tanh",
        "d_o = dm * s * o * (1 - o)",
        "d_o = dm * (f * c_prev + i * g) * o * (1 - o)",
        "step: U, W, b, xs, h0 (o)",
    ),
    _fault(
        "the projection's gradient is overwritten at every step",
        "d_R += dh.T @ (o * s)",
        "d_R = dh.T @ (o * s)",
        "accumulation: R",
        "step 0 alone counted",
        family="accumulation",
    ),
    _carry(
        "through the projection flows the outputs' cotangent alone",
        "dm = dh @ R",
        "dm = d_outputs[:, t] @ R",
        "step: U, W, b, xs, h0, c0",
    ),
    _carry(
        "what is carried goes past the projection's other records",
        "dh, dc = da @ W, dc * f",
        "dh, dc = (da @ W).mean(axis=0) + 0 * dh, dc * f",
        "recursion: h0",
    ),
    _carry(
        "the cell state carries nothing",
        "dh, dc = da @ W, dc * f",
        "dh, dc = da @ W, 0 * dc",
        "recursion: c0",
        "nothing flowed back from step to step through the state of c0",
    ),
    _slope(
        "the slope of the output's tanh is left out",
        "dc = dc + dm * o * (1 - s * s)",
        "dc = dc + dm * o",
        "step: U, W, b, xs, h0, c0 (i, f, g)",
        "the slope of tanh were left out",
    ),
    _slope(
        "the candidate has the gates' slope",
        "d_g = dc * i * (1 - g * g)",
        "d_g = dc * i * g * (1 - g)",
        "step: U, W, b, xs, h0 (g)",
        "the slope of tanh were y (1 − y)",
    ),
    _fault(
        "the final cell state's cotangent is ignored",
        "dh, dc = d_state",
        "dh, dc = d_state[0], 0 * d_state[1]",
        "step: U, W, b, xs, h0, c0 (i, f, g)",
        "the final c0 had no cotangent",
        family="cotangent",
    ),
    _fault(
        "input and forget gates are exchanged in the bias",
        "d_b += da.sum(axis=0)",
        "d_b += np.concatenate([d_f, d_i, d_g, d_o], axis=1).sum(axis=0)",
        "accumulation: b (i, f)",
        "i stood for f and f stood for i",
        family="gates",
    ),
)
