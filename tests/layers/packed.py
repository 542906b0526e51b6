"""A plain layer, sequence by sequence, of sequences that are packed one after another."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np


def _named(arrays):
    """Several by name, and one by none."""
    return arrays if isinstance(arrays, dict) else {"": arrays}


def of(module):
    """The packed layer of one."""

    def forward(params, xs, state, offsets):
        xs, parts, outputs = _named(xs), [], {}
        size = next(iter(xs.values())).shape[1]
        for s, (start, end) in enumerate(pairwise(offsets)):
            initial = tuple(array[s : s + 1] for array in state)
            inputs = {name: array[:, start:end] for name, array in xs.items()}
            made, final, saved = module.forward(params, inputs.get("", inputs), initial)
            for name, array in _named(made).items():
                outputs.setdefault(name, np.zeros((1, size, *array.shape[2:]), array.dtype))
                outputs[name][:, start:end] = array
            parts.append((final, saved))
        finals = tuple(np.concatenate(arrays) for arrays in zip(*(final for final, _ in parts), strict=True))
        return outputs.get("", outputs), finals, (xs, offsets, [saved for _, saved in parts])

    def backward(saved, d_outputs, d_state):
        xs, offsets, tapes = saved
        d_xs, d_params, d_initial = {name: np.zeros_like(array) for name, array in xs.items()}, {}, []
        for s in reversed(range(len(tapes))):
            start, end = offsets[s], offsets[s + 1]
            flow = tuple(array[s : s + 1] for array in d_state)
            d = {name: array[:, start:end] for name, array in _named(d_outputs).items()}
            of_params, of_inputs, of_state = module.backward(tapes[s], d.get("", d), flow)
            for name, array in of_params.items():
                d_params[name] = d_params.get(name, 0) + array
            for name, array in _named(of_inputs).items() if of_inputs is not None else ():
                d_xs[name][:, start:end] = array
            d_initial.append(of_state)
        return (
            d_params,
            d_xs.get("", d_xs),
            tuple(np.concatenate(each) for each in zip(*d_initial[::-1], strict=True)),
        )

    return SimpleNamespace(forward=forward, backward=backward)
