"""Faults of an LSTM that are no wrong formula: clipping, precision, sizes, form, conduct between calls."""

from functools import partial

from tests.layers import lstm
from tests.layers.faults.fault import LayerFault
from tests.layers.faults.lstm import RETURN
from verification import models


def _each(change):
    return f"d_U, d_W, d_b, d_xs = ({change} for a in (d_U, d_W, d_b, d_xs)); {RETURN}"


_fault = partial(LayerFault, model=models.lstm, module=lstm)

CONDUCT = (
    _fault(
        "each gradient is clipped to ±5 (vzhou842/rnn-from-scratch clips in place)",
        RETURN,
        _each("np.clip(a, -5, 5)"),
        "size: U (f, o)",
        "gradients were clipped to ±5",
        family="clipping",
        records=33,
        scale=3,
    ),
    _fault(
        "each gradient is scaled to a norm of at most 0.1",
        RETURN,
        _each("a * min(1, 0.1 / np.sqrt(np.sum(a * a)))"),
        "accumulation: U, W, b, xs",
        "each gradient were scaled to a norm of 0.1",
        family="clipping",
    ),
    _fault(
        "what is carried is clipped at every step",
        "dh, dc = da @ W, dc * f",
        "dh, dc = np.clip(da @ W, -1, 1), np.clip(dc * f, -1, 1)",
        "size: U, W, b, xs, h0, c0",
        family="clipping",
        scale=3,
    ),
    _fault(
        "dx in a buffer of float32",
        "d_xs = np.empty((*d_outputs.shape[:2], U.shape[1]), U.dtype)",
        "d_xs = np.empty((*d_outputs.shape[:2], U.shape[1]), np.float32)",
        "form",
        family="precision",
        caught_by="form",
    ),
    _fault(
        "all of it by way of float32",
        RETURN,
        _each("a.astype(np.float32).astype(a.dtype)"),
        "precision: U, W, b, xs",
        "it were rounded to float32",
        family="precision",
    ),
    _fault(
        "twice the bias for more than four records",
        RETURN,
        RETURN.replace("d_b}", "d_b * (1 + (len(d_xs) > 4))}"),
        "size: b",
        "twice what it should be",
        family="size",
        records=7,
    ),
    _fault(
        "twice dU where an input is beyond 6",
        RETURN,
        RETURN.replace("d_U,", "d_U * (1 + any(abs(row[0]).max() > 6 for row in tape)),"),
        "size: U",
        "twice what it should be",
        family="size",
        scale=20,
    ),
    _fault(
        "the mean over records where there are several",
        RETURN,
        _each("a / len(d_xs)"),
        "accumulation: U, W, b, xs",
        "1/3 of what it should be, a mean over records",
        family="records",
    ),
    _fault(
        "one step alone is taken for no sequence",
        "for t in reversed(range(d_outputs.shape[1])):",
        "tape[1]\n    for t in reversed(range(d_outputs.shape[1])):",
        "form",
        family="form",
        caught_by="form",
        steps=1,
    ),
    _fault(
        "no gradient of the cell state",
        RETURN,
        RETURN.replace("(dh, dc)", "(dh,)"),
        "form",
        family="form",
        caught_by="form",
    ),
    _fault(
        "the final state's cotangent is changed in place (after vzhou842/rnn-from-scratch)",
        "dh = dh + d_outputs[:, t]",
        "dh += d_outputs[:, t]",
        "conduct",
        family="in place",
        caught_by="inputs stay",
    ),
    _fault(
        "the parameters are updated inside the backward",
        RETURN,
        "W -= 0.01 * d_W; " + RETURN,
        "conduct",
        family="in place",
        caught_by="inputs stay",
    ),
    _fault(
        "the initial state's gradient is a view of a cotangent",
        RETURN,
        "d_state[1][:] = dc; dc = d_state[1]; " + RETURN,
        "conduct",
        family="in place",
        caught_by="inputs stay",
    ),
    _fault(
        "one buffer for the gradient of every call",
        'd_U, d_W, d_b = np.zeros_like(U), np.zeros_like(W), np.zeros_like(params["b"])',
        "d_U, d_W, d_b = np.zeros_like(U), np.zeros_like(W), vars(backward).setdefault("
        'params["b"].dtype.name + str(W.shape), np.zeros_like(params["b"])); d_b[:] = 0',
        "conduct",
        family="calls",
        caught_by="second call",
    ),
    _fault(
        "d_outputs is taken to be contiguous (flash-linear-attention 71ebc498)",
        "dh, dc = d_state\n",
        'dh, dc = d_state\n    d_outputs = d_outputs.ravel(order="K").reshape(d_outputs.shape)\n',
        "conduct",
        family="layout",
        caught_by="memory layout",
    ),
    _fault(
        "the initial cell state is ignored",
        "h, c = state\n    saved",
        "h, c = state[0], 0 * state[1]\n    saved",
        "forward",
        family="forward",
        caught_by="forward",
    ),
    _fault(
        "the final cell state is that of the step before",
        "(h.copy(), c.copy())",
        "(h.copy(), c_prev.copy())",
        "forward",
        family="forward",
        caught_by="forward",
    ),
)
