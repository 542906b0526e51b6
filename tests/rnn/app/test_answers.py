"""What a model of a series answers, as text, JSON, CSV and picture."""

import csv
import json

import numpy as np

from rnn import RNN, Vanilla, identity
from rnn.app.commands import main
from rnn.storage import load, save
from tests.rnn.app.called import BASELINES, refused, said


def rows(path):
    """A CSV file as a list of dicts."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_forecast_has_dates_and_an_interval(capsys, model, tmp_path):
    """As text, as CSV, as a picture: to its end, and with the coverage where it was measured."""
    out = tmp_path / "f"
    shown = said(capsys, "forecast", model, "--steps", 20, "--out", out, "--json", tmp_path / "f.json")
    assert "sales ($), 20 steps ahead" in shown
    found = rows(out / "forecast.csv")
    assert [row["step"] for row in found[:2]] == ["2020-01", "2020-02"]
    assert float(found[0]["low"]) < float(found[0]["forecast"]) < float(found[0]["high"])
    assert float(found[-1]["low"]) < float(found[-1]["forecast"]) < float(found[-1]["high"])
    assert "\nIntervals: 90 %, by errors on held-out values that were known before.\nThey held " in shown
    assert "of the last 18 values up to 9 steps ahead (" in shown
    result = json.loads((tmp_path / "f.json").read_text())
    assert (result["level"], result["high"][-1]) == (0.9, float(found[-1]["high"]))
    covered = [*result["coverage"]["by step"]]
    assert [row["coverage of 90 %"] for row in found[:9]] == [str(each) for each in covered[:9]]
    assert covered[9:] == [None] * 11
    assert found[9]["coverage of 90 %"] == ""
    baselines = [*result["baselines"]]
    assert baselines == BASELINES
    comparison = result["comparison"]
    found = {
        name: word
        for kind, word in (("beaten", "beaten"), ("ties", "a tie"), ("better", "better"))
        for name in comparison[kind]
    }
    assert sorted(found) == sorted(baselines)
    named = [f"{name} ({found[name]})" for name in baselines]
    assert list(rows(out / "forecast.csv")[0]) == [
        *("step", "forecast", "low", "high", "coverage of 90 %"),
        *named,
    ]
    assert "\nOne step ahead, on held-out values:\nThe model " in shown
    assert "18 forecasts are few to tell by." in shown
    assert all((out / name).stat().st_size > 10_000 for name in ("forecast.png", "coverage.png"))


def test_inputs_are_known_as_far_as_the_file_says(capsys, of_inputs, stall, tmp_path):
    """Further ahead is refused in a line, as it is where a newer file has no values ahead."""
    said(capsys, "forecast", of_inputs, "--steps", 6, "--out", tmp_path)
    ahead = [float(row["forecast"]) for row in rows(tmp_path / "forecast.csv")]
    line = refused(capsys, "forecast", of_inputs, "--steps", 7)
    assert line == (
        "--steps: 7, needed at most 6: 'price' is known ahead, and 6 of its values follow the last of 'sold'"
    )
    lines = stall.read_text().splitlines()
    (tmp_path / "ended.csv").write_text("\n".join(lines[:-6]))
    line = refused(capsys, "forecast", of_inputs, "--data", tmp_path / "ended.csv", "--steps", 1)
    assert line.startswith("--steps: 1, needed at most 0: 'price' is known ahead")
    cheaper = [line.replace(",,3.0,", ",,2.0,") for line in lines]
    (tmp_path / "cheap.csv").write_text("\n".join(cheaper))
    said(capsys, "forecast", of_inputs, "--data", tmp_path / "cheap.csv", "--steps", 6, "--out", tmp_path)
    more = np.array([float(row["forecast"]) for row in rows(tmp_path / "forecast.csv")]) - ahead
    changed = np.array([",,3.0," in line for line in lines[-6:]])
    assert 0 < changed.sum() < 6
    assert (more[changed] > 5).all()
    assert (abs(more[~changed]) < 3).all()


def test_inputs_make_errors_less(capsys, of_inputs, tmp_path):
    """Far less than those of baselines, which see none, where they make up most of the values."""
    said(capsys, "evaluate", of_inputs, "--steps", 1, "--out", tmp_path, "--json", tmp_path / "e.json")
    found = json.loads((tmp_path / "e.json").read_text())["rmse"]
    assert found["the model"] < 0.3 * found["linear autoregression"]


def test_an_interval_has_the_level_asked_for(capsys, model, tmp_path):
    """A larger one is wider; one that is no share is refused."""
    wide = {}
    for level in ("0.5", "0.99"):
        said(capsys, "forecast", model, "--level", level, "--out", tmp_path)
        wide[level] = [float(row["high"]) - float(row["low"]) for row in rows(tmp_path / "forecast.csv")]
    assert all(one < other for one, other in zip(*wide.values(), strict=True))
    for level in ("0", "1", "90", "nan", "much"):
        line = refused(capsys, "forecast", model, "--level", level)
        assert f"{level!r}, needed a number of at least 0.01 and at most 0.999" in line


def test_a_long_forecast_is_cut_in_the_text_alone(capsys, changes, tmp_path):
    """Its file holds every step; without dates they have numbers."""
    shown = said(capsys, "forecast", changes / "model.safetensors", "--steps", 50, "--out", tmp_path)
    assert "… and 11 more in forecast.csv" in shown
    found = rows(tmp_path / "forecast.csv")
    assert [row["step"] for row in found] == [str(number) for number in range(120, 170)]


def test_a_forecast_goes_on_from_newer_values(capsys, model, tmp_path):
    """From the end of the file, by its own dates; it is read as the first one was."""
    months = [f"{2018 + m // 12}-{m % 12 + 1:02},{100 + m}" for m in range(60)]
    (tmp_path / "newer.csv").write_text("\n".join(["month,sales", *months]))
    said(capsys, "forecast", model, "--data", tmp_path / "newer.csv", "--steps", 2, "--out", tmp_path)
    assert [row["step"] for row in rows(tmp_path / "forecast.csv")] == ["2023-01", "2023-02"]
    yearly = [f"{1900 + year},{100 + year}" for year in range(60)]
    (tmp_path / "yearly.csv").write_text("\n".join(["month,sales", *yearly]))
    said(capsys, "forecast", model, "--data", tmp_path / "yearly.csv", "--steps", 2, "--out", tmp_path)
    assert [row["step"] for row in rows(tmp_path / "forecast.csv")] == ["1960", "1961"]


def test_predictions_stand_beside_the_values(capsys, model, sales, tmp_path):
    """Those of a file from the first that has a context on."""
    shown = said(capsys, "predict", model, "--data", sales, "--out", tmp_path)
    found = rows(tmp_path / "predictions.csv")
    assert "sales (of a file that it may have learnt from): RMSE one step ahead, 72 values" in shown
    assert (found[0]["step"], len(found)) == ("2014-01", 72)
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


def test_a_forecast_that_grows_without_end_has_failed(capsys, levels, tmp_path):
    """The network's own numbers become too large: one line, exit code 3, and nothing is written."""
    net, params, arrays, about = load(levels / "model.safetensors")
    net = RNN(Vanilla(1, 4, identity), 1)
    params = params._replace(U=params.U + 3, V=params.V + 3)
    save(tmp_path / "m", net, params, arrays=arrays, about=about)
    assert main(["forecast", str(tmp_path / "m"), "--steps", "3000", "--out", str(tmp_path / "f")]) == 3
    *_, line = capsys.readouterr().err.splitlines()
    assert line.startswith("python -m rnn forecast: outputs: ")
    assert not (tmp_path / "f").exists()
