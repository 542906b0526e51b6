"""Faults of a vanilla layer's gradient."""

from functools import partial

from tests.layers import vanilla
from tests.layers.faults.fault import LayerFault
from verification import models

RETURN = 'return {"U": d_U, "W": d_W, "b": d_b}, d_xs, (dh,)'

_fault = partial(LayerFault, model=models.vanilla, module=vanilla)
_carry = partial(_fault, family="carry")
_window = partial(_fault, family="window")

VANILLA = (
    _carry(
        "through W where its transpose belongs (vzhou842/rnn-from-scratch)",
        "dh = da @ W",
        "dh = da @ W.T",
        "recursion: h0",
        "what is carried went through W transposed",
    ),
    _carry(
        "the slope is dropped at earlier steps (npdl SimpleRNN)",
        "dh = da @ W",
        "dh = (dh + d_outputs[:, t]) @ W",
        "recursion: h0",
        "the slope of tanh were left out of what is carried",
    ),
    _window(
        "each loss sees its own step alone (Flux #1209)",
        "da = (dh + d_outputs[:, t]) * (1 - h * h)",
        "last = d_state[0] * (t == xs.shape[1] - 1); da = (last + d_outputs[:, t]) * (1 - h * h)",
        "recursion: U, W, b, xs, h0",
        "each loss reached its own step alone",
    ),
    _window(
        "the sequence is cut in chunks of two (after Lightning #8145)",
        "dh = da @ W",
        "dh = da @ W * (t % 2 or t == 0)",
        "recursion: U, W, b, xs, h0",
        "the sequence were cut into chunks of 2 steps",
    ),
    _fault(
        "the slope of the value, not of its argument",
        "(1 - h * h)",
        "(1 - np.tanh(h) ** 2)",
        "step: U, W, b, xs, h0",
        "the slope of tanh were taken at its value",
        family="slope",
    ),
    _fault(
        "the cotangents are read in reverse (after pytensor PR #2217)",
        "params, xs, states = saved",
        "params, xs, states = saved; d_outputs = d_outputs[:, ::-1]",
        "recursion: U, W, b, xs, h0",
        "the cotangents of the outputs were in reverse",
        family="time",
    ),
    _fault(
        "a factor 2 of a square",
        RETURN,
        "d_U, d_W, d_b, d_xs, dh = (2 * a for a in (d_U, d_W, d_b, d_xs, dh)); " + RETURN,
        "step: U, W, b, xs, h0",
        "twice what it should be",
        family="scale",
    ),
)
