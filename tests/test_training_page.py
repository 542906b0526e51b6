"""docs/judge/training.md: a training that is watched, and the command's verdict on its calls."""

import os
import shutil

import pytest

from tests.examples import of_kind
from tests.examples import run as run_program
from tests.test_judge_command import judge

TILED, TRAIN = of_kind("training", "python")[:2]
RIGHT, WRONG = of_kind("training", "text")
# How long it took to meet the sample is another time's.
VARIES = ("met: ", "Written: ")


def trained(folder, text):
    """A folder with the layer, and the calls of its training."""
    (folder / "tiled.py").write_text(text, "utf-8")
    shutil.rmtree(folder / "calls", ignore_errors=True)
    done = run_program(folder, "train.py", TRAIN)
    assert (done.stdout, done.stderr) == ("", "")


def said(text):
    """The lines that are the same each time."""
    return [line for line in text.splitlines() if not line.startswith(VARIES)]


@pytest.mark.slow
def test_a_right_training_is_verified_and_the_bug_refuted(tmp_path):
    """By the calls alone: the sample does not meet it."""
    trained(tmp_path, TILED)
    code, out, _ = judge(tmp_path, "tiled.py:net", "--calls", "calls")
    assert (code, said(out)) == (0, said(RIGHT))
    (diff,) = of_kind("training", "diff")
    line, wrong = (each[1:] for each in diff.splitlines())
    assert TILED.count(line) == 1
    trained(tmp_path, TILED.replace(line, wrong))
    code, out, _ = judge(tmp_path, "tiled.py:net", "--calls", "calls")
    assert (code, {*said(WRONG)} - {*said(out)}) == (1, set())
    code, out, _ = judge(tmp_path, "tiled.py:net")
    assert (code, out.splitlines()[0]) == (0, "verified")


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["no", "empty", "broken"])
def test_a_folder_without_calls_is_an_error_of_one_line(tmp_path, folder):
    """And exit code 2, with nothing made."""
    (tmp_path / "tiled.py").write_text(TILED, "utf-8")
    for name in ("empty", "broken"):
        (tmp_path / name).mkdir()
    (tmp_path / "broken" / "call-1.npz").write_bytes(b"PK")
    code, out, err = judge(tmp_path, "tiled.py:net", "--calls", folder)
    assert (code, out) == (2, "")
    assert folder in err.splitlines()[-1]
    assert "Traceback" not in err
    assert {*os.listdir(tmp_path)} - {"__pycache__"} == {"tiled.py", "empty", "broken"}
