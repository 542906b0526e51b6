"""Convolutions with a state, a normaliser, zoneout, peepholes, spikes, norms inside, gates beside."""

from functools import partial

from benchmarks.happened.bug import Bug
from benchmarks.happened.twins import (
    gated_output,
    normalised,
    normed_keys,
    peephole_lstm,
    spiking,
    zoneout,
)
from tests.layers.own import short_convolution
from verification import Scope

_convolution = partial(
    Bug,
    family="causal convolution before a scan",
    model=short_convolution.MODEL,
    module=short_convolution,
)
_spiking = partial(
    Bug,
    family="spiking neuron",
    model=spiking.MODEL,
    module=spiking,
    scope=Scope(blocks=("U", "xs", "v0", "i0")),
)

LOOP = "du, d_decay = np.empty_like(u), np.zeros_like(decay)"
ENDS = "d_padded[:, steps:] = d_past.swapaxes(1, 2)"
WEIGHTS = "d_w[:, j] = (da * padded[:, j : j + steps]).sum(axis=(0, 1))"

OTHERS = (
    _convolution(
        "the final state's cotangent goes to steps by an index that is kept from below 0",
        ENDS,
        f"{ENDS}; ends = d_past.swapaxes(1, 2); early = min(steps, WIDTH - 1); "
        "d_padded[:, -early:] = ends[:, :early]",
        name="fla-1140-index",
        source="fla-org/flash-linear-attention#1140",
        date="2026-08-17",
        condition="T < W − 1 = 3, and the final state has a cotangent",
        read="diff",
        steps=2,
    ),
    _convolution(
        "what of the initial state is still in the final one has no gradient",
        "(dh, d_padded[:, : WIDTH - 1].swapaxes(1, 2))",
        "(dh, (d_padded[:, : WIDTH - 1].swapaxes(1, 2) - np.pad(d_past, [(0, 0), (0, 0), (steps, 0)])"
        "[..., : WIDTH - 1]))",
        name="fla-1140-initial",
        source="fla-org/flash-linear-attention#1140",
        date="2026-08-17",
        condition="T < W − 1 = 3, and the final state has a cotangent",
        read="diff",
        told="the final past's cotangent did not reach past",
        steps=2,
    ),
    _convolution(
        "the outputs' cotangent is read as if it were contiguous",
        LOOP,
        f'{LOOP}; d_outputs = d_outputs.ravel(order="K").reshape(d_outputs.shape)',
        name="fla-871",
        source="fla-org/flash-linear-attention#871",
        date="2026-04-29",
        condition="a cotangent that is not contiguous, as behind a split",
        read="thread",
        told="in memory: Fortran order",
        call="turned",
    ),
    _convolution(
        "the initial inputs' gradient reads the cotangent by strides that are not its own",
        "return d_params, d_padded[:, WIDTH - 1 :], (dh, d_padded[:, : WIDTH - 1].swapaxes(1, 2))",
        "turned = d_outputs.ravel(order='K').reshape(d_outputs.shape)\n"
        "    d_past = np.zeros_like(d_padded)\n"
        "    for j in range(WIDTH):\n"
        "        d_past[:, j : j + steps] += (turned - d_outputs) * (1 - u * u) * w[:, j]\n"
        "    d_past = (d_past + d_padded)[:, : WIDTH - 1]\n"
        "    return d_params, d_padded[:, WIDTH - 1 :], (dh, d_past.swapaxes(1, 2))",
        name="fla-1138",
        source="fla-org/flash-linear-attention#1138",
        date="2026-08-17",
        condition="a cotangent that is not contiguous",
        read="diff",
        told="in memory: Fortran order",
        call="turned",
    ),
    _convolution(
        "the weights' gradient has the initial inputs' part only where the final ones have a cotangent",
        WEIGHTS,
        "left = 0 if d_past.any() else max(WIDTH - 1 - j, 0); "
        "d_w[:, j] = (da * padded[:, j : j + steps])[:, left:].sum(axis=(0, 1))",
        name="fla-568",
        source="fla-org/flash-linear-attention#568",
        date="2025-08-20",
        condition="the final state has no cotangent",
        told="Where the final state has no cotangent",
        call="no final cotangents",
    ),
    Bug(
        "the path of k through the normaliser's running sum is cut",
        'd_k[:, t] = np.einsum("nkv,nv->nk", dS, v[:, t]) + dz',
        'd_k[:, t] = np.einsum("nkv,nv->nk", dS, v[:, t])',
        family="normalised linear attention",
        model=normalised.MODEL,
        module=normalised,
        name="fla-875",
        source="fla-org/flash-linear-attention#875",
        date="2026-05-03",
    ),
    Bug(
        "the way back takes the first step's mask for all steps",
        "kept = mask[:, t] == 1",
        "kept = mask[:, 0] == 1",
        family="zoneout",
        model=zoneout.MODEL,
        module=zoneout,
        name="haste-43",
        source="lmnt-com/haste#43",
        date="2021-12-31",
        lived="to 2022-01-16 (#44)",
        condition="T ≥ 2",
        read="diff",
        tested="gradients of one device against those of the other, without zoneout",
    ),
    Bug(
        "the peepholes' part in what the cell state carries is added twice",
        "dh, dc = da @ W, dc * f + d_i * p_i + d_f * p_f",
        "dh, dc = da @ W, dc * f + 2 * (d_i * p_i + d_f * p_f)",
        family="peephole LSTM",
        model=peephole_lstm.MODEL,
        module=peephole_lstm,
        name="tensorflow-34171",
        source="tensorflow/tensorflow#34171",
        date="2019-11-11",
        condition="T ≥ 2",
        read="code",
    ),
    _spiking(
        "from voltage to current flows what has the synapse's time constant for the membrane's",
        "dj = (1 - BETA) * di + ALPHA * dw",
        "dj = (1 - BETA) * di + BETA * dw",
        name="norse-constant",
        source="norse/norse@065a3b45",
        date="2021-08-15",
        lived="still there on 2026-02-09",
        read="code",
        tested="outputs alone: no test calls backward",
    ),
    _spiking(
        "the weights' gradient takes the current's cotangent before it has gone through the step",
        "d_U += dj.T @ xs[:, t]",
        "d_U += di.T @ xs[:, t]",
        name="norse-weights",
        source="norse/norse@065a3b45",
        date="2021-08-15",
        lived="still there on 2026-02-09",
        read="code",
        tested="outputs alone: no test calls backward",
    ),
    Bug(
        "keys that the forward has normalised and kept are normalised again on the way back",
        "params, xs, keys, states = saved",
        'params, xs, keys, states = saved; keys = params["w"] * keys * rms(keys)',
        family="norms inside",
        model=normed_keys.MODEL,
        module=normed_keys,
        name="mamba-885",
        source="state-spaces/mamba#919",
        date="2026-04-15",
        condition="what is kept is not of norm 1: weights that are not 1",
    ),
    Bug(
        "the gradient of the gate's branch is computed and never handed back: memory as it was, zeros here",
        '"z": d_z}',
        '"z": 0 * d_z}',
        family="gate beside a scan",
        model=gated_output.MODEL,
        module=gated_output,
        name="mamba-342",
        source="state-spaces/mamba#342",
        date="2024-06-02",
        told="all zero",
    ),
)
