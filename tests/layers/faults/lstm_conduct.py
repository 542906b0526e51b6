"""Faults of an LSTM that are no wrong formula: clipping, precision, sizes, form, conduct between calls."""

from tests.layers import lstm
from tests.layers.faults.fault import Fault
from tests.layers.faults.lstm import ALL, RETURN
from verification import models


def _each(change):
    return f"d_U, d_W, d_b, d_xs = ({change} for a in (d_U, d_W, d_b, d_xs)); {RETURN}"


def _fault(family, story, right, wrong, stage, blocks=(), parts=(), as_if=None, **more):
    return Fault(family, story, models.lstm, lstm, right, wrong, stage, blocks, parts, as_if, **more)


CONDUCT = (
    _fault(
        "clipping",
        "each gradient is clipped to ±5 (vzhou842/rnn-from-scratch clips in place)",
        RETURN,
        _each("np.clip(a, -5, 5)"),
        "size",
        ("U",),
        ("f", "o"),
        "gradients were clipped to ±5",
        records=33,
        scale=3,
    ),
    _fault(
        "clipping",
        "each gradient is scaled to a norm of at most 0.1",
        RETURN,
        _each("a * min(1, 0.1 / np.sqrt(np.sum(a * a)))"),
        "accumulation",
        ("U", "W", "b", "xs"),
        (),
        "each gradient were scaled to a norm of 0.1",
    ),
    _fault(
        "clipping",
        "what is carried is clipped at every step",
        "dh, dc = da @ W, dc * f",
        "dh, dc = np.clip(da @ W, -1, 1), np.clip(dc * f, -1, 1)",
        "size",
        ALL,
        scale=3,
    ),
    _fault(
        "precision",
        "dx in a buffer of float32",
        "d_xs = np.empty((*d_outputs.shape[:2], U.shape[1]), U.dtype)",
        "d_xs = np.empty((*d_outputs.shape[:2], U.shape[1]), np.float32)",
        "form",
        caught_by="form",
    ),
    _fault(
        "precision",
        "all of it by way of float32",
        RETURN,
        _each("a.astype(np.float32).astype(a.dtype)"),
        "precision",
        ("U", "W", "b", "xs"),
        (),
        "it were rounded to float32",
    ),
    _fault(
        "size",
        "twice the bias for more than four records",
        RETURN,
        RETURN.replace("d_b}", "d_b * (1 + (len(d_xs) > 4))}"),
        "size",
        ("b",),
        (),
        "twice what it should be",
        records=7,
    ),
    _fault(
        "size",
        "twice dU where an input is beyond 6",
        RETURN,
        RETURN.replace("d_U,", "d_U * (1 + any(abs(row[0]).max() > 6 for row in tape)),"),
        "size",
        ("U",),
        (),
        "twice what it should be",
        scale=20,
    ),
    _fault(
        "records",
        "the mean over records where there are several",
        RETURN,
        _each("a / len(d_xs)"),
        "accumulation",
        ("U", "W", "b", "xs"),
        (),
        "1/3 of what it should be, a mean over records",
    ),
    _fault(
        "form",
        "one step alone is taken for no sequence",
        "for t in reversed(range(d_outputs.shape[1])):",
        "tape[1]\n    for t in reversed(range(d_outputs.shape[1])):",
        "form",
        caught_by="form",
        steps=1,
    ),
    _fault(
        "form",
        "no gradient of the cell state",
        RETURN,
        RETURN.replace("(dh, dc)", "(dh,)"),
        "form",
        caught_by="form",
    ),
    _fault(
        "in place",
        "the final state's cotangent is changed in place (after vzhou842/rnn-from-scratch)",
        "dh = dh + d_outputs[:, t]",
        "dh += d_outputs[:, t]",
        "conduct",
        caught_by="inputs stay",
    ),
    _fault(
        "in place",
        "the parameters are updated inside the backward",
        RETURN,
        "W -= 0.01 * d_W; " + RETURN,
        "conduct",
        caught_by="inputs stay",
    ),
    _fault(
        "in place",
        "the initial state's gradient is a view of a cotangent",
        RETURN,
        "d_state[1][:] = dc; dc = d_state[1]; " + RETURN,
        "conduct",
        caught_by="inputs stay",
    ),
    _fault(
        "calls",
        "one buffer for the gradient of every call",
        'd_U, d_W, d_b = np.zeros_like(U), np.zeros_like(W), np.zeros_like(params["b"])',
        "d_U, d_W, d_b = np.zeros_like(U), np.zeros_like(W), vars(backward).setdefault("
        'params["b"].dtype.name + str(W.shape), np.zeros_like(params["b"])); d_b[:] = 0',
        "conduct",
        caught_by="second call",
    ),
    _fault(
        "layout",
        "d_outputs is taken to be contiguous (flash-linear-attention 71ebc498)",
        "dh, dc = d_state\n",
        'dh, dc = d_state\n    d_outputs = d_outputs.ravel(order="K").reshape(d_outputs.shape)\n',
        "conduct",
        caught_by="memory layout",
    ),
    _fault(
        "forward",
        "the initial cell state is ignored",
        "h, c = state\n    saved",
        "h, c = state[0], 0 * state[1]\n    saved",
        "forward",
        caught_by="forward",
    ),
    _fault(
        "forward",
        "the final cell state is that of the step before",
        "(h.copy(), c.copy())",
        "(h.copy(), c_prev.copy())",
        "forward",
        caught_by="forward",
    ),
)
