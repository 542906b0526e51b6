"""What adapters of Triton's kernels share: its interpreter runs them, so that no graphics card is needed."""

import os
import warnings

os.environ["TRITON_INTERPRET"] = "1"

from triton.runtime import autotuner

MADE = autotuner.Autotuner.__init__


def choose(fits=lambda configuration: True):
    """Kernels that are imported from now on take their first configuration that fits.

    They would choose one by timing, which takes a graphics card.
    """

    def made(self, fn, names, configurations, *more, **named):
        MADE(self, fn, names, [each for each in configurations if fits(each)][:1], *more, **named)

    autotuner.Autotuner.__init__ = made


warnings.filterwarnings("ignore", "Triton is not supported", UserWarning)
