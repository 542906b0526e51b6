"""Linear recurrences: scans, real and complex, selective scans."""

from functools import partial

from benchmarks.happened.bug import Bug
from benchmarks.happened.twins import blocked_scan
from tests.layers import linear, scan
from verification import Scope, models

_scan = partial(Bug, family="scan", model=models.scan, module=scan)
_complex = partial(Bug, family="complex scan", model=models.complex_scan, module=scan)

SCANS = (
    _scan(
        "reverse mode gives zero for the sequences that are scanned over",
        'return {}, {"a": d_a, "x": d_x}, (dh,)',
        'return {}, {"a": 0 * d_a, "x": 0 * d_x}, (dh,)',
        name="jax-753",
        source="jax-ml/jax#753",
        date="2019-05-22",
        told="all zero",
    ),
    _complex(
        "the scan back takes the coefficients without their conjugates",
        "dh = dh * a[:, t].conj()",
        "dh = dh * a[:, t]",
        name="mamba.py-65",
        source="alxndrTL/mamba.py#65",
        date="2024-12",
        read="code",
        condition="complex numbers",
        told="conjugated",
    ),
    Bug(
        "what comes from later blocks is added whole, and scales what a block computes, where it is to be "
        "weighted by the decays up to each step",
        "d = local + kept * dh[:, None]",
        "d = local * a[:, span.stop :].conj().prod(axis=1)[:, None] + dh[:, None]",
        family="complex scan",
        model=models.complex_scan,
        module=blocked_scan,
        scope=Scope(finals=()),
        name="accelerated-scan-15",
        source="proger/accelerated-scan#15",
        date="2026-01-06",
        lived="13 days, from 2025-12-24",
        condition="more steps than a block (2,048 there, 16 here)",
        read="diff",
        told="from T = 17 on",
        tested="coefficients so small that gradients had decayed before the next block",
        steps=20,
    ),
    Bug(
        "parameters that a scan closes over have no path through a carry whose first one needs no gradient",
        "d_lam += (dh * states[t].conj()).sum(axis=0)",
        "d_lam += (d_outputs[:, t] * states[t].conj()).sum(axis=0)",
        family="scan",
        model=models.linear,
        module=linear,
        scope=Scope(blocks=("lam", "B", "xs"), finals=()),
        name="pytorch-184528",
        source="pytorch/pytorch#184528",
        date="2026-05-20",
        condition="the first carry needs no gradient",
        told="each loss reached its own step alone",
    ),
)
