"""The commands, from their arguments to their files: what is said, drawn and written, and what is refused."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from rnn.app.commands import main
from rnn.app.folder import NAMES
from rnn.storage import load, save


def said(capsys, *argv):
    """What a command says on standard output."""
    assert main([str(each) for each in argv]) == 0
    return capsys.readouterr().out


def refused(capsys, *argv):
    """The one line of a refusal."""
    with pytest.raises(SystemExit) as left:
        main([str(each) for each in argv])
    assert left.value.code == 2
    *_, line = capsys.readouterr().err.splitlines()
    return line.partition(": ")[2]


def rows(path):
    """A CSV file as a list of dicts."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_training_leaves_a_model_a_picture_and_figures(tmp_path, capsys):
    """All that the folder is for; the figures stand beside baselines, as text and as JSON."""
    out = tmp_path / "new" / "m"
    flags = ("--units", 4, "--epochs", 3, "--json", tmp_path / "r.json")
    shown = said(capsys, "train", "--out", out, *flags)
    assert "RMSE one step ahead, on the last 60 values" in shown
    assert {path.name for path in out.iterdir()} == {*NAMES, ".lock"}
    result = json.loads((tmp_path / "r.json").read_text())
    assert set(result["rmse"]) == {
        "the network",
        "the last value",
        "the season before",
        "linear autoregression",
    }
    assert result["training"]["epochs_done"] == 3
    assert len(result["training"]["train"]) == 4


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


def test_there_has_to_be_something_to_go_on_with(capsys, tmp_path):
    """A folder that is not there, or holds no run."""
    assert "No such file" in refused(capsys, "train", "--out", tmp_path, "--resume")
    (tmp_path / "run.json").write_text("{}")
    assert "run.json: needed what train wrote" in refused(capsys, "train", "--out", tmp_path, "--resume")


def test_a_forecast_has_dates_and_an_interval(capsys, model, tmp_path):
    """As text, as CSV, as a picture; beyond what held-out errors say there is none."""
    out = tmp_path / "f"
    shown = said(capsys, "forecast", model, "--steps", 20, "--out", out, "--json", tmp_path / "f.json")
    assert "sales ($), 20 steps ahead" in shown
    found = rows(out / "forecast.csv")
    assert [row["step"] for row in found[:2]] == ["2020-01-01", "2020-02-01"]
    assert float(found[0]["low"]) < float(found[0]["forecast"]) < float(found[0]["high"])
    assert found[-1]["low"] == found[-1]["high"] == ""
    assert "there are too few of later ones" in shown
    result = json.loads((tmp_path / "f.json").read_text())
    assert result["high"][-1] is None
    assert set(result["baselines"]) == {"the last value", "the season before", "linear autoregression"}
    assert (out / "forecast.png").stat().st_size > 10_000


def test_a_long_forecast_is_cut_in_the_text_alone(capsys, changes, tmp_path):
    """Its file holds every step; without dates they have numbers."""
    shown = said(capsys, "forecast", changes / "model.safetensors", "--steps", 50, "--out", tmp_path)
    assert "… and 11 more in forecast.csv" in shown
    found = rows(tmp_path / "forecast.csv")
    assert [row["step"] for row in found] == [str(number) for number in range(120, 170)]


def test_a_forecast_goes_on_from_newer_values(capsys, model, tmp_path):
    """From the end of the file, by its dates; it is read as the first one was."""
    months = [f"{2018 + m // 12}-{m % 12 + 1:02},{100 + m}" for m in range(40)]
    (tmp_path / "newer.csv").write_text("\n".join(["month,sales", *months]))
    said(capsys, "forecast", model, "--data", tmp_path / "newer.csv", "--steps", 2, "--out", tmp_path)
    assert [row["step"] for row in rows(tmp_path / "forecast.csv")] == ["2021-05-01", "2021-06-01"]


def test_files_go_beside_the_model(capsys, model):
    """Unless another folder is named."""
    said(capsys, "forecast", model, "--steps", 1)
    said(capsys, "predict", model / "model.safetensors")
    assert {"forecast.csv", "forecast.png", "predictions.csv"} <= {path.name for path in model.iterdir()}


def test_predictions_stand_beside_the_values(capsys, model, sales, tmp_path):
    """Those of a file from the first that has a context on."""
    shown = said(capsys, "predict", model, "--data", sales, "--out", tmp_path)
    found = rows(tmp_path / "predictions.csv")
    assert "sales: RMSE one step ahead, 108 values" in shown
    assert (found[0]["step"], len(found)) == ("2011-01-01", 108)
    error = np.array([float(row["predicted"]) - float(row["value"]) for row in found])
    assert f"{np.sqrt(np.mean(error**2)):.4g} $" in shown


