"""What adapters of flash-linear-attention's kernels share: they are Triton's, and its interpreter runs them.

So no graphics card is needed. Two things are set for it: of the configurations among which a kernel would be
chosen by timing, the first is taken; and a loop's variable, a plain number there, answers to ``to`` as a
scalar of Triton does. The kernels and what calls them stay as they are.
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
