"""A plain layer whose arrays are kept in few digits: it computes in single precision, and rounds answers."""

from types import SimpleNamespace

import numpy as np


def to(dtype, what):
    """An array, or a dict or a tuple of such, in a type."""
    if isinstance(what, dict):
        return {name: array.astype(dtype) for name, array in what.items()}
    return tuple(to(dtype, each) for each in what) if isinstance(what, tuple) else what.astype(dtype)


def of(module, dtype):
    """The layer of one that takes any type, whose arrays are of this one."""

    def forward(params, xs, state):
        outputs, final, saved = module.forward(*(to(np.float32, each) for each in (params, xs, state)))
        return to(dtype, outputs), to(dtype, final), saved

    def backward(saved, d_outputs, d_state):
        return to(dtype, module.backward(saved, to(np.float32, d_outputs), to(np.float32, d_state)))

    return SimpleNamespace(forward=forward, backward=backward)