def test_an_evaluation_has_an_error_for_each_step(capsys, model, tmp_path):
    """Of the network and its baselines, from every origin; more steps than values are refused."""
    shown = said(capsys, "evaluate", model, "--steps", 6, "--out", tmp_path, "--json", tmp_path / "e.json")
    assert "RMSE over 1 to 6 steps ahead, from 13 origins" in shown
    found = rows(tmp_path / "errors.csv")
    assert [row["steps ahead"] for row in found] == list("123456")
    result = json.loads((tmp_path / "e.json").read_text())
    assert result["rmse by step"]["the last value"] == [float(row["the last value"]) for row in found]
    assert refused(capsys, "evaluate", model, "--steps", 19).startswith("--steps: 19, needed at most 18")


def test_a_model_is_inspected(capsys, model, tmp_path):
    """What it is, how it was trained, and that its truncation cuts a loss off."""
    shown = said(capsys, "inspect", model, "--out", tmp_path, "--json", tmp_path / "i.json")
    assert "Vanilla: 1 inputs, 4 units by tanh, 1 outputs, squared_error" in shown
    assert "29 parameters: U [4, 1], W [4, 4], b [4], V [1, 4], c [1]" in shown
    assert "3 epochs" in shown
    result = json.loads((tmp_path / "i.json").read_text())
    assert result["reach as trained"][4:] == [0] * 8
    assert all(result["reach"])


def test_text_is_written_and_inspected(capsys, written, tmp_path):
    """From a prompt, or from the end of its own text."""
    shown = said(
        capsys, "generate", written, "--prompt", "the ", "--steps", 30, "--json", tmp_path / "g.json"
    )
    assert shown.startswith("the ")
    assert len(shown.splitlines()[0]) == 34
    assert len(json.loads((tmp_path / "g.json").read_text())["text"]) == 30
    assert said(capsys, "generate", written, "--steps", 30)
    assert "one_hot_cross_entropy" in said(capsys, "inspect", written, "--out", tmp_path)
    assert "'ü': no character of the text" in refused(capsys, "generate", written, "--prompt", "ü")


def test_json_alone_goes_to_standard_output(capsys, model, tmp_path):
    """The text then goes to standard error."""
    main(["predict", str(model), "--out", str(tmp_path), "--json", "-"])
    out, err = capsys.readouterr()
    assert set(json.loads(out)["rmse"]) >= {"the network", "the last value"}
    assert "RMSE one step ahead" in err


@pytest.mark.parametrize("command", ["forecast", "predict", "evaluate", "inspect", "generate"])
def test_what_is_no_model_is_refused(capsys, tmp_path, command):
    """A file of something else, or none; nothing is made."""
    path = tmp_path / "m"
    assert "No such file or directory" in refused(capsys, command, path)
    path.write_bytes(b"no model")
    assert refused(capsys, command, path).startswith(f"{path}: 8 bytes, needed")
    assert [each.name for each in tmp_path.iterdir()] == ["m"]


def test_a_model_of_something_else_is_refused(capsys, model, written, tmp_path):
    """By what it is a model of; by what it lacks."""
    assert "a model of 'text', needed one of a series" in refused(capsys, "forecast", written)
    assert "no model of a text" in refused(capsys, "generate", model)
    stored = load(model / "model.safetensors")
    save(tmp_path / "bare", stored.net, stored.params)
    assert refused(capsys, "inspect", tmp_path / "bare").startswith(f"{tmp_path / 'bare'}: ")


def test_a_text_that_is_no_utf8_is_refused(capsys, tmp_path):
    """With the place of the byte; nothing is made."""
    (tmp_path / "t.txt").write_bytes(b"abc\xff")
    shown = refused(capsys, "train", "--out", tmp_path / "m", "--text", tmp_path / "t.txt")
    assert "t.txt: byte 3 is no UTF-8" in shown
    assert not (tmp_path / "m").exists()


def test_what_was_filled_in_is_told(capsys, tmp_path):
    """In the first line."""
    lines = ["v", *(f"{v:.3f}" for v in np.sin(np.arange(100.0)))]
    lines[7] = ""
    (tmp_path / "t.csv").write_text("\n".join(lines))
    flags = ("--data", tmp_path / "t.csv", "--column", "v", "--length", 5, "--epochs", 1, "--units", 2)
    assert "no value on line 8; --fill" in refused(capsys, "train", "--out", tmp_path / "m", *flags)
    assert not (tmp_path / "m").exists()
    shown = said(capsys, "train", "--out", tmp_path / "m", *flags, "--fill")
    assert shown.startswith(
        "v: 100 values, 1 of them filled in\n70 are learnt from, 15 choose the epoch, 15 judge"
    )


def test_a_place_that_cannot_be_is_refused_first(capsys, tmp_path):
    """A file where the folder should be; the JSON where the model goes."""
    (tmp_path / "file").touch()
    assert "file" in refused(capsys, "train", "--out", tmp_path / "file")
    there = Path(tmp_path / "m")
    shown = refused(capsys, "train", "--out", there, "--json", there / "run.json")
    assert "run.json goes there, needed another file" in shown
    assert not there.exists()
