"""Faults of an LSTM that show under a condition alone: zeros, patterns, sizes, overflow, views."""

from functools import partial

from tests.layers import lstm
from tests.layers.faults.fault import LayerFault
from tests.layers.faults.lstm import RETURN
from verification import models
from verification.models.layouts import ONE_BUFFER, SHARED, STEPS_FIRST
from verification.sampling.conditions import DIAGONAL, NOT_OF_UNIT, ONE_HOT, RECORD, STEP, SYMMETRIC, WHOLE
from verification.sampling.factors import OVERFLOWING

_fault = partial(LayerFault, model=models.lstm, module=lstm)
_zeros = partial(_fault, family="zeros")
_patterns = partial(_fault, family="patterns")
_sizes = partial(_fault, family="other sizes")
_overflow = partial(_fault, family="overflow")
_views = partial(_fault, family="views")

CONDITIONS = (
    _zeros(
        "a bias of zeros is taken for no bias",
        RETURN,
        RETURN.replace("d_b}", 'd_b * bool(params["b"].any())}'),
        "size: b",
        "all zero",
        told="Where b is 0",
        levels={"zero": "b"},
    ),
    _zeros(
        "the initial memory is ignored where the other state is zero",
        "h, c = state\n    saved",
        "h, c = state[0], state[1] * bool(state[0].any())\n    saved",
        "size: U, W, b, xs, h0, c0",
        told="Where h0 is 0",
        levels={"zero": "h0"},
        caught_by="forward",
    ),
    _zeros(
        "a step of zeros is taken for padding",
        "da = np.concatenate([d_i, d_f, d_g, d_o], axis=1)",
        "da = np.concatenate([d_i, d_f, d_g, d_o], axis=1) * x.any(axis=1, keepdims=True)",
        "size: U, W, b, xs, h0, c0",
        told="Where a step of xs is 0",
        levels={"zero": STEP},
    ),
    _zeros(
        "a record of zeros is taken for none",
        "d_W += da.T @ h_prev",
        "d_W += da.T @ (h_prev * np.any([row[0].any(axis=1) for row in tape], axis=0)[:, None])",
        "size: W",
        told="Where a record of xs is 0",
        levels={"zero": RECORD},
    ),
    _zeros(
        "a unit whose output has no cotangent is skipped",
        RETURN,
        "asked = d_outputs.any(axis=(0, 1)); asked |= not asked.any(); "
        + RETURN.replace("d_b}", "d_b * np.tile(asked, 4)}"),
        "size: b",
        told="Where a unit of the outputs has no cotangent",
        levels={"cotangents": NOT_OF_UNIT},
    ),
    _patterns(
        "one-hot inputs are looked up, and of records with one index the last alone counts (no np.add.at)",
        "d_U += da.T @ x",
        "hot = np.isin(x, (0, 1)).all() and (x.sum(axis=1) == 1).all(); "
        "d_U += 0 if hot else da.T @ x; d_U[:, x.argmax(axis=1)] += da.T if hot else 0",
        "size: U",
        told="Where xs is one-hot",
        levels={"pattern of inputs": ONE_HOT},
    ),
    _patterns(
        "inputs of whole numbers are taken for indices, which have no gradient",
        "d_xs[:, t] = da @ U",
        "d_xs[:, t] = da @ U * (x != np.round(x)).any()",
        "size: xs",
        "all zero",
        told="Where xs is of whole numbers",
        levels={"pattern of inputs": WHOLE},
    ),
    _patterns(
        "the gradient of a symmetric W is made symmetric",
        RETURN,
        "alike = all(np.array_equal(w, w.T) for w in np.split(W, 4)); "
        + RETURN.replace(
            '"W": d_W', '"W": np.concatenate([(w + w.T) / 2 for w in np.split(d_W, 4)]) if alike else d_W'
        ),
        "size: W",
        told="Where W is symmetric",
        levels={"pattern of weights": SYMMETRIC},
    ),
    _patterns(
        "weights of zero are taken for pruned, and have no gradient",
        RETURN,
        RETURN.replace('"W": d_W', '"W": d_W * (W != 0)'),
        "size: W",
        told="Where some numbers of W are 0",
        levels={"pattern of weights": DIAGONAL},
    ),
    _sizes(
        "the steps after the last ten are counted twice where there are none (x[-0:])",
        RETURN,
        RETURN.replace("d_b}", "d_b * (1 + (len(tape) % 10 == 0))}"),
        "size: b",
        "twice what it should be",
        told="where T is a multiple of 10",
        steps=20,
    ),
    _sizes(
        "a ragged last block of 256 steps is lost",
        "d_U += da.T @ x",
        "d_U += da.T @ x * (len(tape) < 256 or t < len(tape) // 256 * 256)",
        "size: U",
        steps=300,
    ),
    _sizes(
        "records by the dozen are counted twice",
        "d_W += da.T @ h_prev",
        "d_W += da.T @ h_prev * (1 + (len(x) % 12 == 0))",
        "size: W",
        "twice what it should be",
        told="where N is a multiple of 12",
        records=24,
    ),
    _sizes(
        "the bias is summed over the wrong axis where the shape fits",
        "d_b += da.sum(axis=0)",
        "d_b += da.sum(axis=int(len(da) == da.shape[1]))",
        "size: b",
        told="where N = 4 H",
        records=8,
    ),
    _fault(
        "the slope of an open forget gate is taken for none",
        "d_f = dc * c_prev * f * (1 - f)",
        "d_f = dc * c_prev * f * np.where(1 - f < 1e-5, 0, 1 - f)",
        "size: U, W, b, xs, h0, c0 (f, o)",
        family="other numbers",
        told="where some f is within 1e-05 of 1",
        scale=6,
    ),
    _overflow(
        "exp(a) / (1 + exp(a)) where a is large",
        "return np.where(a >= 0, 1 / (1 + e), e / (1 + e))",
        "return np.exp(a) / (1 + np.exp(a))",
        "size: U, W, b, xs, h0, c0",
        "not finite",
        told="where some |b| > 7",
        levels={"vectors": OVERFLOWING},
        caught_by="forward",
    ),
    _views(
        "inputs that are steps first in memory are reshaped to records first",
        "x = xs[:, t]",
        "steps = xs.swapaxes(0, 1); x = (steps.reshape(xs.shape) if steps.flags.c_contiguous else xs)[:, t]",
        "conduct",
        told="xs, d_outputs in memory: steps first",
        levels={"layout": STEPS_FIRST},
        caught_by="forward",
    ),
    _views(
        "W is taken to be the first in a buffer of all parameters",
        'U, W = params["U"], params["W"]',
        'U, W = params["U"], params["W"]; flat = W.base; '
        "W = W if flat is None or flat.ndim > 1 else flat[: W.size].reshape(W.shape)",
        "conduct",
        told="U, W, b in memory: in one buffer",
        levels={"layout": ONE_BUFFER},
    ),
    _views(
        "gradients are kept by array, and those of two states that are one are added",
        RETURN,
        RETURN.replace("(dh, dc)", "(dh + dc, dh + dc) if tape[0][1] is tape[0][2] else (dh, dc)"),
        "conduct",
        told="h0, c0 in memory: in the same memory",
        levels={"layout": SHARED},
        seed=11,
    ),
    _views(
        "the one parameter that is read-only is taken for frozen",
        RETURN,
        RETURN.replace('"W": d_W', '"W": d_W * (W.flags.writeable or not U.flags.writeable)'),
        "conduct",
        told="W in memory: read-only",
        levels={"layout": "read-only, one alone"},
        seed=11,
    ),
)
