"""What the times were taken on: the processor, the libraries and their versions, the BLAS and its threads."""

import os
import platform
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARIES = ("numpy", "numba", "autograd", "torch", "jax", "jaxlib", "verified-rnn")


def cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine() -> dict[str, Any]:
    """The processor and the system."""
    return {
        "processor": _processor(),
        "cores": cores(),
        "architecture": platform.machine(),
        "system": platform.platform(),
    }


def versions() -> dict[str, str]:
    """Python and every library that takes part, as far as they are installed."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def blas() -> list[dict[str, Any]]:
    """Each pool of threads behind a product of NumPy's in this process; to be called in a child process."""
    import numpy as np

    threadpool_info = import_module("threadpoolctl").threadpool_info
    np.ones((2, 2)).dot(np.ones((2, 2)))
    keys = ("user_api", "internal_api", "version", "num_threads", "architecture", "threading_layer")
    return [{key: pool[key] for key in keys if key in pool} for pool in threadpool_info()]


def _processor() -> str:
    """The processor's name from the system, or else what Python knows."""
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
