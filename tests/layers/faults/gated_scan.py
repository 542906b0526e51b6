"""Faults of gated scans' gradients."""

from functools import partial

from tests.layers import gated_scan, rg_lru
from tests.layers.faults.fault import LayerFault
from tests.layers.faults.packing import of_packing
from verification import Scope, models

_fault = partial(LayerFault, model=models.gated_scan, module=gated_scan)
_carry = partial(_fault, family="carry")
_operand = partial(_fault, family="operand")
_cotangent = partial(_fault, family="cotangent")
_rg_lru = partial(LayerFault, model=models.rg_lru, module=rg_lru)
_root = partial(_rg_lru, family="slope")
_border = partial(_rg_lru, family="border", steps=20, scale=0.5, scope=Scope(chunk=16))

GATED_SCAN = (
    _operand(
        "the gate sees what it keeps, and not what it leaves",
        "d_a[:, t] = dh * (states[t] - x[:, t])",
        "d_a[:, t] = dh * states[t]",
        "accumulation: a",
        "nothing flowed back through rest",
    ),
    _operand(
        "the gate sees the state after the step",
        "d_a[:, t] = dh * (states[t] - x[:, t])",
        "d_a[:, t] = dh * (states[t + 1] - x[:, t])",
        "accumulation: a",
        "the state of h0 after each step stood for the one before it",
    ),
    _operand(
        "the input has the gate's share",
        "d_x[:, t] = dh * (1 - a[:, t])",
        "d_x[:, t] = dh * a[:, t]",
        "accumulation: x",
    ),
    _operand(
        "the input is weighed by nothing",
        "d_x[:, t] = dh * (1 - a[:, t])",
        "d_x[:, t] = dh",
        "accumulation: x",
    ),
    _carry(
        "what is carried is what the gate leaves",
        "dh = dh * a[:, t]",
        "dh = dh * (1 - a[:, t])",
        "recursion: h0",
    ),
    _carry(
        "the gate of the step before decays what is carried",
        "dh = dh * a[:, t]",
        "dh = dh * a[:, t - 1]",
        "recursion: a, x, h0",
    ),
    _carry(
        "nothing is carried",
        "dh = dh + d_outputs[:, t]",
        "dh = d_outputs[:, t]",
        "step: a, x, h0",
        "the gradient of the state of h0 were overwritten at every step",
    ),
    _cotangent(
        "the final state's cotangent is ignored",
        "(dh,) = d_state",
        "dh = 0 * d_state[0]",
        "step: a, x, h0",
        "the final h0 had no cotangent",
    ),
    _fault(
        "the scan back starts anew at every 64 steps (after accelerated-scan #15)",
        "dh = dh * a[:, t]",
        "dh = dh * a[:, t] * (t % 64 != 0 or t == 0)",
        "size: a, x",
        steps=70,
        family="border",
    ),
    _root(
        "the share is held constant",
        "d_a[:, t] = dh * states[t] - d_share * a[:, t] / share[:, t]",
        "d_a[:, t] = dh * states[t]",
        "accumulation: a",
        "nothing flowed back through root",
    ),
    _root(
        "the share's slope has the wrong sign",
        "d_a[:, t] = dh * states[t] - d_share * a[:, t] / share[:, t]",
        "d_a[:, t] = dh * states[t] + d_share * a[:, t] / share[:, t]",
        "accumulation: a",
    ),
    _root(
        "the share's slope is that of 1 − a²",
        "d_a[:, t] = dh * states[t] - d_share * a[:, t] / share[:, t]",
        "d_a[:, t] = dh * states[t] - 2 * d_share * a[:, t]",
        "accumulation: a",
    ),
    _root(
        "the share's slope lacks the root",
        "d_share * a[:, t] / share[:, t]",
        "d_share * a[:, t]",
        "accumulation: a",
    ),
    _rg_lru(
        "the gate sees the state after the step",
        "d_a[:, t] = dh * states[t] -",
        "d_a[:, t] = dh * states[t + 1] -",
        "accumulation: a",
        "the state of h0 after each step stood for the one before it",
        family="operand",
    ),
    _rg_lru(
        "the input is weighed by nothing",
        "d_x[:, t] = dh * share[:, t]",
        "d_x[:, t] = dh",
        "accumulation: x",
        family="operand",
    ),
    _rg_lru(
        "the input has the share of a plain gated scan",
        "d_x[:, t] = dh * share[:, t]",
        "d_x[:, t] = dh * (1 - a[:, t])",
        "accumulation: x",
        family="operand",
    ),
    _rg_lru(
        "what is carried has the share of the input",
        "dh = dh * a[:, t]",
        "dh = dh * share[:, t]",
        "recursion: h0",
        family="carry",
    ),
    _rg_lru(
        "the gate of the step before decays what is carried",
        "dh = dh * a[:, t]",
        "dh = dh * a[:, t - 1]",
        "recursion: a, x, h0",
        family="carry",
    ),
    _rg_lru(
        "nothing is carried",
        "dh = dh + d_outputs[:, t]",
        "dh = d_outputs[:, t]",
        "step: a, x, h0",
        "the gradient of the state of h0 were overwritten at every step",
        family="carry",
    ),
    _rg_lru(
        "the final state's cotangent is ignored",
        "(dh,) = d_state",
        "dh = 0 * d_state[0]",
        "step: a, x, h0",
        "the final h0 had no cotangent",
        family="cotangent",
    ),
    _border(
        "the scan back starts anew at every chunk (after accelerated-scan #15)",
        "dh = dh * a[:, t]",
        "dh = dh * a[:, t] * (t % 16 != 0 or t == 0)",
        "border: a, x, h0",
        told="from T = 17 on: the border of two chunks",
    ),
    _border(
        "the first gate of a chunk lacks the state that was carried",
        "d_a[:, t] = dh * states[t] -",
        "d_a[:, t] = dh * states[t] * (t % 16 != 0 or t == 0) -",
        "border: a",
        told="from T = 17 on: the border of two chunks",
    ),
    *of_packing(models.rg_lru, rg_lru, "a, x, h0"),
)
