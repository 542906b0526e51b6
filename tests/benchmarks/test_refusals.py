"""What the commands of benchmarks/ refuse: exit code 2, one line that shows what was given, nothing made."""

from functools import partial

import pytest

from benchmarks import __main__ as timings
from benchmarks import campaign, redraw, verdict
from benchmarks.evidence.options import PROGRAM, USAGES
from benchmarks.happened import __main__ as bugs
from verification.cli import options

EVIDENCE = partial(options.arguments, usages=USAGES, program=PROGRAM)

# The command, its arguments, and what it says. There are an empty file and files of results.
REFUSED = [
    (timings.main, ["--contenders", "manual,tensorflow"], "--contenders: unknown 'tensorflow', needed one"),
    (timings.main, ["--contenders", ""], "--contenders: unknown ''"),
    (timings.main, ["--shapes", "50x1x1"], "--shapes: unknown '50x1x1', needed one of 50x1x1x16,"),
    (timings.main, ["--cells", "vanilla,rnn"], "--cells: unknown 'rnn', needed one of vanilla, lstm, gru"),
    (timings.main, ["--questions", "x" * 100_000], "x', needed one of against_autodiff,"),
    (timings.main, ["--questions", "one\ntwo"], r"unknown 'one\ntwo', needed one of"),
    (timings.main, ["--threads", "3"], "argument --threads: invalid choice"),
    (timings.main, ["--fast"], "unrecognized arguments: --fast"),
    (timings.main, ["--json"], "argument --json: expected one argument"),
    (timings.main, ["--json", "no/out.json"], "benchmarks: no/out.json: cannot write the results there"),
    (timings.main, ["--json", "."], "benchmarks: .: cannot write the results there"),
    (timings.main, ["--out", "file"], "benchmarks: file: cannot write the results there"),
    (timings.main, ["--questions", "floor", "--out", "pictures"], "--out: changes nothing here, needed"),
    (timings.main, ["--questions", "growth", "--shapes", "50x1x1x16"], "--shapes: changes nothing here"),
    (timings.main, ["--questions", "floor,growth", "--cells", "gru"], "--cells: changes nothing here"),
    (timings.main, ["--questions", "growth,memory", "--threads", "1"], "--threads: changes nothing here"),
    (timings.main, ["--questions", "article_training", "--contenders=jax"], "--contenders: changes nothing"),
    (campaign.main, ["--workers", "0"], "--workers: 0, needed 1 or more"),
    (campaign.main, ["--rounds", "few"], "invalid int value: 'few'"),
    (campaign.main, ["--json", "no/out.json"], "no/out.json: No such file or directory"),
    (verdict.main, ["--rounds", "0"], "--rounds: 0, needed 1 or more"),
    (bugs.main, ["fla-000"], "'fla-000', needed one of"),
    (bugs.main, ["fla-459", "--json", "no/out.json"], "no/out.json"),
    (redraw.main, ["none.json", "."], "results: none.json: No such file or directory"),
    (redraw.main, ["brace.json", "."], "results: brace.json: Expecting property name"),
    (redraw.main, ["list.json", "."], "results: list.json: not a file of results"),
    (redraw.main, ["short.json", "."], "results: short.json: not a file of results"),
    (redraw.main, ["number.json", "."], "results: number.json: not a file of results"),
    (redraw.main, ["rows.json", "nowhere"], "out: nowhere, needed a folder"),
    (EVIDENCE, ["judge"], "invalid choice: 'judge' (choose from"),
    (EVIDENCE, ["mutants", "--seed", "1"], "unrecognized arguments: --seed 1"),
    (EVIDENCE, ["adversary", "--planted", "-1"], "'-1', needed an integer"),
    (EVIDENCE, ["detection", "--out", "new", "--json", "new/detection.png"], "detection.png goes there"),
    (
        EVIDENCE,
        ["mutants", "--only", "dh_prev untransposed"],
        "--only 'dh_prev untransposed': no wrong engine by numpy loops, the closest is ",
    ),
]

FILES = {
    "file": "",
    "brace.json": "{",
    "list.json": "[]",
    "short.json": '{"rows": [{"question": "growth"}]}',
    "number.json": '{"rows": 3}',
    "rows.json": '{"rows": []}',
}


def only_installed(monkeypatch, *libraries):
    """As if no library but these were installed."""
    found = timings.find_spec
    for module in ("benchmarks.__main__.find_spec", "benchmarks.contenders.find_spec"):
        monkeypatch.setattr(module, lambda name: found(name) if name in libraries else None)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the command is called."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def refused(capsys, command, given):
    """The line on standard error."""
    with pytest.raises(SystemExit) as left:
        command(given)
    shown = capsys.readouterr()
    assert (left.value.code, shown.out, shown.err.count("\n")) == (2, "", 1)
    assert shown.err.startswith("python -m benchmarks")
    return shown.err


@pytest.mark.parametrize(
    ("command", "given", "said"), REFUSED, ids=[f"{i}: {said[:40]}" for i, (*_, said) in enumerate(REFUSED)]
)
def test_misuse_is_one_line_and_nothing_is_made(folder, capsys, command, given, said):
    """Before anything is timed, judged or drawn."""
    assert said in refused(capsys, command, given)
    assert {path.name for path in folder.iterdir()} == {*FILES}


@pytest.mark.parametrize(
    ("given", "library", "extra"),
    [(["--contenders", "torch"], "torch", "peers"), (["--out", "pictures"], "matplotlib", "plots")],
)
def test_a_missing_library_is_named_with_its_extra(folder, capsys, monkeypatch, given, library, extra):
    """Before anything is timed."""
    only_installed(monkeypatch, "autograd", "threadpoolctl", "numpy")
    needed = f"{library} is missing; the extra '{extra}' brings it: pip install 'verified-rnn[{extra}]'"
    assert refused(capsys, timings.main, given) == f"python -m benchmarks: {needed}\n"
