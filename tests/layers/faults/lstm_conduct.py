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
        "what is carried of c is clipped to ±5",
        "dh, dc = da @ W, dc * f",
        "dh, dc = da @ W, np.clip(dc * f, -5, 5)",
        "size: U, W, b, xs, h0, c0",
        "what is carried of c0 were clipped to ±5",
        family="clipping",
        caught_by="linearity",
    ),
    _fault(
        "what is carried is clipped to ±50",
        "dh, dc = da @ W, dc * f",
        "dh, dc = np.clip(da @ W, -50, 50), np.clip(dc * f, -50, 50)",
        "size: U, W, b, xs, h0, c0",
        "what is carried of h0, c0 were clipped to ±50",
        family="clipping",
        caught_by="linearity",
    ),
    _fault(
        "the derivatives of the gates are clipped to ±50",
        "d_U += da.T @ x",
        "da = np.clip(da, -50, 50); d_U += da.T @ x",
        "size: U, W, b, xs, h0, c0",
        family="clipping",
        caught_by="linearity",
        told="where cotangents are large, from cotangents of about ",
    ),
    _fault(
        "each gradient is scaled to a norm of at most 10,000",
        RETURN,
        _each("a * min(1, 1e4 / np.sqrt(np.sum(a * a)))"),
        "size: U, W, b, xs",
        "each gradient were scaled to a norm of 1e+04",
        family="clipping",
        caught_by="linearity",
    ),
    _fault(
        "entries of each gradient below 1e-8 are dropped",
        RETURN,
        _each("a * (abs(a) > 1e-8)"),
        "size: U, W, b, xs",
        "what is below 1e-08 were dropped",
        family="clipping",
        caught_by="linearity",
    ),
    _fault(
        "the tape is kept in the module",
        "saved = []",
        'saved = vars(forward).setdefault("tape", []); saved.clear()',
        "conduct",
        family="calls",
        caught_by="interleaved calls",
        told="the backward takes the tape of the last forward: ",
    ),
    _fault(
        "sums of parameters' gradients go on from the last backward",
        'd_U, d_W, d_b = np.zeros_like(U), np.zeros_like(W), np.zeros_like(params["b"])',
        "d_U, d_W, d_b = tape[-1] if len(tape) > d_outputs.shape[1] else (tape.append(tuple("
        'map(np.zeros_like, (U, W, params["b"])))), tape[-1])[1]',
        "conduct",
        family="calls",
        caught_by="second backward",
        told="a second backward adds to what the last backward left: ",
    ),
    _fault(
        "steps are taken off the tape as they are gone back",
        "x, h_prev, c_prev, i, f, g, o, s = tape[t]",
        "x, h_prev, c_prev, i, f, g, o, s = tape.pop()",
        "conduct",
        family="calls",
        caught_by="second backward",
        told="a second backward of one forward: raised IndexError",
    ),
    _fault(
        "a state is detached that the layer itself came to before",
        RETURN,
        "last = tape[-1][6] * tape[-1][7]; "
        "went_on = np.array_equal(tape[0][1], vars(backward).get('last')); "
        "dh, dc = (0 * dh, 0 * dc) if went_on else (dh, dc); "
        f"backward.last = last; {RETURN}",
        "conduct",
        family="calls",
        caught_by="cut",
        told="one call by itself is right, and “cut” is refuted",
    ),
    _fault(
        "W's copy is kept by the array that it was made of",
        "    U, W = params",
        '    kept = vars(backward).setdefault("kept", {})\n'
        '    kept.setdefault(id(params["W"]), (params["W"], params["W"].copy()))\n'
        '    params = {**params, "W": kept[id(params["W"])][1]}\n    U, W = params',
        "conduct",
        family="calls",
        caught_by="reused arrays",
        told="it keeps what it computed for arrays that have changed since: ",
    ),
    _fault(
        "the bias's gradient is kept by the numbers of U",
        RETURN,
        'd_b = vars(backward).setdefault("kept", {}).setdefault((U.shape, U.dtype, U.tobytes()), d_b); '
        + RETURN,
        "conduct",
        family="calls",
        caught_by="linearity",
        told="what it computed for the numbers of U is answered for the same ones again",
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
