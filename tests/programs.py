"""Printed programs, run as the files that they are."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


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
