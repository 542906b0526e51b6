"""Faults of delta rules' gradients."""

from functools import partial

from tests.layers import delta_rule, gated_delta_rule
from tests.layers.faults.fault import LayerFault
from tests.layers.faults.packing import of_packing
from verification import Scope, models

_fault = partial(LayerFault, model=models.delta_rule, module=delta_rule)
_operand = partial(_fault, family="operand")
_carry = partial(_fault, family="carry")
_gated = partial(LayerFault, model=models.gated_delta_rule, module=gated_delta_rule)
_border = partial(_gated, family="border", steps=20, scale=0.5, scope=Scope(chunk=16))

DELTA_RULE = (
    _operand(
        "a key lacks the value that it reads",
        'd_k[:, t] -= np.einsum("nakv,nav->nak", S, d_error)',
        "d_k[:, t] -= 0",
        "accumulation: k",
    ),
    _operand(
        "a key reads the matrix after its step",
        'd_k[:, t] -= np.einsum("nakv,nav->nak", S, d_error)',
        'd_k[:, t] -= np.einsum("nakv,nav->nak", states[t + 1], d_error)',
        "accumulation: k",
    ),
    _operand(
        "the rate sees the value, and not how far that is off",
        "d_beta[:, t] = (pulled * error).sum(axis=-1)",
        "d_beta[:, t] = (pulled * v[:, t]).sum(axis=-1)",
        "accumulation: beta",
    ),
    _operand(
        "a value lacks the rate",
        "d_v[:, t] = d_error",
        "d_v[:, t] = pulled",
        "accumulation: v",
    ),
    _operand(
        "a query reads the matrix before its step",
        'd_q[:, t] = np.einsum("nakv,nav->nak", states[t + 1], do)',
        'd_q[:, t] = np.einsum("nakv,nav->nak", S, do)',
        "accumulation: q",
    ),
    _carry(
        "what is read flows back with the wrong sign",
        "dS = dS - k[:, t, ..., None] * d_error[..., None, :]",
        "dS = dS + k[:, t, ..., None] * d_error[..., None, :]",
        "recursion: S0",
    ),
    _carry(
        "what is read does not flow back: the rule of plain linear attention",
        "dS = dS - k[:, t, ..., None] * d_error[..., None, :]",
        "dS = dS - 0",
        "recursion: S0",
        "the matrix that a key reads were held constant",
    ),
    _carry(
        "an output's cotangent comes after the step is gone through",
        "dS = dS - k[:, t, ..., None] * d_error[..., None, :]",
        "dS = dS - k[:, t, ..., None] * (beta[:, t, :, None] * do)[..., None, :]",
        "recursion: S0",
    ),
    _fault(
        "the final matrix' cotangent is ignored",
        "(dS,) = d_state",
        "dS = 0 * d_state[0]",
        "step: k, v, beta, S0",
        "the final S0 had no cotangent",
        family="cotangent",
    ),
    _gated(
        "the decay sees the matrix after its step",
        "d_g[:, t] = (dS * S).sum(axis=(-1, -2))",
        "d_g[:, t] = (dS * states[t + 1]).sum(axis=(-1, -2))",
        "accumulation: g",
        family="operand",
    ),
    _gated(
        "the decay sees what it is before it decays",
        "d_g[:, t] = (dS * S).sum(axis=(-1, -2))",
        "d_g[:, t] = (dS * states[t]).sum(axis=(-1, -2))",
        "accumulation: g",
        "the slope of exp were left out",
        family="operand",
    ),
    _gated(
        "the decay has what flows past the correction",
        "d_g[:, t] = (dS * S).sum(axis=(-1, -2))",
        "d_g[:, t] = ((dS + k[:, t, ..., None] * d_error[..., None, :]) * S).sum(axis=(-1, -2))",
        "accumulation: g",
        family="operand",
    ),
    _gated(
        "a key reads the matrix before it decays",
        'd_k[:, t] -= np.einsum("nakv,nav->nak", S, d_error)',
        'd_k[:, t] -= np.einsum("nakv,nav->nak", states[t], d_error)',
        "accumulation: k",
        family="operand",
    ),
    _gated(
        "what is carried does not decay",
        "dS = a[:, t, :, None, None] * dS",
        "dS = 1 * dS",
        "recursion: S0",
        family="carry",
    ),
    _gated(
        "the rate sees the value, and not how far that is off",
        "d_beta[:, t] = (pulled * error).sum(axis=-1)",
        "d_beta[:, t] = (pulled * v[:, t]).sum(axis=-1)",
        "accumulation: beta",
        family="operand",
    ),
    _gated(
        "a value lacks the rate",
        "d_v[:, t] = d_error",
        "d_v[:, t] = pulled",
        "accumulation: v",
        family="operand",
    ),
    _gated(
        "a query reads the matrix before it is corrected",
        'd_q[:, t] = np.einsum("nakv,nav->nak", states[t + 1], do)',
        'd_q[:, t] = np.einsum("nakv,nav->nak", S, do)',
        "accumulation: q",
        family="operand",
    ),
    _gated(
        "what is read does not flow back",
        "dS = dS - k[:, t, ..., None] * d_error[..., None, :]",
        "dS = dS - 0",
        "step: g, S0",
        "the matrix that a key reads were held constant",
        family="held constant",
    ),
    _gated(
        "the last decay lacks the final matrix' cotangent (after mlstm_kernels' chunked backward)",
        "d_g[:, t] = (dS * S).sum(axis=(-1, -2))",
        "d_g[:, t] = (dS * S).sum(axis=(-1, -2)) * (t < q.shape[1] - 1)",
        "accumulation: g",
        family="cotangent",
    ),
    _gated(
        "the final matrix' cotangent is ignored",
        "(dS,) = d_state",
        "dS = 0 * d_state[0]",
        "step: k, v, beta, g, S0",
        "the final S0 had no cotangent",
        family="cotangent",
    ),
    _border(
        "the matrix' cotangent is not handed on from chunk to chunk",
        "dS = a[:, t, :, None, None] * dS",
        "dS = a[:, t, :, None, None] * dS * (t % 16 != 0 or t == 0)",
        "border: k, v, beta, g, S0",
        told="from T = 17 on: the border of two chunks",
    ),
    _border(
        "the first rate of a chunk lacks what is read from the one before",
        "d_beta[:, t] = (pulled * error).sum(axis=-1)",
        "d_beta[:, t] = (pulled * (error if t % 16 or t == 0 else v[:, t])).sum(axis=-1)",
        "border: beta",
        told="from T = 17 on: the border of two chunks",
    ),
    *of_packing(models.gated_delta_rule, gated_delta_rule, "k, v, beta, g, S0"),
)
