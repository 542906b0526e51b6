"""What adapters of flash-linear-attention's kernels share: they are Triton's, and its interpreter runs them.

So no graphics card is needed. Three things are set for it: of the configurations that a kernel would be timed
in the first is taken, a loop's variable answers to ``to`` as a scalar of Triton does, and no processor is
called a graphics card. Neither the kernels nor what calls them is touched.
"""

import importlib
import os
import sys
import warnings

os.environ["TRITON_INTERPRET"] = "1"

from triton.runtime import autotuner

TAKEN = autotuner.Autotuner.__init__


class Variable(int):
    """A loop's, as a kernel knows it."""

    def to(self, dtype):
        """Of another type, and the same number."""
        return self


def first_of(self, fn, names, configurations, *more, **named):
    """Timing them takes a graphics card."""
    TAKEN(self, fn, names, configurations[:1], *more, **named)


def variables(*ends):
    """``range``, in a kernel."""
    return map(Variable, range(*ends))


autotuner.Autotuner.__init__ = first_of
warnings.filterwarnings("ignore", "Triton is not supported", UserWarning)


def operation(name):
    """Its module of fla.ops; every module of kernels that came with it has ``variables`` for ``range``."""
    found = importlib.import_module(f"fla.ops.{name}")
    for other, module in list(sys.modules.items()):
        if other.startswith("fla.ops."):
            vars(module)["range"] = variables
    return found
