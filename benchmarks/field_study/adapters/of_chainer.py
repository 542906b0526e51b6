"""What adapters of Chainer share: a function of two classes by themselves, on NumPy.

Its packages ask for an installed Chainer, which today's setuptools does not build; what these classes use of
it is given here.
"""

from types import SimpleNamespace

import numpy
from sources import definitions, folder

REPOSITORY = "chainer/chainer"


class Node:
    """A function without a graph around it."""

    def retain_inputs(self, indexes):
        """Its caller keeps them."""

    def retain_outputs(self, indexes):
        """Its caller keeps them."""


GIVEN = {
    "numpy": numpy,
    "six": SimpleNamespace(moves=SimpleNamespace(range=range)),
    "chainer": SimpleNamespace(get_cpu_array_types=lambda: (numpy.ndarray,)),
    "backend": SimpleNamespace(get_array_module=lambda *arrays: numpy),
    "intel64": SimpleNamespace(should_use_ideep=lambda level: False),
    "function_node": SimpleNamespace(FunctionNode=Node),
    "function": SimpleNamespace(Function=Node),
}
HELPERS = ("_extract_gates", "_sigmoid", "_grad_sigmoid", "_grad_tanh")


def classes(path, *names):
    """A module of these classes of a file."""
    source = (folder(REPOSITORY) / path).read_text("utf-8")
    return definitions(source, (*HELPERS, *names), GIVEN)


# Its gates are g, i, f, o; these are their places among the model's i, f, g, o.
ORDER = (2, 0, 1, 3)


def interleaved(gates):
    """Rows (N, 4 H) of four blocks i, f, g, o, unit by unit and in their order, as Chainer has them."""
    blocks = gates.reshape(len(gates), 4, -1)[:, ORDER]
    return numpy.ascontiguousarray(blocks.swapaxes(1, 2)).reshape(gates.shape)


def in_blocks(gates):
    """The other way."""
    blocks = gates.reshape(len(gates), -1, 4).swapaxes(1, 2)
    return blocks[:, numpy.argsort(ORDER)].reshape(gates.shape)
