"""Calls of an LSTM layer as an adversary sees them, for the tests beside it."""

from dataclasses import replace

import numpy as np

from benchmarks.evidence.adversary.call import BackwardCall, CallHistory, given
from benchmarks.evidence.adversary.published import CONDITIONS

BY_NAME = {condition.name: condition for condition in CONDITIONS}


def call(N=3, T=4, D=2, H=3, dtype="float64", history=None, **arrays):
    """A call of random numbers, but for the arrays that are given by name."""
    rng = np.random.default_rng(0)
    shapes = {
        **{"U": (4 * H, D), "W": (4 * H, H), "b": (4 * H,), "xs": (N, T, D), "h0": (N, H), "c0": (N, H)},
        **{"d_outputs": (N, T, H), "d_h": (N, H), "d_c": (N, H)},
    }
    made = {name: rng.uniform(-1, 1, shape).astype(dtype) for name, shape in shapes.items()} | arrays
    return BackwardCall(
        {name: made[name] for name in "UWb"},
        made["xs"],
        (made["h0"], made["c0"]),
        made["d_outputs"],
        (made["d_h"], made["d_c"]),
        history or CallHistory(),
    )


def after(before, now):
    """A call after another one."""
    seen = given(before.params, before.xs, before.state)
    return replace(now, history=replace(now.history, forwards=1, before=seen))


def met(name, some):
    """Does the condition of this name hold of the call?"""
    return BY_NAME[name].met(some)
