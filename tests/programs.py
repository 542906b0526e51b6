"""Programs, run as the files that they are: printed ones, and those that need an interpreter of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


# What a machine that is slow or busy adds to what was not checked.
FEWER_CALLS = re.compile(r", more than [\d,]+ of 20,000 calls in a row")


def python(*call, folder=None, **environment):
    """A call of Python that finds this project, to its end; how many calls in a row it made is left out."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", **environment}
    done = subprocess.run(
        [sys.executable, *map(str, call)], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    done.stdout = FEWER_CALLS.sub("", done.stdout)
    return done


def failure(folder, code, module):
    """What a program says on standard error that imports from a test's module, and fails."""
    there = f"tests.verification.adapters.{module.rpartition('.')[2]}"
    (folder / "failing.py").write_text(code.replace(module, there), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, folder / "failing.py"],
        env={"PYTHONPATH": f"{ROOT}:{':'.join(sys.path)}"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    return run.stderr
