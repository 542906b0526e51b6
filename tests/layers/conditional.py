"""Layers that are right but where a condition on what they are given holds: then all gradients are off."""

from types import ModuleType

import numpy as np


def fortran(array):
    """In Fortran order and no other."""
    return array.flags.f_contiguous and not array.flags.c_contiguous


def repeated(array):
    """Does an axis of several numbers take no step in memory?"""
    return any(step == 0 and size > 1 for step, size in zip(array.strides, array.shape, strict=True))


# By the parameters, the inputs and the states.
CONDITIONS = {
    "N > 4": lambda p, xs, state: len(xs) > 4,
    "D > 8": lambda p, xs, state: xs.shape[2] > 8,
    "T > 100": lambda p, xs, state: xs.shape[1] > 100,
    "N > 2 with T > 12": lambda p, xs, state: len(xs) > 2 and xs.shape[1] > 12,
    "a dense W with H > 4": lambda p, xs, state: state[0].shape[1] > 4 and bool(p["W"].all()),
    "some |w| > 40": lambda p, xs, state: np.abs(p["W"]).max() > 40,
    "all |w| < 1e-3": lambda p, xs, state: np.abs(p["W"]).max() < 1e-3,
    "some |x| > 6": lambda p, xs, state: np.abs(xs).max() > 6,
    "some |h0| > 5": lambda p, xs, state: np.abs(state[0]).max() > 5,
    "some |b| > 40": lambda p, xs, state: np.abs(p["b"]).max() > 40,
    "xs alone in Fortran order": lambda p, xs, state: (
        fortran(xs) and not any(map(fortran, [*p.values(), *state]))
    ),
    "T > 500": lambda p, xs, state: xs.shape[1] > 500,
    "xs alone with a negative stride": lambda p, xs, state: (
        min(xs.strides) < 0 and all(min(a.strides) >= 0 for a in [*p.values(), *state])
    ),
    "a negative stride": lambda p, xs, state: min(xs.strides) < 0,
    "a zero stride": lambda p, xs, state: repeated(xs),
}


def wrong_where(module: ModuleType, condition: str):
    """forward and backward of the layer, whose gradients are a hundredth off where the condition holds."""

    def forward(params, xs, state):
        outputs, final, saved = module.forward(params, xs, state)
        return outputs, final, (saved, CONDITIONS[condition](params, xs, state))

    def backward(saved, d_outputs, d_state):
        saved, wrong = saved
        d_params, d_xs, d_initial = module.backward(saved, d_outputs, d_state)
        off = 1.01 if wrong else 1
        return {name: off * d for name, d in d_params.items()}, off * d_xs, d_initial

    return forward, backward
