"""``python -m benchmarks.evidence`` as a process."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

WITHOUT = """
import importlib.util, runpy, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "mpmath" else found(name, *rest)
sys.modules["mpmath"] = None
runpy.run_module("benchmarks.evidence", run_name="__main__", alter_sys=True)
"""


def test_a_missing_library_is_named_with_its_extra(tmp_path):
    """One line, exit code 2, and nothing is made."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    call = [sys.executable, "-c", WITHOUT]
    ended = subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    needed = "the extra 'bench' brings it: pip install 'verified-rnn[bench]'"
    assert ended.stderr == f"python -m benchmarks.evidence: mpmath is missing; {needed}\n"
    assert os.listdir(tmp_path) == []
