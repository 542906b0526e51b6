"""Whatever the commands are given, they answer: a result, or one line and exit code 2, and nothing is lost.

A hundred of each kind are drawn here; RNN_HOSTILE=10000 draws so many.
"""

import os
import signal
from contextlib import chdir, contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnn.app.commands import main
from rnn.app.folder import NAMES

DRAWN = settings(
    max_examples=int(os.environ.get("RNN_HOSTILE", "100")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

# Seconds after which a command hangs: a thousand times what each of these takes.
HANGS = 60


@contextmanager
def ends():
    """What is done in it comes to an end."""

    def hangs(number, frame):
        raise AssertionError(f"more than {HANGS} s")

    before = signal.signal(signal.SIGALRM, hangs)
    signal.alarm(HANGS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def answer(capsys, *argv):
    """The exit code of a command, which is 0, or 2 with one line that says why."""
    with ends():
        try:
            code = main([str(each) for each in argv])
        except SystemExit as left:
            code = left.code
    _, err = capsys.readouterr()
    assert code in (0, 2)
    if code == 2:
        *before, line = err.splitlines()
        assert line.startswith("python -m rnn")
        assert "Traceback" not in err
        assert all(" left: " in each for each in before)
    return code


# Cells that a table may hold: numbers, what is taken for none, and what would be a formula elsewhere.
CELLS = st.sampled_from(
    [
        *("1", "2.5", "-3e2", "", "NA", "x", "=1+1", "@SUM(A1)", "1e999", "nan", "inf", "1_000", "1,5"),
        *("2020-01-01", "2020-01-02", "2020-01-04", "2019-12-31", "2020-13-01", "0001-01-01", "9999-12-31"),
        *('"', '"a\nb"', "\ufeff", "\0", "\r", "\ud800", "é", "٣", "9" * 400, "-" * 50),
    ]
)
LINE = st.lists(CELLS, min_size=1, max_size=3).map(",".join)
TABLE = st.tuples(
    st.sampled_from(["day,v", "v", "v,day", "day,v,v", "", "a,b", "﻿day,v", '"day","v"']),
    st.lists(LINE, max_size=30),
    st.sampled_from(["\n", "\r\n", "\r"]),
).map(lambda table: table[2].join([table[0], *table[1]]).encode("utf-8", "surrogatepass"))


@pytest.mark.slow
@DRAWN
@given(content=st.one_of(TABLE, st.binary(max_size=200)), date=st.booleans(), fill=st.booleans())
def test_any_table_is_answered(tmp_path_factory, capsys, content, date, fill):
    """A model, or what is wrong with it; the table is as it was, and nothing half made is left."""
    folder = tmp_path_factory.mktemp("t")
    (folder / "t.csv").write_bytes(content)
    flags = ["--data", folder / "t.csv", "--column", "v", "--length", 2, "--epochs", 1, "--units", 1]
    flags += ["--date", "day"] * date + ["--fill"] * fill
    code = answer(capsys, "train", "--out", folder / "m", *flags)
    assert (folder / "t.csv").read_bytes() == content
    assert (folder / "m").exists() == (code == 0)
    if code == 0:
        answer(capsys, "forecast", folder / "m", "--steps", 2)
        written = (folder / "m" / "forecast.csv").read_text()
        assert not any(cell.startswith(("=", "@", "+")) for cell in written.replace("\n", ",").split(","))


# What may stand on a command line: commands, flags, values right and wrong, and what belongs nowhere.
OF_MODELS = ("forecast", "predict", "evaluate", "inspect", "generate")
COMMANDS = st.sampled_from(["train", *OF_MODELS, "export"])
ALL_FLAGS = """
--out --data --text --column --date --json --resume --fill --changes --units --length --truncation
--rate --clip --batch --seed --steps --season --separator --date-format --unit --prompt --temperature
--n-iter-no-change --help --optimiser --checkpoint-every --cell --activation --loss --no-verify --colour
--decimal --schedule --warmup --tol --weight-decay
"""
SOME_VALUES = """
{out} {model} {file} {folder} /dev/null/x - v month sales % %Q %Y-%m 1 2 0 -1 1e400 nan ² , ; window:2
window:-1 chunked:0 tail:1 adam sgd relu identity vanilla squared_error:every softmax_cross_entropy
"""
FLAGS = st.sampled_from(ALL_FLAGS.split())
VALUES = st.sampled_from([*SOME_VALUES.split(), "9" * 5000, "", "\0", "\ud800", "é\n", "x" * 5000])
FREE = st.lists(st.one_of(COMMANDS, FLAGS, VALUES), max_size=8)
RIGHT = {
    "train": ("--data", "{file}", "--column", "sales", "--out", "{out}"),
    **dict.fromkeys((*OF_MODELS, "export"), ("{model}", "--out", "{out}")),
}
FORMED = st.tuples(COMMANDS, st.lists(st.tuples(FLAGS, VALUES), max_size=4)).map(
    lambda line: [line[0], *RIGHT[line[0]], *(word for pair in line[1] for word in pair)]
)

# So that none of them takes long.
SHORT = ("--epochs", "1")


@pytest.mark.slow
@DRAWN
@given(words=st.one_of(FREE, FORMED))
def test_any_command_line_is_answered(tmp_path_factory, capsys, model, sales, words):
    """By a result or a line; what was there before is still there, byte for byte."""
    folder = tmp_path_factory.mktemp("c")
    places = {"{out}": folder / "m", "{model}": model / NAMES[2], "{file}": sales, "{folder}": folder}
    kept = {path: path.read_bytes() for path in (sales, *(model / name for name in NAMES))}
    argv = [str(places.get(word, word)) for word in words]
    with chdir(folder):
        answer(capsys, *argv, *(SHORT if argv[:1] == ["train"] and "--resume" not in argv else ()))
    assert {path: path.read_bytes() for path in kept} == kept


@st.composite
def damages(draw):
    """A way to change the bytes of a file: cut it, flip bits, write over them, put something before."""
    kind = draw(st.sampled_from(["cut", "flip", "over", "length", "before"]))
    place, data = draw(st.floats(0, 1)), draw(st.binary(min_size=1, max_size=16))

    def damage(content):
        at = int(place * (len(content) - 1))
        changed = bytearray(content)
        if kind == "cut":
            return content[:at]
        if kind == "flip":
            changed[at] ^= 1 << data[0] % 8
        elif kind == "over":
            changed[at : at + len(data)] = data
        elif kind == "length":
            changed[:8] = data[:8].ljust(8, b"\xff")
        else:
            return data + content
        return bytes(changed)

    return damage


@DRAWN
@given(damage=damages(), command=st.sampled_from(OF_MODELS))
def test_any_model_is_answered(tmp_path_factory, capsys, model, damage, command):
    """A file that is not what it was is refused, and stays as it is."""
    content = (model / NAMES[2]).read_bytes()
    changed = damage(content)
    path = tmp_path_factory.mktemp("m") / "m.safetensors"
    path.write_bytes(changed)
    assert answer(capsys, command, path) == 2 or changed == content
    assert path.read_bytes() == changed
