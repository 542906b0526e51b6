"""``python -m verification``, on few cases and for one epoch: what it prints, writes and returns."""

import errno
import json
import os
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from verification import __main__ as command
from verification import mutants, shrinking, sine, suite
from verification.engine import manual
from verification.mutants import CATALOGUE, EQUIVALENT, specimen
from verification.properties import PROPERTIES
from verification.scalars import ScalarRow
from verification.suite import PROFILES, Profile, verify

SCALAR = ScalarRow("tanh", np.dtype(float), "bend", 9, 1.0, 1.0, 1e-16, 0.5, 1e-16)

A_SURVIVOR = {"total": 1, "killed": 0, "survivors": ["one"], "equivalent": 0, "accused": []}

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch, tmp_path):
    """Few cases of two properties, few attempts to shrink, two mutants, a small network, one epoch."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(PROFILES, "quick", Profile("quick", cases=100, exact_cases=1, faults=2))
    monkeypatch.setattr(
        mutants, "run", partial(mutants.run, mutants=CATALOGUE[:2], equivalents=EQUIVALENT[:1])
    )
    monkeypatch.setattr(command, "scalar_rows", lambda: [SCALAR])
    monkeypatch.setattr(specimen, "examine", partial(specimen.examine, units=4, length=10))
    some = [check for check in PROPERTIES if check.name in ("forward", "lags")]
    monkeypatch.setattr(command, "WITH_OWN_POLICIES", some)
    monkeypatch.setattr(suite, "smallest", partial(shrinking.smallest, tried=30))
    # The contract is about more cases than these.
    monkeypatch.setattr(suite, "LEAST", 0)
    monkeypatch.setattr(sine, "UNITS", 8)
    for name in ("ARTICLE", "LONG"):
        monkeypatch.setattr(command, name, replace(getattr(command, name), epochs=1))


def doubles_c(problem):
    """An engine whose gradient of c is twice what it should be."""
    answer = manual(problem)
    return replace(answer, c=2 * answer.c)


def no_training(*args):
    """Stands for the training where there must be none."""
    pytest.fail("trained with gradients that do not hold")


def test_a_verified_run(tmp_path, capsys):
    """It prints the table and the verdict, trains, draws the picture, writes the JSON, and returns 0."""
    out, path = tmp_path / "deep" / "report", tmp_path / "out.json"
    assert command.main(["--seed", "0", "--out", str(out), "--json", str(path)]) == 0
    told = capsys.readouterr()
    for words in (
        "lags W",
        "Mutants: 2 of 2",
        "published rule",
        "autograd.test_util",
        "verified:",
        "The gradients hold",
        "RMSE",
        f"Drawn: {out / 'sine.png'}",
    ):
        assert words in told.out
    assert "100 of 100" in told.err
    assert "REFUTED" not in told.out
    assert (out / "sine.png").read_bytes().startswith(PNG)
    result = json.loads(path.read_text("utf-8"))
    assert (result["verdict"], result["seed"], result["profile"]) == ("verified", 0, "quick")
    assert (result["mutants"]["killed"], result["mutants"]["equivalent"]) == (2, 1)
    assert result["specimen"]["verdict"] == "refuted"
    assert result["detection"]["cases"] == 2
    assert {oracle["name"]: oracle["asked"] for oracle in result["oracles"]}["50 digits"] == 9
    assert result["sine"]["epochs"] == result["sine_in_the_articles_budget"]["epochs"] == 1
    assert sorted(os.listdir(tmp_path)) == ["deep", "out.json"]


def test_a_refuted_run(tmp_path, capsys, monkeypatch):
    """It prints the example and the diagnosis, draws where the fault is, trains nothing, and returns 1."""
    monkeypatch.setattr(command, "train_on_sine", no_training)
    path = tmp_path / "out.json"
    assert command.main(["--json", str(path)], doubles_c) == 1
    told = capsys.readouterr().out
    assert "REFUTED" in told
    assert "refuted: 100 cases" in told
    assert "Refuted: lags c" in told
    assert "c is wrong for every loss: the readout is at fault" in told
    assert "No training" in told
    _, _, rest = told.partition("The smallest example:\n\n")
    program, end, _ = rest.partition("\n)\n")
    namespace = {}
    exec(program + end, namespace)
    problem = namespace["problem"]
    assert problem.params["c"].size == 1
    assert abs(doubles_c(problem).c) > abs(manual(problem).c)
    result = json.loads(path.read_text("utf-8"))
    assert result["verdict"] == "refuted"
    assert result["sine"] is None
    assert (tmp_path / "verification-report" / "diagnosis.png").read_bytes().startswith(PNG)
    assert not (tmp_path / "verification-report" / "sine.png").exists()


@pytest.mark.parametrize(
    ("what", "changed", "verdict"),
    [
        ("scalar_rows", lambda: [replace(SCALAR, slope=99.0)], "refuted"),
        ("believed", lambda told, profile: replace(told, mutants=A_SURVIVOR), "not exercised"),
    ],
)
def test_what_cannot_be_believed_is_not_trained_with(tmp_path, monkeypatch, what, changed, verdict):
    """A wrong slope of tanh refutes, and a mutant that lives leaves nothing shown; 1 is returned."""
    monkeypatch.setattr(command, "train_on_sine", no_training)
    monkeypatch.setattr(command, what, changed)
    path = tmp_path / "out.json"
    assert command.main(["--json", str(path)]) == 1
    assert json.loads(path.read_text("utf-8"))["verdict"] == verdict


def test_a_run_that_shows_nothing(capsys, monkeypatch):
    """One case is not evidence: neither pass nor fail, no training, and 1 is returned."""
    monkeypatch.setattr(command, "train_on_sine", no_training)
    monkeypatch.setitem(PROFILES, "quick", Profile("quick", cases=1, exact_cases=1, faults=1))
    assert command.main([]) == 1
    told = capsys.readouterr().out
    assert "not exercised: 1 cases" in told
    assert "Not exercised, which is neither pass nor fail" in told


def test_the_seed_and_the_profile_reach_the_run(tmp_path, monkeypatch):
    """What is asked for is what verify is called with; the engine is this project's own by default."""
    asked = []

    def verifies(engine, profile, **keywords):
        asked.append((engine, profile, keywords["seed"]))
        return replace(verify(engine, profile, properties=[PROPERTIES[0]]), seed=keywords["seed"])

    small = Profile("thorough", cases=1, exact_cases=1, faults=1)
    monkeypatch.setitem(PROFILES, "thorough", small)
    monkeypatch.setattr(command, "verify", verifies)
    command.main(["--profile", "thorough", "--seed", "42"])
    assert asked == [(manual, small, 42)]


