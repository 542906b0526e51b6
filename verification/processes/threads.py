"""The threads of BLAS in a process that judges: one, for as many such processes as cores are at work."""

import os

from threadpoolctl import ThreadpoolController

# The environment variables from which OpenBLAS, MKL, Accelerate and OpenMP read their number of threads.
SETTINGS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "OMP_NUM_THREADS")


def limit_threads(loaded: ThreadpoolController) -> None:
    """One thread for each BLAS that is loaded, unless the environment sets a number.

    With two, each waits on a processor that the other process needs: a verdict took 1.6 times as long.
    ``loaded`` was found before a fork: to look for libraries takes the loader's lock, which a fork inherits
    locked from a thread that loads one.
    """
    if not any(map(os.environ.get, SETTINGS)):
        loaded.limit(limits=1, user_api="blas")
