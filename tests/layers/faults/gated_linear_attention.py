"""Faults of gated linear attentions' gradients."""

from functools import partial

from tests.layers import gated_linear_attention, rwkv6, scalar_gated_linear_attention
from tests.layers.faults.fault import LayerFault
from tests.layers.faults.packing import of_packing
from verification import Scope, models

_fault = partial(LayerFault, model=models.gated_linear_attention, module=gated_linear_attention)
_carry = partial(_fault, family="carry")
_operand = partial(_fault, family="operand")
_cotangent = partial(_fault, family="cotangent")
_scalar = partial(
    LayerFault, model=models.scalar_gated_linear_attention, module=scalar_gated_linear_attention
)
_rwkv6 = partial(LayerFault, model=models.rwkv6, module=rwkv6, family="bonus")

# In chunks, which are said to be of 16 steps.
_in_chunks = {"family": "border", "steps": 20, "scale": 0.5, "scope": Scope(chunk=16)}
AT_BORDER = "from T = 17 on: the border of two chunks"

HEADS = "d_g[:, t] = (dS * states[t]).sum(axis=(-1, -2)) * a[:, t]"
DECAYS = "dS = dS * a[:, t, :, None, None]"
READS = "dS = dS * a[:, t, ..., None] + q[:, t, ..., None] * do[..., None, :]"

GATE = 'd_g[:, t] = np.einsum("nakv,nakv->nak", dS, states[t]) * a[:, t]'

