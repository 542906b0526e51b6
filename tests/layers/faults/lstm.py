"""Faults of an LSTM's gradient."""

from functools import partial

from tests.layers import lstm
from tests.layers.faults.fault import LayerFault
from verification import models

RETURN = 'return {"U": d_U, "W": d_W, "b": d_b}, d_xs, (dh, dc)'

_fault = partial(LayerFault, model=models.lstm, module=lstm)
_slope = partial(_fault, family="slope")
_carry = partial(_fault, family="carry")
_cotangent = partial(_fault, family="cotangent")
_state = partial(_fault, family="initial state")
_sum = partial(_fault, family="accumulation")
_axes = partial(_fault, family="axes")
_records = partial(_fault, family="records")
_operand = partial(_fault, family="operand")
_gates = partial(_fault, family="gates")
_time = partial(_fault, family="time")
_scale = partial(_fault, family="scale")

LSTM = (
    _slope(
        "the forget gate's slope of its value (nicklashansen/rnn_lstm_from_scratch)",
        "d_f = dc * c_prev * f * (1 - f)",
        "d_f = dc * c_prev * sigmoid(f) * (1 - sigmoid(f))",
        "step: U, W, b, xs, h0 (f)",
        "the slope of sigmoid were taken at its value",
    ),
    _slope(
        "the candidate's slope is left out",
        "d_g = dc * i * (1 - g * g)",
        "d_g = dc * i",
        "step: U, W, b, xs, h0 (g)",
        "the slope of tanh were left out",
    ),
    _slope(
        "the candidate has the gates' slope",
        "d_g = dc * i * (1 - g * g)",
        "d_g = dc * i * g * (1 - g)",
        "step: U, W, b, xs, h0 (g)",
        "the slope of tanh were y (1 − y)",
    ),
    _slope(
        "the slope of the output's tanh is left out (after npdl)",
        "dc = dc + dh * o * (1 - s * s)",
        "dc = dc + dh * o",
        "step: U, W, b, xs, h0, c0 (i, f, g)",
        "the slope of tanh were left out",
    ),
    _slope(
        "the output gate is taken as a constant",
        "d_o = dh * s * o * (1 - o)",
        "d_o = 0 * dh",
        "step: U, W, b, xs, h0 (o)",
        "nothing flowed back through sigmoid",
    ),
    _carry(
        "dh and dc are never updated between steps (nicklashansen/rnn_lstm_from_scratch)",
        "dh, dc = da @ W, dc * f",
        "dh, dc = d_state",
        "recursion: h0, c0",
        "what flows back were never updated",
    ),
    _carry(
        "dc = where dc += belongs (mxnet #4057)",
        "dc = dc + dh * o * (1 - s * s)",
        "dc = dh * o * (1 - s * s)",
        "step: U, W, b, xs, h0, c0 (i, f, g)",
        "the gradient of the state of c0 were overwritten at every step",
    ),
    _carry(
        "through W in the wrong orientation where it is square (datascience.SE 10545)",
        "dh, dc = da @ W, dc * f",
        "dh, dc = sum(d @ w.T for d, w in zip((d_i, d_f, d_g, d_o), np.split(W, 4))), dc * f",
        "recursion: h0",
        "what is carried went through W transposed",
    ),
    _carry(
        "the cell state carries nothing",
        "dh, dc = da @ W, dc * f",
        "dh, dc = da @ W, 0 * dc",
        "recursion: c0",
        "nothing flowed back from step to step through the state of c0",
    ),
    _carry(
        "the hidden state carries nothing",
        "dh, dc = da @ W, dc * f",
        "dh, dc = 0 * dh, dc * f",
        "recursion: h0",
        "nothing flowed back from step to step through the state of h0",
    ),
    _carry(
        "the cell state is carried past the forget gate",
        "dh, dc = da @ W, dc * f",
        "dh, dc = da @ W, dc",
        "recursion: c0",
        "the factor of the direct path from state to state were left out",
    ),
    _cotangent(
        "the final cell state's gradient ignored (Deeplearning4j #8838)",
        "dh, dc = d_state",
        "dh, dc = d_state[0], 0 * d_state[1]",
        "step: U, W, b, xs, h0, c0 (i, f, g)",
        "the final c0 had no cotangent",
    ),
    _cotangent(
        "the final hidden state's gradient ignored (accelerated-model-architectures PR #445)",
        "dh, dc = d_state",
        "dh, dc = 0 * d_state[0], d_state[1]",
        "step: U, W, b, xs, h0, c0",
        "the final h0 had no cotangent",
    ),
    _cotangent(
        "the upstream gradient taken as ones (flash-linear-attention b9bdbcf2)",
        "dh = dh + d_outputs[:, t]",
        "dh = dh + np.ones_like(d_outputs[:, t])",
        "step: U, W, b, xs, h0, c0",
        "every cotangent of the outputs were 1",
    ),
    _cotangent(
        "the last output's gradient alone is looked at (after Liger 9ac26bb8)",
        "dh = dh + d_outputs[:, t]",
        "dh = dh + d_outputs[:, t] * (t == d_outputs.shape[1] - 1)",
        "recursion: U, W, b, xs, h0, c0",
        "the last output alone had a cotangent",
    ),
    _state(
        "the initial cell state's gradient forced to zero (Paddle PR #5115)",
        "d_xs, (dh, dc)",
        "d_xs, (dh, 0 * dc)",
        "state: c0",
        "all zero",
    ),
    _state(
        "h0 and c0 handed back in each other's place",
        "d_xs, (dh, dc)",
        "d_xs, (dc, dh)",
        "state: h0, c0",
        "h0 and c0 were exchanged",
    ),
    _sum(
        "dU from the last delta only (hanbt/learn_dl #53)",
        "d_U += da.T @ x",
        "d_U = da.T @ x if t == d_outputs.shape[1] - 1 else d_U",
        "accumulation: U",
        "the last step alone counted",
    ),
    _sum(
        "dW overwritten instead of accumulated (llm.c dd8c9f5)",
        "d_W += da.T @ h_prev",
        "d_W = da.T @ h_prev",
        "accumulation: W",
        "step 0 alone counted",
    ),
    _axes(
        "a sum over too many axes (flash-linear-attention 31293264)",
        "d_b += da.sum(axis=0)",
        "d_b += da.sum()",
        "accumulation: b",
        "all entries were summed",
    ),
    _axes(
        "a bias gradient that is a mean (npdl)",
        "d_b += da.sum(axis=0)",
        "d_b += da.mean(axis=0)",
        "accumulation: b",
        "1/3 of what it should be, a mean over records",
    ),
    _axes(
        "each gate's part of dW is transposed",
        RETURN,
        RETURN.replace('"W": d_W', '"W": np.concatenate([w.T for w in np.split(d_W, 4)])'),
        "accumulation: W",
        "it were transposed",
    ),
    _records(
        "accumulation shared across records (flash-linear-attention a0c938eb)",
        "d_W += da.T @ h_prev",
        "d_W += da[-1:].T @ h_prev[-1:]",
        "accumulation: W",
        "the last record alone counted",
    ),
    _operand(
        "dW from the state after the step",
        "d_W += da.T @ h_prev",
        "d_W += da.T @ (o * s)",
        "accumulation: W",
        "the state of h0 after each step stood for the one before it",
    ),
    _operand(
        "the forget gate sees the cell state after the step",
        "d_f = dc * c_prev * f * (1 - f)",
        "d_f = dc * (f * c_prev + i * g) * f * (1 - f)",
        "step: U, W, b, xs, h0 (f)",
    ),
    _operand(
        "the output gate sees the cell state before its tanh",
        "d_o = dh * s * o * (1 - o)",
        "d_o = dh * (f * c_prev + i * g) * o * (1 - o)",
        "step: U, W, b, xs, h0 (o)",
    ),
    _operand(
        "dx lacks a gate's part (after ML-From-Scratch)",
        "d_xs[:, t] = da @ U",
        "d_xs[:, t] = da[:, U.shape[0] // 4 :] @ U[U.shape[0] // 4 :]",
        "accumulation: xs",
    ),
    _gates(
        "biases of input and output gates take the forget gate's delta (hanbt/learn_dl #53)",
        "d_b += da.sum(axis=0)",
        "d_b += np.concatenate([d_f, d_f, d_g, d_f], axis=1).sum(axis=0)",
        "accumulation: b (i, o)",
        "f stood for i and o",
    ),
    _gates(
        "input and forget gates exchanged in all that is accumulated",
        "d_b += da.sum(axis=0)",
        "turned = np.concatenate([d_f, d_i, d_g, d_o], axis=1); d_b += turned.sum(axis=0); "
        "d_U += (turned - da).T @ x",
        "accumulation: U, b (i, f)",
        "i stood for f and f stood for i",
    ),
    _time(
        "the first step's gate used for all steps (haste #43)",
        "x, h_prev, c_prev, i, f, g, o, s = tape[t]",
        "x, h_prev, c_prev, i, f, g, o, s = tape[t]; f = tape[0][4]",
        "recursion: U, W, b, xs, h0, c0",
    ),
    _time(
        "step 0 is left out of the bias",
        "d_b += da.sum(axis=0)",
        "d_b += da.sum(axis=0) * (t > 0)",
        "accumulation: b",
        "step 0 did not count",
    ),
    _time(
        "dx is handed back in reverse",
        RETURN,
        RETURN.replace("d_xs", "d_xs[:, ::-1]"),
        "accumulation: xs",
        "its steps were in reverse",
    ),
    _time(
        "the backward stops after 24 steps",
        "for t in reversed(range(d_outputs.shape[1])):",
        "d_xs[:] = 0\n    for t in list(reversed(range(d_outputs.shape[1])))[:24]:",
        "size: U, W, b, xs, h0, c0",
        steps=33,
    ),
    _scale(
        "a sign in front of dU",
        "d_U += da.T @ x",
        "d_U -= da.T @ x",
        "accumulation: U",
        "the sign is wrong",
    ),
    _scale(
        "a thousandth too little in one lag",
        "dh, dc = da @ W, dc * f",
        "dh, dc = da @ W * (0.999 if t == 2 else 1), dc * f",
        "recursion: U, W, b, xs, h0, c0",
        steps=4,
    ),
)
