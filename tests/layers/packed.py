"""A plain layer, sequence by sequence, of sequences that are packed one after another."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np


def of(module):
    """The packed layer of one whose inputs are a dict."""

    def forward(params, xs, state, offsets):
        parts, outputs = [], None
        for s, (start, end) in enumerate(pairwise(offsets)):
            initial = tuple(array[s : s + 1] for array in state)
            inputs = {name: array[:, start:end] for name, array in xs.items()}
            made, final, saved = module.forward(params, inputs, initial)
            if outputs is None:
                size = next(iter(xs.values())).shape[1]
                outputs = np.zeros((1, size, *made.shape[2:]), made.dtype)
            outputs[:, start:end] = made
            parts.append((final, saved))
        finals = tuple(np.concatenate(arrays) for arrays in zip(*(final for final, _ in parts), strict=True))
        return outputs, finals, (xs, offsets, [saved for _, saved in parts])

    def backward(saved, d_outputs, d_state):
        xs, offsets, tapes = saved
        d_xs, d_params, d_initial = {name: np.zeros_like(array) for name, array in xs.items()}, {}, []
        for s in reversed(range(len(tapes))):
            start, end = offsets[s], offsets[s + 1]
            flow = tuple(array[s : s + 1] for array in d_state)
            of_params, of_inputs, of_state = module.backward(tapes[s], d_outputs[:, start:end], flow)
            for name, array in of_params.items():
                d_params[name] = d_params.get(name, 0) + array
            for name, array in of_inputs.items():
                d_xs[name][:, start:end] = array
            d_initial.append(of_state)
        return d_params, d_xs, tuple(np.concatenate(each) for each in zip(*d_initial[::-1], strict=True))

    return SimpleNamespace(forward=forward, backward=backward)
