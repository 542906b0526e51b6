"""How loops are compiled and kept."""

import os
from pathlib import Path

import pytest

from rnn.compiled.options import compiled
from tests.programs import ROOT, python

PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, str(Path.cwd()))
import numpy as np
import copied.kernels as kernels
import numba
from rnn.common.compiling import on_compiling
notices = []
with on_compiling(lambda: notices.append(1)):
    numba.njit(lambda: 1)()
    assert notices == []
    print(kernels.total(np.ones(3)), sum(kernels.total.stats.cache_hits.values()), len(notices))
    kernels.total(np.ones(3, np.float32))
    assert notices == [1] * len(notices)
"""

SOURCE = ROOT / "rnn" / "compiled" / "options.py"


def answer(folder):
    """What the program prints in a process of its own."""
    run = python("-c", PROGRAM, folder=folder)
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


@pytest.mark.slow
def test_a_loop_is_kept_until_anything_it_may_call_changes(tmp_path):
    """A second process finds it on disk; a change of the file beside it compiles it anew, which is notices.

    Once, and not of a function of somebody else.
    """
    package = tmp_path / "copied"
    package.mkdir()
    (package / "options.py").write_text(SOURCE.read_text("utf-8"), "utf-8")
    (package / "__init__.py").write_text("", "utf-8")
    (package / "scale.py").write_text(
        "from copied.options import compiled\n@compiled\ndef scale(x):\n    return 2 * x\n", "utf-8"
    )
    (package / "kernels.py").write_text(
        "from copied.options import compiled\nfrom copied.scale import scale\n"
        "@compiled\ndef total(a):\n    return scale(a.sum())\n",
        "utf-8",
    )
    past = 1_000_000_000
    for source in package.glob("*.py"):
        os.utime(source, (past, past))
    assert answer(tmp_path) == ["6.0", "0", "1"]
    assert answer(tmp_path) == ["6.0", "1", "0"]
    (package / "scale.py").write_text(
        "from copied.options import compiled\n@compiled\ndef scale(x):\n    return 5 * x\n", "utf-8"
    )
    assert answer(tmp_path) == ["15.0", "0", "1"]


def double(x):
    """What is compiled here."""
    return 2 * x


def test_what_is_older_than_the_sources_is_removed():
    """An index of a loop that was kept before the sources last changed; a newer one stays."""
    folder = Path(compiled(double).stats.cache_path)
    folder.mkdir(exist_ok=True)
    old, new = folder / "old.nbi", folder / "new.nbi"
    for path, seconds in ((old, 1), (new, 4e9)):
        path.touch()
        os.utime(path, (seconds, seconds))
    compiled(double)
    assert [path.exists() for path in (old, new)] == [False, True]
    new.unlink()
