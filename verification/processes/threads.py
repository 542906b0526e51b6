"""The threads of BLAS in a process that judges: one, for as many such processes as cores are at work."""

import os

from threadpoolctl import threadpool_limits

# The environment variables from which OpenBLAS, MKL, Accelerate and OpenMP read their number of threads.
SETTINGS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "OMP_NUM_THREADS")


def limit_threads() -> None:
    """One thread for each BLAS that is loaded; who has set a number in the environment keeps it.

    With two, each waits on a processor that the other process needs: a verdict took 1.6 times as long.
    """
    if not any(map(os.environ.get, SETTINGS)):
        threadpool_limits(1, user_api="blas")
