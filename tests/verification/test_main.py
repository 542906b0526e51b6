"""The command: verified, then trained; refuted, then not; and bad input in one line."""

import json
from dataclasses import replace

import pytest

from rnn import Window
from verification import __main__ as command
from verification.engine import manual
from verification.sine import Recipe
from verification.suite import Profile, Verification


def wrong_bias(problem):
    """An engine whose bias gradient is doubled."""
    answer = manual(problem)
    return replace(answer, b=2 * answer.b)


@pytest.fixture
def quick(monkeypatch):
    """A profile of few cases, whatever they have seen, and trainings of an epoch."""
    monkeypatch.setitem(command.PROFILES, "quick", Profile("quick", 200, 60))
    for name in ("ARTICLE", "LONG"):
        monkeypatch.setattr(command, name, Recipe(1, Window(2), batch=50))


def test_all_holds_then_trains(quick, tmp_path, capsys, monkeypatch):
    """Exit code 0, the JSON says verified, and the picture of the training is there."""
    monkeypatch.setattr(Verification, "verdict", property(lambda self: "verified"))
    json_path = tmp_path / "result.json"
    assert command.main(["--out", str(tmp_path / "out"), "--json", str(json_path)]) == 0
    assert json.loads(json_path.read_text("utf-8"))["sine"]["epochs"] == 1
    assert (tmp_path / "out" / "sine.png").exists()
    assert "The gradients hold" in capsys.readouterr().out


def test_a_wrong_engine_is_refuted_and_not_trained(quick, tmp_path, capsys, monkeypatch):
    """Exit code 1, the smallest example, the place of the fault, and no training."""
    monkeypatch.setattr(command, "train_on_sine", lambda *_: pytest.fail("trained"))
    assert command.main(["--out", str(tmp_path)], wrong_bias) == 1
    told = capsys.readouterr().out
    assert "problem = Problem(" in told
    assert "b is wrong at every lag: the accumulation is at fault" in told
    assert (tmp_path / "diagnosis.png").exists()
    assert not (tmp_path / "sine.png").exists()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--profile", "slow"], "invalid choice: 'slow'"),
        (["--seed", "-1"], "'-1', needed an integer of at least 0"),
        (["--seed", "x"], "'x', needed an integer of at least 0"),
        (["--json", "/nowhere/at/all.json"], "/nowhere/at/all.json"),
        (["--json", "/"], "/: Is a directory"),
        (["--frobnicate"], "unrecognized arguments"),
    ],
)
def test_bad_input_is_one_line(argv, said, tmp_path, capsys):
    """Exit code 2, one line on standard error that says what was given, nothing on standard output."""
    with pytest.raises(SystemExit) as stopped:
        command.main(["--out", str(tmp_path), *argv])
    out, err = capsys.readouterr()
    assert stopped.value.code == 2
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


def test_epochs_are_shown_now_and_then(capsys):
    """Every fifth epoch up to 25, then every 25th."""
    for epoch in range(101):
        command.show_epoch(epoch, 1.0, 1.0)
    shown = [int(line.split()[1]) for line in capsys.readouterr().err.splitlines()]
    assert shown == [0, 5, 10, 15, 20, 25, 50, 75, 100]
