"""A function of ``benchmarks``, called in a fresh interpreter that starts with a given number of threads.

Most libraries read the number of threads once, when they are imported, and the memory that a process has once
had stays its own; so whatever depends on either runs in a process of its own. Arguments and results travel as
JSON, on standard input and output; what the child says goes to this process's standard error.

Where the system can, the child is kept on as many processors as it has threads. A library that hands its
work to a thread of its own and waits for it, as JAX does, would else pay for waking another processor, and be
timed at up to twice what it takes on one.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

from rnn.console.streams import lenient
from verification.processes.signals import held_back

ROOT = Path(__file__).parents[1]


class Failed(Exception):
    """A child ended without a result."""


def call(function: str, threads: int, /, **arguments: Any) -> Any:
    """What ``benchmarks.module.function(**arguments)`` returns. Raises ``Failed`` if the child fails."""
    with ExitStack() as ending:
        # Nobody would know of one that was started just before an interruption.
        with held_back(signal.SIGINT):
            child = ending.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "benchmarks.fresh", function, str(threads)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env=environment(threads),
                    text=True,
                )
            )
            # One that has ended is left alone.
            ending.callback(child.kill)
        result, _ = child.communicate(json.dumps(arguments))
    if child.returncode != 0:
        raise Failed(f"benchmarks.{function} ended with exit code {child.returncode}")
    return json.loads(result)


def environment(threads: int) -> dict[str, str]:
    """This process's environment with the number of threads set for every library, before it is imported."""
    path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    # JAX: the pool that runs a compiled program, and whether one operation may use several of its threads.
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen={str(threads > 1).lower()}"
    jax = {"NPROC": str(threads), "XLA_FLAGS": flags.strip(), "JAX_PLATFORMS": "cpu"}
    own = {"PYTHONPATH": os.pathsep.join(path), **dict.fromkeys(names, str(threads)), **jax}
    return {**os.environ, **own}


def keep_to(processors: int) -> None:
    """Run on so many of the processors that this process may use: the last, as systems favour the first."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-processors:])


def main() -> None:
    """The child: results go to the real standard output, and a stray print to standard error."""
    keep_to(int(sys.argv[2]))
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    module, function = sys.argv[1].split(".")
    with lenient():
        result = getattr(import_module(f"benchmarks.{module}"), function)(**json.load(sys.stdin))
    json.dump(result, out, allow_nan=False)
    out.close()


if __name__ == "__main__":
    main()
