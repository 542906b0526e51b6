"""``python -m verification judge`` as a user calls it, in a folder of their own that has an rnn.py."""

import json
import os
import sys
from pathlib import Path

import pytest

from tests.programs import ROOT, python
from tests.quick import first_quick
from tests.verification.test_main import command, shell

# A layer whose cell is a neighbour's, and that neighbour has the name of our package.
THEIRS = (ROOT / "tests" / "layers" / "scan.py").read_text("utf-8")
MINE = """import rnn
from verification import Scope, layer
from verification.models import scan

scope = Scope(dtypes=("float64",), records=(1, 3), steps=(1, 4))
net = layer(rnn.forward, rnn.backward, model=scan, scope=scope)
"""


def run(folder, *call):
    """A call of Python in a folder: exit code, standard output and error."""
    done = python(*call, folder=folder)
    return done.returncode, done.stdout, done.stderr


def judge(folder, *argv):
    """The command in a folder."""
    return run(folder, "-m", "verification", "judge", *argv)


@pytest.fixture
def project(tmp_path):
    """A user's folder."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "rnn.py").write_text(THEIRS, "utf-8")
    (folder / "mine.py").write_text(MINE, "utf-8")
    return folder


@pytest.mark.slow
def test_a_right_layer_beside_an_rnn_of_its_own(project):
    """Verified, from within the folder; JSON alone on standard output, the page, and nothing else left."""
    code, out, err = judge(project, "mine.py:net", "--profile", "brief", "--json", "-", "--out", "there")
    found = json.loads(out)
    assert (code, found["verdict"]) == (0, "verified")
    assert "\nverified\nscope: float64; " in err
    assert "left: cases" in err
    assert (project / "there" / "report.html").stat().st_size < 400_000
    assert {*os.listdir(project)} - {"__pycache__"} == {"mine.py", "rnn.py", "there"}


@pytest.mark.slow
def test_a_wrong_layer_from_elsewhere(project, tmp_path):
    """Refuted; the sentence, and a program that fails as printed beside the user's files."""
    wrong = THEIRS.replace("d_x[:, t] = dh", "d_x[:, t] = -dh")
    assert wrong != THEIRS
    (project / "rnn.py").write_text(wrong, "utf-8")
    code, out, _ = judge(tmp_path, "project/mine.py:net", "--json", "out.json")
    found = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert (code, found["verdict"]) == (1, "refuted")
    assert out.startswith("refuted\nscope: float64; ")
    assert found["diagnosis"]["blocks"] == ["x"]
    assert f"diagnosis: {found['diagnosis']['sentence']}\n" in out
    (project / "example.py").write_text(found["example"], "utf-8")
    ended, _, result = run(project, "example.py")
    assert ended == 1
    assert "AssertionError" in result


@pytest.mark.slow
def test_the_same_from_a_program(project):
    """``import rnn`` is theirs before and after, the adapters ours; a function of problems as well."""
    (project / "own.py").write_text(
        MINE
        + """
from verification import Problem, Profile, manual, verify
import rnn as mine

tiny = Profile("tiny", 3, 0, strength=1)
found = verify(net, tiny)
print(found.verdict, mine is rnn, hasattr(rnn, "forward"))
some = {"functions": {"activation": ("tanh",)}, "truncations": ("Full",)}
print(verify(manual, tiny, scope=Scope(dtypes=("float64",), records=(1, 2), steps=(1, 2), **some)).cases)
""",
        "utf-8",
    )
    code, out, err = run(project, "own.py")
    assert (code, err) == (0, "")
    verdict, cases = out.splitlines()
    assert verdict.endswith("True True")
    assert int(cases) >= 3


# A library with threads is loaded, so that a host is kept from task to task.
LOADED = "import os, sys\nsys.modules['jax'] = os\n"

# What the layer holds no other process can be given.
SENT = f"""import os
{MINE}
place = os.scandir()
net = layer(rnn.forward, lambda *given: rnn.backward(*given, place), model=scan, scope=scope)
"""

# What else is misused has its rows in tests/verification/cli/test_options.py, what is wrong with a file in
# tests/verification/processes/test_loading.py, and with a folder of calls in judging/test_training.py.
MISUSES = {
    "no other process can be sent it": (["sent.py:net"], "engine: TypeError: cannot pickle"),
    "a broken file": (["broken.py:net"], "broken.py, line 1: ZeroDivisionError: division by zero"),
    "no folder of calls": (["mine.py:net", "--calls", "no"], "calls: no: no such folder, needed one"),
    "an end at import": (["ends.py:net"], "ends.py: its import ended the process with exit code 0, needed"),
    "a way out at import": (["leaves.py:net"], "leaves.py, line 1: SystemExit: 0"),
    "much memory at import": (
        ["huge.py:net"],
        "huge.py, line 2: numpy._core._exceptions._ArrayMemoryError: ",
    ),
    "an unknown flag": (["mine.py:net", "--nothing"], "unrecognized arguments: --nothing"),
}


