"""``python -m rnn`` as a process: its exit codes, and a missing library by the name of its extra."""

import os
import subprocess
import sys

import pytest

from tests.programs import ROOT, python


def ended(*call):
    """The exit code, standard output and standard error of a call of Python."""
    done = python(*call, folder=ROOT)
    return done.returncode, done.stdout, done.stderr


def test_misuse_is_2():
    """One line."""
    code, out, err = ended("-m", "rnn", "dance")
    assert (code, out) == (2, "")
    assert err.startswith("python -m rnn: argument COMMAND: invalid choice: 'dance'")


def test_help_is_0():
    """And names each command."""
    code, out, err = ended("-m", "rnn", "--help")
    assert (code, err) == (0, "")
    for command in ("train", "forecast", "predict", "evaluate", "inspect", "generate", "export"):
        assert command in out


@pytest.mark.parametrize(
    ("library", "extra"), [("safetensors", "storage"), ("matplotlib", "plots"), ("threadpoolctl", "app")]
)
def test_a_missing_library_is_named_with_its_extra(library, extra):
    """One line, exit code 2."""
    program = (
        "import importlib.util, sys\n"
        "found = importlib.util.find_spec\n"
        f"absent = {library!r}\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == absent else found(name, *rest)\n"
        "from rnn.__main__ import script\n"
        "sys.argv[1:] = ['train']\n"
        "sys.exit(script())\n"
    )
    code, out, err = ended("-c", program)
    assert (code, out) == (2, "")
    assert err == (
        f"python -m rnn: {library} is missing; the extra {extra!r} brings it: "
        f"pip install 'verified-rnn[{extra}]'\n"
    )


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="the system has no such shell")
def test_a_reader_that_leaves_is_no_failure(tmp_path):
    """``| head -1``: the work is done, its files are there, and one line says that there was more text."""
    train = f"{sys.executable} -m rnn train --no-verify --units 2 --length 3 --epochs 1 --out {tmp_path}/m"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {train} | head -1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert [line for line in done.stderr.splitlines() if " % done, " not in line] == [
        "python -m rnn: standard output: Broken pipe; the rest of the text is lost"
    ]
    assert (tmp_path / "m" / "training.png").exists()


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/stdin"), reason="the system has no such file")
@pytest.mark.parametrize("end", ["< {0}", "< <(cat {0})"])
def test_a_table_comes_from_standard_input(tmp_path, end):
    """From a file, and from another command."""
    (tmp_path / "t.csv").write_text("\n".join(["v", *(str(number % 7) for number in range(60))]))
    flags = "--no-verify --units 2 --length 3 --epochs 1 --data /dev/stdin --column v"
    call = f"{sys.executable} -m rnn train --out {tmp_path}/m {flags} {end.format(tmp_path / 't.csv')}"
    done = subprocess.run(["bash", "-c", call], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "v: 60 values" in done.stdout
