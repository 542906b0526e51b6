"""``python -m benchmarks.evidence`` as a process."""

import os

from tests.programs import python

WITHOUT = """
import importlib.util, runpy, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "mpmath" else found(name, *rest)
sys.modules["mpmath"] = None
runpy.run_module("benchmarks.evidence", run_name="__main__", alter_sys=True)
"""


def test_a_missing_library_is_named_with_its_extra(tmp_path):
    """One line, exit code 2, and nothing is made."""
    ended = python("-c", WITHOUT, folder=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    needed = "the extra 'bench' brings it: pip install 'verified-rnn[bench]'"
    assert ended.stderr == f"python -m benchmarks.evidence: mpmath is missing; {needed}\n"
    assert os.listdir(tmp_path) == []