@first_quick("name", MISUSES, 2)
def test_misuse_is_one_line(project, name):
    """Exit code 2, no traceback, and no report, but JSON; of what cannot be sent why it has to be as well."""
    (project / "broken.py").write_text("1 / 0\n", "utf-8")
    (project / "sent.py").write_text(SENT, "utf-8")
    (project / "ends.py").write_text("import os; os._exit(0)\n", "utf-8")
    (project / "leaves.py").write_text("raise SystemExit(0)\n", "utf-8")
    (project / "huge.py").write_text("import numpy as np\nnp.ones(2**40)\n", "utf-8")
    argv, words = MISUSES[name]
    code, out, err = judge(project, *argv, "--json", "-")
    assert (code, err.count("\n")) == (2, 1)
    said = json.loads(out)
    assert said == {"verdict": None, "error": said["error"]}
    assert err == f"python -m verification judge: {said['error']}\n"
    assert words in err
    assert not [*project.glob("verification-report/*")]


@pytest.mark.slow
def test_an_import_that_never_ends_is_ended(project):
    """After its time, of which a run of few seconds has less; the JSON is written in its folder."""
    (project / "loop.py").write_text("while True: pass\n", "utf-8")
    argv = ("judge", "loop.py:net", "--seconds", "1", "--out", "there", "--json", "there/out.json")
    patched = "from verification.cli import options\noptions.LEAST_IMPORT = 2.0"
    ended, out, err = shell(command(patched, *argv), "", project)
    words = "loop.py: its import had not ended after 2 s, needed a file whose import ends"
    assert (ended, out, err) == (2, "", f"python -m verification judge: {words}\n")
    assert json.loads((project / "there" / "out.json").read_text("utf-8")) == {
        "verdict": None,
        "error": words,
    }


# What a file leaves behind that ends its process, once there is a result or before.
LEFT = {
    "an exit handler": ("atexit.register(os._exit, 0)", 1),
    "a thread": ("threading.Timer(0.3, lambda: time.sleep(9) or os._exit(0)).start()", 1),
    "a thread, soon": ("threading.Timer(0.2, os._exit, (0,)).start()", 3),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LEFT)
def test_what_a_file_leaves_behind_is_no_exit_code(project, name):
    """Of a layer that is refuted; nor does the command end without a line that says so."""
    does, expected = LEFT[name]
    wrong = MINE.replace("rnn.backward", "lambda saved, *given: rnn.backward(saved, *(2 * d for d in given))")
    text = f"import atexit, os, threading, time\n{wrong}\n{does}\n"
    (project / "left.py").write_text(text, "utf-8")
    code, out, err = judge(project, "left.py:net", "--json", "-")
    assert code == expected
    if code == 3:
        assert err.splitlines()[-1].endswith("its process ended with exit code 0 before there was a result")
    else:
        assert json.loads(out)["verdict"] == "refuted"


# A right layer but for what its backward does to other processes; one left behind writes down its number, and
# ends after a minute.
CONDUCT = f"""import os, signal, sys, time
{MINE}
def send(number):
    os.kill(os.getppid(), number)

def leave():
    child = os.fork()
    if child == 0:
        os.setsid()
        if os.fork() == 0:
            with open("left", "a") as file:
                file.write(f"{{os.getpid()}}\\n")
            time.sleep(60)
        os._exit(0)
    os.waitpid(child, 0)

def backward(*given):
    CONDUCT
    return rnn.backward(*given)

net = layer(rnn.forward, backward, model=scan, scope=scope)
"""

TERM = "send(signal.SIGTERM)", "sent SIGTERM to the process that judges it, at N "
KILL = "send(signal.SIGKILL)", "ended the process that judges it with exit code -9 (SIGKILL), at N "
LEAVE = "leave()", " running in the background, at N "


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the system tells no senders, and has no subreaper")
@pytest.mark.parametrize(
    ("conduct", "words", "loaded", "by"),
    [
        (*TERM, "", "command"),
        (*KILL, "", "program"),
        (*LEAVE, "", "command"),
        (*TERM, LOADED, "program"),
        (*KILL, LOADED, "command"),
        (*LEAVE, LOADED, "program"),
    ],
    ids=["SIGTERM", "SIGKILL", "left", "SIGTERM, kept", "SIGKILL, kept", "left, kept"],
)
def test_what_a_layer_does_to_other_processes_is_refuted_by_name(project, conduct, words, loaded, by):
    """By the command or from a program, which goes on to its end; the host is kept or not. None is left."""
    (project / "conduct.py").write_text(loaded + CONDUCT.replace("CONDUCT", conduct), "utf-8")
    (project / "own.py").write_text(
        "from conduct import net\nfrom verification import verify\n"
        "found = verify(net)\nprint(found.verdict, found.diagnosis)\n",
        "utf-8",
    )
    if by == "command":
        code, out, err = judge(project, "conduct.py:net", "--json", "out.json")
        assert code == 1, err
        found = json.loads((project / "out.json").read_text("utf-8"))
        assert (found["verdict"], found["diagnosis"]["stage"]) == ("refuted", "form")
        assert words in found["diagnosis"]["sentence"]
    else:
        code, out, err = run(project, "own.py")
        assert (code, err) == (0, "")
        assert out.startswith("refuted ")
    assert words in out
    left = (project / "left").read_text("utf-8").split() if conduct == "leave()" else []
    assert left or conduct != "leave()"
    assert not [process for process in left if Path(f"/proc/{process}").exists()]
