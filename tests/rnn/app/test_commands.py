"""The commands, from their arguments to their files: what is said, drawn and written, and what is refused."""

import json
import sys

import numpy as np
import pytest

from rnn.app import commands
from rnn.app.commands import main
from rnn.app.folder import NAMES
from rnn.storage import load
from tests.quick import first_quick
from tests.rnn.app.called import SMALL, refused, said


def test_a_training_leaves_a_model_a_picture_and_figures(tmp_path, capsys):
    """All that the folder is for; the figures stand beside baselines, as text and as JSON."""
    out = tmp_path / "new" / "m"
    flags = ("--units", 4, "--epochs", 3, "--json", tmp_path / "r.json")
    shown = said(capsys, "train", "--out", out, *flags)
    assert "RMSE one step ahead, on the last 60 values" in shown
    assert {path.name for path in out.iterdir()} == {*NAMES, ".lock"}
    result = json.loads((tmp_path / "r.json").read_text())
    assert set(result["rmse"]) == {
        "the model",
        "the last value",
        "the season before",
        "linear autoregression",
        "exponential smoothing",
    }
    networks = result["training"]["networks"]
    assert [each["epochs_done"] for each in networks] == [3] * len(result["views"])
    assert [len(each["train"]) for each in networks] == [4] * len(result["views"])
    which = "" if len(networks) == 1 else f"network 1 of {len(networks)}: "
    assert f"{which}epoch 3 of 3, mean loss " in shown
    assert set(result["comparison"]) == {"beaten", "ties", "better", "origins"}


def test_a_used_folder_is_refused_and_left_alone(capsys, model):
    """Whoever means to go on says so."""
    before = {path: path.read_bytes() for path in model.iterdir()}
    assert "needed a new folder, or --resume" in refused(capsys, "train", "--out", model)
    assert {path: path.read_bytes() for path in model.iterdir()} == before


def test_going_on_from_the_end_changes_nothing(capsys, model):
    """Not a byte of the model."""
    before = (model / "model.safetensors").read_bytes()
    said(capsys, "train", "--out", model, "--resume")
    assert (model / "model.safetensors").read_bytes() == before


def test_a_loss_that_would_see_the_future_is_refused(capsys, tmp_path):
    """By what would: each step of a window, and each character of a text; before anything is made."""
    (tmp_path / "t").write_text("the cat sat on the mat. " * 20)
    both = ("train", "--out", tmp_path / "m", "--no-verify", "--bidirectional")
    assert refused(capsys, *both, "--loss", "squared_error:every").startswith(
        "--bidirectional: with --loss squared_error:every, needed a loss on the last step alone: at others it"
    )
    assert refused(capsys, *both, "--text", tmp_path / "t").startswith(
        "--bidirectional: with a text, needed a series: of a text each character is foretold from those"
    )
    assert not (tmp_path / "m").exists()


def test_json_alone_goes_to_standard_output(capsys, model, tmp_path):
    """The text then goes to standard error."""
    main(["predict", str(model), "--out", str(tmp_path), "--json", "-"])
    out, err = capsys.readouterr()
    assert set(json.loads(out)["rmse"]) >= {"the model", "the last value"}
    assert "RMSE one step ahead" in err


def test_a_text_that_is_no_utf8_is_refused(capsys, tmp_path):
    """With the place of the byte; nothing is made."""
    (tmp_path / "t.txt").write_bytes(b"abc\xff")
    shown = refused(capsys, "train", "--out", tmp_path / "m", "--text", tmp_path / "t.txt")
    assert "t.txt: byte 3 is no UTF-8" in shown
    assert not (tmp_path / "m").exists()


def test_nothing_that_is_read_or_kept_is_written_over(capsys, model, sales, tmp_path):
    """Neither the model, nor the data, nor what a training needs to go on."""
    kept = {path: path.read_bytes() for path in (sales, *model.iterdir())}
    data = ("--data", sales, "--column", "sales")
    wanted = "is read or kept, needed another place for the result"
    for path in (model / "model.safetensors", model / "run.json", model / "checkpoint.safetensors"):
        for given in (model, model / "model.safetensors"):
            assert wanted in refused(capsys, "inspect", given, "--out", tmp_path, "--json", path)
    assert wanted in refused(capsys, "predict", model, *data, "--out", tmp_path, "--json", model / "run.json")
    shown = refused(capsys, "predict", model, "--out", tmp_path, "--json", sales)
    assert shown.endswith("sales.csv: is there, needed a new file, or one named .json")
    (tmp_path / "forecast.csv").write_bytes(sales.read_bytes())
    values = ("--data", tmp_path / "forecast.csv")
    assert wanted in refused(capsys, "forecast", model, *values, "--out", tmp_path)
    assert (tmp_path / "forecast.csv").read_bytes() == sales.read_bytes()
    assert {path: path.read_bytes() for path in kept} == kept