def test_the_training_follows_the_seed(monkeypatch):
    """Both recipes are trained from the run's own seed, and what the second gives is drawn."""
    asked, drawn = [], []

    def trains(recipe, seed, *rest):
        asked.append((recipe, seed))
        return sine.train_on_sine(recipe, seed, *rest)

    verified = verify(manual, PROFILES["quick"], properties=[PROPERTIES[0]])
    monkeypatch.setattr(command, "verify", lambda *args, **keywords: verified)
    monkeypatch.setattr(command, "train_on_sine", trains)
    monkeypatch.setattr(command.report, "draw_sine", lambda path, found: drawn.append(found.recipe))
    assert command.main(["--seed", "5"]) == 0
    assert asked == [(command.ARTICLE, 5), (command.LONG, 5)]
    assert drawn == [command.LONG]


MISUSES = {
    "an unknown profile": (["--profile", "hasty"], "hasty"),
    "a negative seed": (["--seed", "-1"], "-1"),
    "a seed that is no number": (["--seed", "x"], "'x', needed an integer of at least 0"),
    "a seed with a fraction": (["--seed", "1.5"], "'1.5', needed an integer of at least 0"),
    "an unknown option": (["--fast"], "--fast"),
    "a file for a folder": (["--out", "file.txt"], "file.txt: File exists, needed a place to write to"),
    "a folder below a file": (
        ["--out", "file.txt/out"],
        "file.txt/out: Not a directory, needed a place to write to",
    ),
    "a folder for the picture": (
        ["--out", "taken"],
        "taken/sine.png: Is a directory, needed a place to write to",
    ),
    "a folder for a file": (["--json", "folder"], "folder: Is a directory, needed a place to write to"),
    "a missing folder": (
        ["--json", "missing/out.json"],
        "missing/out.json: No such file or directory, needed a place to write to",
    ),
}


@pytest.mark.parametrize("name", MISUSES)
def test_misuse_is_one_line_and_nothing_is_done(tmp_path, capsys, monkeypatch, name):
    """Exit code 2, the value that was given in one line on standard error, and not a case is run."""
    (tmp_path / "file.txt").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "taken" / "sine.png").mkdir(parents=True)
    monkeypatch.setattr(command, "verify", no_training)
    argv, words = MISUSES[name]
    with pytest.raises(SystemExit) as left:
        command.main(argv)
    told = capsys.readouterr()
    assert left.value.code == 2
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert told.err.startswith("python -m verification: ")
    assert words in told.err


def test_a_place_that_may_not_be_written_is_refused_first(capsys, monkeypatch):
    """Permission denied, as any other error of the system, is one line before any work."""

    def denied(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(command, "refuse_unwritable", denied)
    monkeypatch.setattr(command, "verify", no_training)
    with pytest.raises(SystemExit) as left:
        command.main([])
    assert left.value.code == 2
    assert "sine.png: Permission denied" in capsys.readouterr().err


@pytest.mark.parametrize("total", [1, 99, 100, 1500, 1700])
def test_progress_is_told_a_few_times_and_at_the_end(capsys, total):
    """Elsewhere than in a terminal: a few lines of their own, the last when all is done."""
    for step in (100, 1):
        show = command.progress()
        for done in [*range(step, total, step), total]:
            show(done, total)
        lines = capsys.readouterr().err.splitlines()
        assert lines[-1].startswith(f"{total} of {total}")
        assert len(lines) <= 4


def test_progress_overwrites_itself_in_a_terminal(capsys, monkeypatch):
    """One line, which ends when the cases do."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    show = command.progress()
    for done in (100, 200):
        show(done, 200)
    told = capsys.readouterr().err
    before, first, last = told.split("\r")
    assert before == ""
    assert first.startswith("100 of 200")
    assert last.startswith("200 of 200")
    assert told.count("\n") == last.endswith("\n") == 1


def test_epochs_are_told_ever_more_rarely(capsys):
    """Every fifth up to 25, then every 25th."""
    told = []
    for epoch in range(76):
        command.show_epoch(epoch, 1.0, 2.0)
        seen = capsys.readouterr()
        if seen.out or seen.err:
            told.append(epoch)
    assert told == [0, 5, 10, 15, 20, 25, 50, 75]


def test_the_default_is_this_projects_own_run():
    """Without an option: the quick profile, seed 0, pictures in verification-report, no JSON."""
    options = command.arguments([])
    assert (options.profile, options.seed, options.json) == ("quick", 0, None)
    assert str(options.out) == "verification-report"
