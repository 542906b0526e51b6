"""What every command keeps to: exit codes, and one line for whatever goes wrong, in a process of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rnn.console import command_line
from rnn.console.command_line import LINE, Parser, line, require, run
from rnn.console.files import Undelivered
from rnn.console.signals import Terminated
from tests.disk import full

ROOT = Path(__file__).parents[3]

POSIX = pytest.mark.skipif(os.name != "posix", reason="the system has no such signals")


def raises(error):
    """A main that does."""

    def main():
        raise error

    return main


def outcome(capsys, main):
    """The exit code, and what is said on standard error; on standard output nothing is."""
    code = run("program", main)
    out, err = capsys.readouterr()
    assert out == ""
    return code, err


@pytest.mark.parametrize(
    ("error", "ended"),
    [
        (SystemExit(None), (0, "")),
        (SystemExit(4), (4, "")),
        (SystemExit("the reason"), (3, "program: the reason\n")),
        (Undelivered("a: full", "b: full"), (3, "program: a: full\nprogram: b: full\n")),
        (KeyboardInterrupt(), (130, "program: interrupted\n")),
        pytest.param(Terminated(signal.SIGTERM), (143, "program: ended by SIGTERM\n"), marks=POSIX),
    ],
    ids=repr,
)
def test_an_end_has_its_code_and_a_line_each(capsys, error, ended):
    """A number as it is; a text is shown, and no success; what handles signals is as it was."""
    before = signal.getsignal(signal.SIGINT)
    assert outcome(capsys, raises(error)) == ended
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("error", [ValueError("of no\nuse"), MemoryError(), RecursionError("too deep")])
def test_a_breakdown_is_3_and_keeps_its_traceback(capsys, tmp_path, monkeypatch, error):
    """One line that names the error and the file in which the traceback is."""
    monkeypatch.setattr(command_line.tempfile, "tempdir", str(tmp_path))
    code, err = outcome(capsys, raises(error))
    (kept,) = tmp_path.iterdir()
    assert code == 3
    assert err.count("\n") == 1
    assert err.startswith(f"program: failed, by a fault of its own: {type(error).__name__}: ")
    assert err.endswith(f"; the traceback is in {kept}\n")
    text = kept.read_text("utf-8")
    assert text.startswith("Traceback (most recent call last):")
    assert "in main" in text


def test_a_breakdown_where_nothing_can_be_written_shows_its_traceback(capsys, monkeypatch):
    """Nothing is lost, though it takes more than a line."""
    monkeypatch.setattr(command_line.tempfile, "mkstemp", full)
    code, err = outcome(capsys, raises(ValueError("of no use")))
    assert code == 3
    assert err.startswith("Traceback (most recent call last):")
    assert err.endswith(
        "program: failed, by a fault of its own: ValueError: of no use; the traceback is above\n"
    )


SCRIPT = """
import os, sys
sys.path.insert(0, {root!r})
from rnn.console.command_line import run

def main():
    {body}
    return {code}

if __name__ == "__main__":
    sys.exit(run("program", main))
