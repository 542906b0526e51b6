"""``python -m rnn`` as a process: its exit codes, and a missing library by the name of its extra."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def ended(*call):
    """The exit code, standard output and standard error of a call of Python."""
    done = subprocess.run([sys.executable, *call], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_what_is_asked_wrongly_is_2():
    """One line."""
    assert ended("-m", "rnn", "dance") == (2, "", ended("-m", "rnn", "dance")[2])
    assert ended("-m", "rnn", "dance")[2].startswith(
        "python -m rnn: argument COMMAND: invalid choice: 'dance'"
    )


def test_help_is_0():
    """And names each command."""
    code, out, err = ended("-m", "rnn", "--help")
    assert (code, err) == (0, "")
    for command in ("train", "forecast", "predict", "evaluate", "inspect", "generate", "export"):
        assert command in out


@pytest.mark.parametrize(
    ("library", "extra"), [("safetensors", "storage"), ("matplotlib", "plots"), ("platformdirs", "app")]
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
