"""``python -m benchmarks.evidence`` as a process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.living import children, gone, when

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


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="the system does not show its processes")
def test_a_run_that_is_interrupted_leaves_one_line_and_no_process(tmp_path):
    """As of ``python -m verification``; nothing is half written."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.evidence", "article"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    when(lambda: len(children(child.pid)) > 1)
    workers = children(child.pid)
    os.kill(child.pid, signal.SIGTERM)
    _, err = child.communicate(timeout=60)
    *shown, last = err.splitlines()
    assert last == "python -m benchmarks.evidence: ended by SIGTERM"
    assert [line for line in shown if "% done" not in line] == []
    assert child.returncode == 128 + signal.SIGTERM
    assert gone(workers)
    assert os.listdir(tmp_path / "verification-report") == []