"""


def script(body, code=0):
    """A program that does this."""
    return [sys.executable, "-c", SCRIPT.format(root=str(ROOT), body=body.strip(), code=code)]


def shell(command, redirection, **environment):
    """The command in a shell that redirects its output: exit code, standard output and error."""
    ended = subprocess.run(
        ["bash", "-c", f'set -o pipefail; "$@" {redirection}', "bash", *command],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


MANY_LINES = "[print('line', n) for n in range(100_000)]"


@POSIX
def test_a_closed_pipe_costs_nothing_but_the_text():
    """The exit code is that of the work, and one line says that there was more."""
    said = "program: standard output: Broken pipe; the rest of the text is lost\n"
    assert shell(script(MANY_LINES, 1), "| head -1") == (1, "line 0\n", said)


@POSIX
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no such device")
def test_a_full_disk_is_3():
    """Somebody wanted the text."""
    said = "program: standard output: No space left on device; the rest of the text is lost\n"
    assert shell(script(MANY_LINES), "> /dev/full") == (3, "", said)


@POSIX
@pytest.mark.parametrize(
    ("redirection", "ended"),
    [
        (">&-", (3, "", "two\nprogram: standard output: closed; the rest of the text is lost\n")),
        ("2>&-", (1, "one\n", "")),
        ("<&- >&- 2>&-", (3, "", "")),
        ("2> /dev/full", (1, "one\n", "")),
    ],
)
def test_a_closed_standard_output_is_3(redirection, ended):
    """What was to go there is lost; of other streams that is no error. What is opened is taken for none."""
    body = "print('one'); print('two', file=sys.stderr); opened = os.open('/dev/null', 0); assert opened > 2"
    assert shell(script(body, 1), redirection) == ended


@POSIX
def test_no_character_is_an_error():
    """What cannot be encoded is escaped, on both streams."""
    body, settings = "print(chr(0x2202)); print(chr(0x2202), file=sys.stderr)", {"PYTHONIOENCODING": "ascii"}
    assert shell(script(body, 1), "", **settings) == (1, "\\u2202\n", "\\u2202\n")


def test_a_line_is_a_line():
    """Short text stays as it is; what is long loses its middle, and what is no character is escaped."""
    assert line("100 % of ∂L/∂W — ½") == "100 % of ∂L/∂W — ½"
    assert line("a\r\n\t\0\x7f\x1b[2J\u2028\udcff") == r"a\r\n\t\x00\x7f\x1b[2J\u2028\udcff"
    for width in (20, 21, LINE):
        cut = line("begin" + "x" * 1_000_000 + "end", width)
        assert width - 1 <= len(cut) <= width
        assert cut.startswith("begin")
        assert cut.endswith("end")
    assert line("x" * LINE) == "x" * LINE


def test_a_missing_library_is_named_with_its_extra(capsys):
    """Exit code 2, and how to get it."""
    require("program", "extra", "os", "sys")
    with pytest.raises(SystemExit) as left:
        require("program", "extra", "os", "no_such_library")
    assert left.value.code == 2
    assert capsys.readouterr().err == (
        "program: no_such_library is missing; the extra 'extra' brings it: "
        "pip install 'verified-rnn[extra]'\n"
    )


def parser():
    """One with options of every kind, and with commands."""
    made = Parser(prog="program")
    made.add_argument("--one", type=int, default=3)
    made.add_argument("--path", "-p", type=Path)
    made.add_argument("--flag", action="store_true")
    made.add_argument("--all", action="append")
    made.add_argument("--word", choices=["a", "b"])
    made.add_subparsers(dest="command").add_parser("go").add_argument("--one", type=int)
    return made


NO_PATH = "'', needed a path"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--one", "1", "--one", "2"], "argument --one: given twice, the second time as '2', needed once"),
        (["--path", "a", "-p", "b"], "argument --path/-p: given twice, the second time as 'b'"),
        (["go", "--one", "1", "--one", "2"], "argument --one: given twice"),
        *((argv, f"argument --path/-p: {NO_PATH}\n") for argv in (["--path", ""], ["--path="], ["-p", ""])),
    ],
)
def test_a_value_is_given_once_and_a_path_is_not_empty(capsys, argv, said):
    """However it is written; which of two is meant would be a guess, and the current folder another."""
    with pytest.raises(SystemExit) as left:
        parser().parse_args(argv)
    assert left.value.code == 2
    assert capsys.readouterr().err.partition(": ")[2].startswith(said)


def test_an_option_may_be_given_again_where_it_collects():
    """Or says yes; and a parser takes one line after another."""
    made = parser()
    for _ in range(2):
        found = made.parse_args(["--one", "1", "--flag", "--flag", "--all", "a", "--all", "b", "go"])
        assert (found.one, found.flag, found.all) == (None, True, ["a", "b"])
        assert made.parse_args([]).one == 3
    assert parser().parse_args(["--path", "."]).path == Path()
