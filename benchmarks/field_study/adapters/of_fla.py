"""What adapters of flash-linear-attention's kernels share: they are Triton's, and interpreted (of_triton.py).

A loop's variable, a plain number there, is made to answer to ``to`` as a scalar of Triton does. The kernels
and what calls them stay as they are.
"""

import importlib
import sys

from of_triton import choose


class Variable(int):
    """A loop's, as a kernel knows it."""

    def to(self, dtype):
        """Of another type, and the same number."""
        return self


def variables(*ends):
    """``range``, in a kernel."""
    return map(Variable, range(*ends))


def operation(name):
    """Its module of fla.ops; every module of kernels that came with it has ``variables`` for ``range``."""
    choose()
    found = importlib.import_module(f"fla.ops.{name}")
    for other, module in list(sys.modules.items()):
        if other.startswith("fla.ops."):
            vars(module)["range"] = variables
    return found