GATED_LINEAR_ATTENTION = (
    _carry(
        "in chunks of 16 steps, of which its scope says nothing, what is carried is lost between them",
        "dS = dS * a[:, t, ..., None]",
        "dS = dS * a[:, t, ..., None] * (t % 16 != 0 or t == 0)",
        "size: k, v, g, S0",
        told=" from T = 17 on: small cases of healthy numbers are right",
        steps=40,
        scale=0.5,
    ),
    _operand(
        "a query reads the matrix before its step",
        'd_q[:, t] = np.einsum("nakv,nav->nak", states[t + 1], do)',
        'd_q[:, t] = np.einsum("nakv,nav->nak", states[t], do)',
        "accumulation: q",
    ),
    _operand(
        "a key sees the values that are written there, and not its own",
        'd_k[:, t] = np.einsum("nakv,nav->nak", dS, v[:, t])',
        'd_k[:, t] = np.einsum("nakv,nav->nak", dS, v[:, t - 1])',
        "accumulation: k",
    ),
    _operand(
        "values take the queries for the keys",
        'd_v[:, t] = np.einsum("nakv,nak->nav", dS, k[:, t])',
        'd_v[:, t] = np.einsum("nakv,nak->nav", dS, q[:, t])',
        "accumulation: v",
    ),
    _operand(
        "the decay's gradient for that of its logarithm",
        GATE,
        GATE.removesuffix(" * a[:, t]"),
        "accumulation: g",
        "the slope of exp were left out",
    ),
    _operand(
        "the decay sees the matrix after its step",
        GATE,
        GATE.replace("states[t]", "states[t + 1]"),
        "accumulation: g",
        "the state of S0 after each step stood for the one before it",
    ),
    _fault(
        "the gradients of all heads are added",
        GATE,
        GATE.replace("->nak", "->nk").replace(" * a[:, t]", "[:, None] * a[:, t]"),
        "accumulation: g",
        family="axes",
    ),
    _carry(
        "what is carried does not decay",
        "dS = dS * a[:, t, ..., None]",
        "dS = dS * 1",
        "recursion: S0",
    ),
    _carry(
        "what is carried has the decay of the step before",
        "dS = dS * a[:, t, ..., None]",
        "dS = dS * a[:, t - 1, ..., None]",
        "recursion: k, v, g, S0",
    ),
    _carry(
        "what each output sends back stands for all that has come",
        "dS = dS + q[:, t, ..., None] * do[..., None, :]",
        "dS = q[:, t, ..., None] * do[..., None, :]",
        "step: k, v, g, S0",
        "the gradient of the state of S0 were overwritten at every step",
    ),
    _cotangent(
        "the final matrix' cotangent is ignored (flash-linear-attention #459)",
        "(dS,) = d_state",
        "dS = 0 * d_state[0]",
        "step: k, v, g, S0",
        "the final S0 had no cotangent",
    ),
    _cotangent(
        "the final matrix' cotangent does not reach the decay (after mlstm_kernels' chunked backward)",
        GATE,
        GATE.replace("dS,", "dS - d_state[0] * a[:, t + 1 :].prod(axis=1)[..., None],"),
        "accumulation: g",
        "the final S0's cotangent did not reach g",
    ),
    _fault(
        "the initial matrix has the cotangent after its step",
        '"g": d_g}, (dS,)',
        '"g": d_g}, (dS / a[:, 0, ..., None],)',
        "state: S0",
        family="initial state",
    ),
    _fault(
        "the matrix' cotangent is not handed on at every 64 steps (flash-linear-attention #984)",
        "dS = dS * a[:, t, ..., None]",
        "dS = dS * a[:, t, ..., None] * (t % 64 != 0 or t == 0)",
        "size: k, v, g, S0",
        steps=70,
        scale=0.1,
        family="border",
    ),
    _scalar(
        "the decay of a head has the mean of its keys",
        "d_g[:, t] = (dS * states[t]).sum(axis=(-1, -2)) * a[:, t]",
        "d_g[:, t] = (dS * states[t]).sum(axis=-1).mean(axis=-1) * a[:, t]",
        "accumulation: g",
        "1/3 of what it should be, a mean over records",
        records=5,
        family="axes",
    ),
    _scalar(
        "the decay of a head sees the matrix after its step",
        "d_g[:, t] = (dS * states[t]).sum(axis=(-1, -2)) * a[:, t]",
        "d_g[:, t] = (dS * states[t + 1]).sum(axis=(-1, -2)) * a[:, t]",
        "accumulation: g",
        "the state of S0 after each step stood for the one before it",
        family="operand",
    ),
    _rwkv6(
        "the bonus has that of the last step alone",
        "d_u += (d_new * q[:, t] * k[:, t]).sum(axis=0)",
        "d_u = (d_new * q[:, t] * k[:, t]).sum(axis=0) if t == q.shape[1] - 1 else d_u",
        "accumulation: u",
        "the last step alone counted",
    ),
    _rwkv6(
        "a key lacks what the bonus reads of it",
        " + d_new * u * q[:, t]",
        "",
        "accumulation: k",
    ),
    _rwkv6(
        "a value lacks what the bonus reads of it",
        " + new[..., None] * do",
        "",
        "accumulation: v",
    ),
    _rwkv6(
        "an output sends back to its own step",
        "dS = dS * a[:, t, ..., None] + q[:, t, ..., None] * do[..., None, :]",
        "dS = (dS + q[:, t, ..., None] * do[..., None, :]) * a[:, t, ..., None]",
        "recursion: S0",
    ),
    _scalar(
        "a query reads the matrix before its step",
        'd_q[:, t] = np.einsum("nakv,nav->nak", states[t + 1], do)',
        'd_q[:, t] = np.einsum("nakv,nav->nak", states[t], do)',
        "accumulation: q",
        family="operand",
    ),
    _scalar(
        "values take the queries for the keys",
        'd_v[:, t] = np.einsum("nakv,nak->nav", dS, k[:, t])',
        'd_v[:, t] = np.einsum("nakv,nak->nav", dS, q[:, t])',
        "accumulation: v",
        family="operand",
    ),
    _scalar(
        "the decay's gradient for that of its logarithm",
        HEADS,
        HEADS.removesuffix(" * a[:, t]"),
        "accumulation: g",
        "the slope of exp were left out",
        family="operand",
    ),
    _scalar(
        "the gradients of all heads are added",
        HEADS,
        HEADS.replace(".sum(axis=(-1, -2))", ".sum(axis=(-1, -2)).sum(axis=1, keepdims=True)"),
        "accumulation: g",
        family="axes",
    ),
    _scalar(
        "what is carried does not decay",
        DECAYS,
        "dS = dS * 1",
        "recursion: S0",
        family="carry",
    ),
    _scalar(
        "what is carried has the decay of the step before",
        DECAYS,
        "dS = dS * a[:, t - 1, :, None, None]",
        "recursion: k, v, g, S0",
        family="carry",
    ),
    _scalar(
        "the final matrix' cotangent is ignored",
        "(dS,) = d_state",
        "dS = 0 * d_state[0]",
        "step: k, v, g, S0",
        "the final S0 had no cotangent",
        family="cotangent",
    ),
    _scalar(
        "the final matrix' cotangent does not reach the decay (after mlstm_kernels' chunked backward)",
        HEADS,
        HEADS.replace("(dS *", "((dS - d_state[0] * a[:, t + 1 :].prod(axis=1)[..., None, None]) *"),
        "accumulation: g",
        "the final S0's cotangent did not reach g",
        family="cotangent",
    ),
    _scalar(
        "the matrix' cotangent is not handed on from chunk to chunk (flash-linear-attention #984)",
        DECAYS,
        f"{DECAYS} * (t % 16 != 0 or t == 0)",
        "border: k, v, g, S0",
        told=AT_BORDER,
        **_in_chunks,
    ),
    _scalar(
        "nor is it where the last chunk is not whole",
        DECAYS,
        f"{DECAYS} * (q.shape[1] % 16 == 0 or t % 16 != 0 or t == 0)",
        "border: k, v, g, S0",
        told="where T is no multiple of 16: a last chunk that is not whole",
        **_in_chunks,
    ),
    _scalar(
        "the matrix itself is not handed on from chunk to chunk",
        "S = a[:, t, :, None, None] * S +",
        "S = a[:, t, :, None, None] * S * (t % 16 != 0 or t == 0) +",
        "border",
        caught_by="forward",
        told=f"outputs and final S0 are wrong {AT_BORDER}",
        **_in_chunks,
    ),
    *of_packing(models.scalar_gated_linear_attention, scalar_gated_linear_attention, "k, v, g, S0"),
    _rwkv6(
        "a query reads the matrix after its step",
        'd_q[:, t] = np.einsum("nakv,nav->nak", states[t], do)',
        'd_q[:, t] = np.einsum("nakv,nav->nak", states[t + 1], do)',
        "accumulation: q",
    ),
    _rwkv6(
        "a query lacks what the bonus reads for it",
        " + d_new * u * k[:, t]",
        "",
        "accumulation: q",
    ),
    _rwkv6(
        "the bonus has that of record 0 alone",
        "d_u += (d_new * q[:, t] * k[:, t]).sum(axis=0)",
        "d_u += (d_new * q[:, t] * k[:, t])[0]",
        "accumulation: u",
        "record 0 alone counted",
    ),
    _rwkv6(
        "the decay sees the matrix after its step",
        GATE,
        GATE.replace("states[t]", "states[t + 1]"),
        "accumulation: g",
        "the state of S0 after each step stood for the one before it",
    ),
    _rwkv6(
        "what is carried does not decay",
        READS,
        READS.replace("dS * a[:, t, ..., None]", "dS"),
        "recursion: S0",
    ),
    _rwkv6(
        "the final matrix' cotangent is ignored",
        "(dS,) = d_state",
        "dS = 0 * d_state[0]",
        "step: k, v, g, S0",
        "the final S0 had no cotangent",
    ),
    _rwkv6(
        "the matrix' cotangent is not handed on from chunk to chunk",
        READS,
        READS.replace("dS * a[:, t, ..., None]", "dS * a[:, t, ..., None] * (t % 16 != 0 or t == 0)"),
        "border: k, v, g, S0",
        told=AT_BORDER,
        **_in_chunks,
    ),
    *of_packing(models.rwkv6, rwkv6, "k, v, g, S0"),
)