def test_what_has_no_end_is_refused(capsys, tmp_path):
    """By its kind, as data, as a text and as a model; nothing is made."""
    given = "zero"
    wanted = f"/dev/{given}: a device, which may have no end, needed a file or a pipe"
    for flags in (("--data", f"/dev/{given}", "--column", "v"), ("--text", f"/dev/{given}")):
        assert refused(capsys, "train", "--out", tmp_path / "m", *flags) == wanted
    for command in ("forecast", "predict", "evaluate", "inspect", "export"):
        assert refused(capsys, command, f"/dev/{given}", "--out", tmp_path / "m") == wanted
    assert refused(capsys, "generate", f"/dev/{given}") == wanted
    assert list(tmp_path.iterdir()) == []


@first_quick(
    ("sizes", "activation", "changes"),
    [
        ((1e160, -1e160), "tanh", ()),
        ((1e250, 1e300, -1e300), "identity", ("--changes",)),
    ],
)
def test_held_out_values_of_any_size_cost_no_model(capsys, tmp_path, sizes, activation, changes):
    """What a float holds is a figure, what it does not is null; every command reads the model, and draws."""
    values = [*np.sin(np.arange(60.0)), *sizes]
    (tmp_path / "t.csv").write_text("\n".join(["v", *map(repr, map(float, values))]))
    flags = ("--data", tmp_path / "t.csv", "--column", "v", *SMALL)
    flags = (*flags, "--activation", activation, *changes, "--json", tmp_path / "r.json")
    said(capsys, "train", "--out", tmp_path / "m", *flags)
    figures = json.loads((tmp_path / "r.json").read_text())["rmse"]
    assert load(tmp_path / "m" / NAMES[2]).about["figures"]["rmse"] == figures
    truth = np.array(values[-9:])
    before = np.array(values[-10:-1])
    with np.errstate(over="ignore"):
        scale = np.abs(truth - before).max()
    wanted = scale * np.sqrt(np.mean(((truth - before) / scale) ** 2))
    assert figures["the last value"] == pytest.approx(wanted, rel=1e-12)
    for command in ("inspect", "predict", "evaluate", "forecast"):
        more = ("--steps", 2) if command in ("evaluate", "forecast") else ()
        said(capsys, command, tmp_path / "m", *more)


def test_a_series_may_end_in_the_last_years(capsys, tmp_path):
    """Where dates cannot be drawn steps are, and the table has the dates."""
    lines = ["year,v", *(f"{9940 + n},{v}" for n, v in enumerate(np.sin(np.arange(60.0)).tolist()))]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    flags = ("--data", tmp_path / "t.csv", "--column", "v", "--date", "year")
    said(capsys, "train", "--out", tmp_path / "m", *flags, *SMALL)
    said(capsys, "predict", tmp_path / "m")
    said(capsys, "forecast", tmp_path / "m", "--steps", 4)
    steps = [line.partition(",")[0] for line in (tmp_path / "m" / "forecast.csv").read_text().splitlines()]
    assert steps == ["step", *(str(10_000 + n) for n in range(4))]


@pytest.mark.parametrize("command", ["forecast", "inspect", "generate"])
def test_what_is_no_model_is_refused(capsys, tmp_path, command):
    """A file of something else, or none; nothing is made."""
    path = tmp_path / "m"
    said = f"{path}: No such file or directory, needed a file that can be read"
    assert refused(capsys, command, path) == said
    path.write_bytes(b"no model")
    assert refused(capsys, command, path).startswith(f"{path}: 8 bytes, needed")
    assert [each.name for each in tmp_path.iterdir()] == ["m"]


def test_a_place_that_cannot_be_is_refused_first(capsys, tmp_path):
    """A file where the folder should be; the JSON where the model goes."""
    (tmp_path / "file").touch()
    assert "file" in refused(capsys, "train", "--out", tmp_path / "file")
    there = tmp_path / "m"
    shown = refused(capsys, "train", "--out", there, "--json", there / "run.json")
    assert "run.json goes there, needed another file" in shown
    assert not there.exists()


@pytest.mark.parametrize("terminal", [True, False])
def test_compiling_is_announced_over_the_line_of_the_progress(capsys, monkeypatch, terminal):
    """Which stands in a terminal alone; a text has a line of its own in either."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    commands._notice_of_compiling("forecast")
    said = capsys.readouterr().err
    assert said.startswith("\r ") == terminal
    wanted = "python -m rnn forecast: compiling the loops of this cell, once, which takes some seconds; "
    assert said.rpartition("\r")[2] == f"{wanted}they are kept on disk\n"
