"""Faults of a selective scan's gradient."""

from functools import partial

from tests.layers import selective_scan
from tests.layers.faults.fault import LayerFault
from verification import models

_fault = partial(LayerFault, model=models.selective_scan, module=selective_scan)
_operand = partial(_fault, family="operand")
_carry = partial(_fault, family="carry")

SELECTIVE_SCAN = (
    _operand(
        "the decay takes the step size before softplus",
        'd_A += np.einsum("nes,ne->es", d_exponent, s[:, t])',
        'd_A += np.einsum("nes,ne->es", d_exponent, xs["delta"][:, t])',
        "accumulation: A",
    ),
    _operand(
        "a step size is asked for by the input alone",
        "d_s[:, t] = written * u[:, t] + (d_exponent * A).sum(axis=-1)",
        "d_s[:, t] = written * u[:, t]",
        "accumulation: delta",
        "nothing flowed back through exp",
    ),
    _operand(
        "a step size is asked for by the decay alone",
        "d_s[:, t] = written * u[:, t] + (d_exponent * A).sum(axis=-1)",
        "d_s[:, t] = (d_exponent * A).sum(axis=-1)",
        "accumulation: delta",
    ),
    _operand(
        "the decay sees the state after its step",
        "d_exponent = dh * states[t] * decays[t]",
        "d_exponent = dh * states[t + 1] * decays[t]",
        "accumulation: A, delta",
        "the state of h0 after each step stood for the one before it",
    ),
    _operand(
        "the readout sees the state before its step",
        "dy, states[t + 1])",
        "dy, states[t])",
        "accumulation: C",
    ),
    _operand(
        "an input lacks what passes by the states",
        "d_u[:, t] = written * s[:, t] + D * dy",
        "d_u[:, t] = written * s[:, t]",
        "accumulation: u",
    ),
    _fault(
        "the slope of softplus is left out, as where delta_softplus is false",
        "d_delta = d_s * np.where",
        "d_delta = d_s + 0 * np.where",
        "accumulation: delta",
        "the slope of softplus were left out",
        family="slope",
    ),
    _fault(
        "the slope of softplus is taken at its value",
        'e = np.exp(-np.abs(xs["delta"]))',
        "e = np.exp(-s)",
        "accumulation: delta",
        family="slope",
    ),
    _fault(
        "what passes by the states is overwritten at every step",
        "d_D += (dy * u[:, t]).sum(axis=0)",
        "d_D = (dy * u[:, t]).sum(axis=0)",
        "accumulation: skip",
        "step 0 alone counted",
        family="accumulation",
    ),
    _fault(
        "a channel's decays are added up over its states",
        'd_A += np.einsum("nes,ne->es", d_exponent, s[:, t])',
        'd_A += np.einsum("nes,ne->e", d_exponent, s[:, t])[:, None]',
        "accumulation: A",
        family="axes",
    ),
    _carry(
        "what is carried has the decay of the last step",
        "dh = dh * decays[t]",
        "dh = dh * decays[-1]",
        "recursion: h0",
    ),
    _fault(
        "the final state's cotangent is ignored",
        "(dh,) = d_state",
        "dh = 0 * d_state[0]",
        "step: A, u, delta, B, h0",
        "the final h0 had no cotangent",
        family="cotangent",
    ),
)
