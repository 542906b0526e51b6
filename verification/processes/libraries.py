"""Libraries that differentiate, called by an engine: right, and not what its author says to have derived.

Python tells of each call that is made (``sys.setprofile``), of compiled functions as well. That takes
several times as long as the calls, so they are watched once in a run.
"""

import sys
from types import FrameType, TracebackType
from typing import Any

# By the names of their packages; the last is this project's own, whose models know their gradients.
DIFFERENTIATE = (
    *("autograd", "torch", "jax", "tensorflow", "mxnet", "tinygrad", "pytensor", "casadi", "numdifftools"),
    "verification",
)


class Libraries:
    """Notes which of those are called in every ``with`` block; ``found``: their names.

    What runs an engine is no module of its process (``verification.processes.hosts``), so it is none of them.
    """

    def __init__(self) -> None:
        self.found: list[str] = []

    def __enter__(self) -> None:
        self._before = sys.getprofile()
        sys.setprofile(self._see)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.setprofile(self._before)

    def _see(self, frame: FrameType, event: str, argument: Any) -> None:
        if event not in ("call", "c_call"):
            return
        if event == "call":
            if frame.f_globals is globals():
                return
            name = frame.f_globals.get("__name__")
            there = sys.modules.get(name) if isinstance(name, str) else None
            if there is None or vars(there) is not frame.f_globals:
                return
        else:
            name = getattr(argument, "__module__", None)
        package = name.partition(".")[0] if isinstance(name, str) else ""
        if package in DIFFERENTIATE and package not in self.found:
            self.found.append(package)
