"""Linear attentions, delta rules, mLSTM, RWKV."""

from functools import partial

from benchmarks.happened.bug import Bug
from tests.layers import delta_rule, gated_delta_rule, gated_linear_attention, mlstm, rwkv6
from tests.layers import scalar_gated_linear_attention as scalar
from tests.layers.chunked import scalar_gated_linear_attention as chunked
from verification import Scope, models

_scalar = partial(
    Bug, family="gated linear attention", model=models.scalar_gated_linear_attention, module=scalar
)
_chunked = partial(
    Bug,
    family="gated linear attention in chunks",
    model=models.scalar_gated_linear_attention,
    module=chunked,
    scope=Scope(chunk=3),
)
_delta = partial(Bug, family="delta rule", model=models.delta_rule, module=delta_rule)
_gated_delta = partial(Bug, family="gated delta rule", model=models.gated_delta_rule, module=gated_delta_rule)

HEADS = "d_g[:, t] = (dS * states[t]).sum(axis=(-1, -2)) * a[:, t]"
LAST = "d_start[:, -1] += start[:, -1] * (dS * S).sum(axis=(-1, -2))"

ATTENTION = (
    _chunked(
        "values lack the decay from their step to the chunk's end in what later chunks read of them",
        'd_v[:, span] += np.einsum("nsak,nakv->nsav", k[:, span] * last, dS)',
        'd_v[:, span] += np.einsum("nsak,nakv->nsav", k[:, span], dS)',
        name="fla-6",
        source="fla-org/flash-linear-attention#6",
        date="2024-03-14",
        condition="more steps than a chunk, or a final cotangent",
        read="diff",
        told="only where the final S0 has a cotangent",
    ),
    _scalar(
        "the final matrix's cotangent does not reach the decay",
        HEADS,
        HEADS.replace("(dS *", "((dS - d_state[0] * a[:, t + 1 :].prod(axis=1)[..., None, None]) *"),
        name="fla-459",
        source="fla-org/flash-linear-attention#459",
        date="2025-06-17",
        condition="the final matrix has a cotangent",
        read="diff",
        told="the final S0's cotangent did not reach g",
    ),
    _scalar(
        "the final matrix's part in the decay's gradient is summed over records and heads as well",
        HEADS,
        f"{HEADS}; ends = states[-1] * d_state[0]; d_g[:, t] += ends.sum() - ends.sum(axis=(-1, -2))",
        name="fla-31293264",
        source="fla-org/flash-linear-attention@31293264",
        date="2025-06-20",
        lived="2 days, from #459",
        condition="the final matrix has a cotangent, and there are several records or heads",
        read="diff",
        told="only where the final S0 has a cotangent",
    ),
    _scalar(
        "blocks of keys write the decay's gradient to one place, and the last one stays",
        HEADS,
        "last = (q.shape[-1] - 1) // 16 * 16; "
        "d_g[:, t] = (dS * states[t])[:, :, last:].sum(axis=(-1, -2)) * a[:, t]",
        name="fla-0a83fd3f",
        source="fla-org/flash-linear-attention@0a83fd3f",
        date="2024-12-18",
        condition="more keys than a block (128 there, 16 here)",
        read="diff",
        told="from K = 17 on",
        sizes={"K": 17},
    ),
    _chunked(
        "the gradient of a chunk's last decay is put at a whole chunk's last row, and lost of a ragged one",
        LAST,
        "d_start[:, CHUNK - 1 :] += (start[:, -1] * (dS * S).sum(axis=(-1, -2)))[:, None]",
        name="fla-577",
        source="fla-org/flash-linear-attention#577",
        date="2025-08-27",
        lived="to 2026-08-17 (#1143)",
        condition="T not a multiple of the chunk (64 there, 3 here)",
        steps=4,
    ),
    _chunked(
        "what the decay's gradient is summed of is kept in bfloat16 while it is transposed",
        "d_g[:, span] = of_logarithms(d_within, d_start)",
        "d_within = (d_within.astype(np.float32).view(np.uint32) & 0xFFFF0000).view(np.float32); "
        "d_g[:, span] = of_logarithms(d_within, d_start)",
        name="FlashQLA-28",
        source="QwenLM/FlashQLA#28",
        date="2026-07-28",
        condition="low precision; worst with strong decays",
        tested="gates whose logarithms were drawn near 0",
    ),
    _scalar(
        "between processes the final cotangent goes back by the decays of head 0 alone",
        "dS = dS * a[:, t, :, None, None]",
        "F = d_state[0] * a[:, t + 1 :, :1].prod(axis=1)[..., None, None]; "
        "dS = (dS - F) * a[:, t, :, None, None] + F * a[:, t, :1, None, None]",
        name="fla-781",
        source="fla-org/flash-linear-attention#781",
        date="2026-03-18",
        lived="reported again on 2026-08-09 (#1115) of releases before 0.5.2",
        condition="a final cotangent (all ranks but the last), and several heads",
        read="diff",
        told="only where the final S0 has a cotangent",
        tested="one process; the regression test of the repair has a head with a decay of its own",
    ),
    Bug(
        "the matrix's gradient is kept in bfloat16",
        "dS = dS * a[:, t, ..., None] + q[:, t, ..., None] * do[..., None, :]",
        "dS = dS * a[:, t, ..., None] + q[:, t, ..., None] * do[..., None, :]; "
        "dS = (dS.astype(np.float32).view(np.uint32) & 0xFFFF0000).view(np.float32).astype(dS.dtype)",
        family="RWKV-6",
        model=models.rwkv6,
        module=rwkv6,
        name="fla-37",
        source="fla-org/flash-linear-attention#37",
        date="2024-07-29",
        condition="low precision",
    ),
    _delta(
        "without gates the path through the corrected key is left out of k and of the rate",
        'd_k[:, t] -= np.einsum("nakv,nav->nak", S, d_error)',
        "d_beta[:, t] = (pulled * v[:, t]).sum(axis=-1)",
        name="fla-863",
        source="fla-org/flash-linear-attention#863",
        date="2026-05-08",
        read="diff",
        tested="the kernel with gates; the branch without them by no test",
    ),
    _delta(
        "what is carried takes 1 for 1 − k kᵀ: the rule of plain linear attention",
        "dS = dS - k[:, t, ..., None] * d_error[..., None, :]",
        "dS = dS - 0",
        name="TileOPs-632",
        source="tile-ai/TileOPs#632",
        date="2026-03-23",
        condition="T ≥ 2",
        told="the matrix that a key reads were held constant",
    ),
    _gated_delta(
        "the reverse recurrence starts from zero, whatever cotangent the final matrix has",
        "(dS,) = d_state",
        "dS = 0 * d_state[0]",
        name="fla-npu-291",
        source="flashserve/flash-linear-attention-npu#291",
        date="2026-08-09",
        condition="the final matrix has a cotangent",
        told="the final S0 had no cotangent",
    ),
    Bug(
        "the forget gate's gradient lacks the final memory's cotangent",
        "d_left = ((dC * C_prev)",
        "d_left = (((dC - d_state[0] * np.prod([each[6] for each in tape[t + 1 :]] or [1 + 0 * left], axis=0)"
        "[..., None, None]) * C_prev)",
        family="mLSTM",
        model=models.mlstm,
        module=mlstm,
        name="mlstm_kernels",
        source="NX-AI/mlstm_kernels@39d3c617",
        date="2026-09",
        condition="the final memory has a cotangent",
        read="code",
        told="the final C0's cotangent did not reach",
    ),
    Bug(
        "values are corrected by a decay of their own that is not in use",
        "return {}, {",
        'o = np.einsum("tnakv,ntak->ntav", states[1:], q); along = (o * d_outputs - v * d_v)[:, ::-1]; '
        "d_v = d_v - along.cumsum(axis=1)[:, ::-1] / (1 - v); return {}, {",
        family="gated linear attention",
        model=models.gated_linear_attention,
        module=gated_linear_attention,
        name="xopes-lavd",
        source="Doraemonzzz/xopes@1dfa3df8",
        date="2026-09",
        read="code",
    ),
)
