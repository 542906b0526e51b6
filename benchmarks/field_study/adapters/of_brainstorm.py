"""What adapters of brainstorm share: a layer of it by itself, on its NumpyHandler, with its buffers.

Every buffer of a step has one slice more, the last, which is what was before the first step: its context.
"""

import sys
import types
from collections import namedtuple
from types import SimpleNamespace

import numpy as np
from sources import file

REPOSITORY = "IDSIA/brainstorm"

# For convolutions and pooling, in Cython, which no recurrent layer calls.
sys.modules["brainstorm.handlers._cpuop"] = types.ModuleType("brainstorm.handlers._cpuop")
handler = file(REPOSITORY, "brainstorm/handlers/numpy_handler.py").NumpyHandler
structure = file(REPOSITORY, "brainstorm/structure/buffer_structure.py").BufferStructure


class BrainstormLayer:
    """A layer of that class, for xs (T, N, D), with its buffers."""

    def __init__(self, kind, xs, units):
        dtype = xs.dtype
        self.layer = kind("layer", {"default": structure("T", "B", xs.shape[2])}, set(), set(), size=units)
        self.layer.set_handler(handler(dtype))
        times = {"T": xs.shape[0] + 1, "B": xs.shape[1]}

        def memory(shapes):
            arrays = {
                name: np.zeros([times.get(size, size) for size in each.shape], dtype)
                for name, each in shapes.items()
            }
            return namedtuple("Buffers", arrays)(**arrays)

        def one(array):
            return SimpleNamespace(default=array)

        self.buffers = SimpleNamespace(
            parameters=memory(self.layer.parameter_shapes),
            gradients=memory(self.layer.parameter_shapes),
            internals=memory(self.layer.internal_shapes),
            inputs=one(xs),
            input_deltas=one(np.zeros_like(xs)),
            outputs=memory(self.layer.out_shapes),
            output_deltas=memory(self.layer.out_shapes),
        )

    def forward(self, params):
        """The outputs (T, N, H), of parameters by their names."""
        for name, array in params.items():
            getattr(self.buffers.parameters, name)[:] = array
        self.layer.forward_pass(self.buffers)
        return self.buffers.outputs.default[:-1].copy()

    def backward(self, d_outputs):
        """The inputs' gradient, and the parameters' by their names."""
        self.buffers.output_deltas.default[:-1] = d_outputs
        self.layer.backward_pass(self.buffers)
        return self.buffers.input_deltas.default, self.buffers.gradients._asdict()
