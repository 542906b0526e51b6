"""What adapters of darknet share: a layer of it, compiled with of_darknet.c, run forward and back.

A layer is made anew for each call, so it starts from zero and keeps nothing of the last call. Where it has
two biases for one sum, the second is 0. ``delta`` is the cotangent: darknet's is the negative one, and its
backward is linear in it.
"""

import ctypes
from pathlib import Path

import numpy as np
from sources import addresses, compiled, folder

from verification import Scope

REPOSITORY = "pjreddie/darknet"
LSTM, RNN, GRU = range(3)
OTHERS = ("activations.c", "batchnorm_layer.c", "blas.c", "convolutional_layer.c", "gemm.c", "utils.c")
# What is not called is dropped, with what it would call.
USED_ALONE = ("-fvisibility=hidden", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections")


def library():
    """The layers and what they call."""
    source = folder(REPOSITORY) / "src"
    others = [str(source / name) for name in OTHERS]
    text = Path(__file__).with_name("of_darknet.c").read_text("utf-8")
    includes = f"-I{source}", f"-I{source.parent / 'include'}"
    made = compiled(text, *includes, *USED_ALONE, *others)
    made.make.restype = made.array.restype = made.outputs.restype = made.delta.restype = ctypes.c_void_p
    return made


LIBRARY = library()


class DarknetLayer:
    """One layer of darknet, with its memory."""

    def __init__(self, kind, records, steps, inputs, units, shortcut=False):
        self.made = ctypes.c_void_p(LIBRARY.make(kind, records, steps, inputs, units, int(shortcut)))
        self.records, self.steps, self.inputs, self.units = records, steps, inputs, units

    def __del__(self):
        LIBRARY.unmake(self.made)

    @staticmethod
    def _at(address, *shape):
        pointer = ctypes.cast(address, ctypes.POINTER(ctypes.c_float))
        return np.ctypeslib.as_array(pointer, shape=shape)

    def weights(self, part, inputs, gradient=False):
        """Those of a connected layer, or their gradient: weights (H, inputs) and biases (H,), to write."""
        arrays = (LIBRARY.array(self.made, part, 2 * gradient + bias) for bias in range(2))
        weights, biases = arrays
        return self._at(weights, self.units, inputs), self._at(biases, self.units)

    def forward(self, xs):
        """The outputs (T, N, H), steps first as darknet has them."""
        LIBRARY.forward(self.made, *addresses(xs))
        return self._at(LIBRARY.outputs(self.made), self.steps, self.records, self.units).copy()

    def backward(self, xs, d_outputs):
        """The inputs' gradient; those of the weights are added up in their places."""
        self._at(LIBRARY.delta(self.made), self.steps, self.records, self.units)[:] = d_outputs
        d_xs = np.zeros_like(xs)
        LIBRARY.backward(self.made, *addresses(xs, d_xs))
        return d_xs


def gated_forward(kind, gates, params, xs, state):
    """Of a layer whose gates have one connected layer each for inputs and state: the inputs' come first."""
    (T, N, D), H = xs.shape, state[0].shape[1]
    net = DarknetLayer(kind, N, T, D, H)
    for gate in range(gates):
        rows = slice(gate * H, (gate + 1) * H)
        weights, biases = net.weights(gate, D)
        weights[:], biases[:] = params["U"][rows], params["b"][rows]
        net.weights(gates + gate, H)[0][:] = params["W"][rows]
    xs = np.ascontiguousarray(xs)
    return net.forward(xs), (None,) * len(state), (net, gates, xs)


def gated_backward(saved, d_outputs, d_state):
    """Its backward."""
    net, gates, xs = saved
    d_xs = net.backward(xs, d_outputs)
    of_inputs = [net.weights(gate, net.inputs, gradient=True) for gate in range(gates)]
    of_state = [net.weights(gates + gate, net.units, gradient=True) for gate in range(gates)]
    d_params = {
        "U": np.concatenate([weights for weights, _ in of_inputs]),
        "b": np.concatenate([biases for _, biases in of_inputs]),
        "W": np.concatenate([weights for weights, _ in of_state]),
    }
    return d_params, d_xs, (None,) * len(d_state)


SCOPE = Scope(
    dtypes=("float32",),
    states="zero",
    finals=(),
    blocks=("U", "W", "b", "xs"),
    records=(1, 9),
    steps=(1, 17),
    declines=("second backward",),
)
STEPS_FIRST = {"axes": "TN"}
