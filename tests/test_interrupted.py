"""Commands that are interrupted at work: one line, the signal's exit code, no process, no part of a file."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.living import children, descendants, gone, when

ROOT = Path(__file__).parents[1]

# A call that works for long, how many processes it has by then, and the folder that it has made.
CALLS = {
    "verification": (["verify", "--json", "out.json"], 2, "verification-report"),
    "benchmarks": (["--quick", "--questions", "article_training", "--json", "-"], 1, None),
    "benchmarks.evidence": (["article"], 2, "verification-report"),
}


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="the system does not show its processes")
@pytest.mark.parametrize(
    ("module", "number"),
    [
        ("verification", signal.SIGINT),
        ("verification", signal.SIGTERM),
        ("benchmarks", signal.SIGINT),
        ("benchmarks.evidence", signal.SIGTERM),
    ],
    ids=str,
)
def test_a_run_that_is_interrupted_leaves_one_line_and_no_process(tmp_path, module, number):
    """Ctrl-C reaches the workers as well; a service manager signals the one process."""
    argv, processes, folder = CALLS[module]
    child = subprocess.Popen(
        [sys.executable, "-m", module, *argv],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    when(lambda: len(children(child.pid)) >= processes)
    started = descendants(child.pid)
    # As a terminal does.
    (os.killpg if number == signal.SIGINT else os.kill)(child.pid, number)
    out, err = child.communicate(timeout=60)
    *shown, last = err.splitlines()
    said = "interrupted" if number == signal.SIGINT else "ended by SIGTERM"
    assert (last, child.returncode) == (f"python -m {module}: {said}", 128 + number)
    # Where JSON goes to standard output, the head of a table is on standard error, and else progress alone.
    assert folder or out == ""
    assert not [line for line in shown if "% done" not in line and (folder or "Traceback" in line)]
    assert gone(started)
    assert os.listdir(tmp_path) == ([folder] if folder else [])
    assert not folder or os.listdir(tmp_path / folder) == []
