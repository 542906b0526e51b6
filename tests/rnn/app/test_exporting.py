"""A model for other programs: what it computes there, how it is to be read, and what is refused."""

import json
from importlib.util import find_spec

import numpy as np
import pytest

from rnn.app import exporting
from rnn.app.forecaster import from_stored, read_model
from rnn.app.smoothing import Smoothing
from rnn.app.transformation import Transformation
from rnn.storage import save
from tests.rnn.app.called import refused, said

needs_onnx = pytest.mark.skipif(find_spec("onnxruntime") is None, reason="needs the extra dev")


@needs_onnx
def test_a_series_is_forecast_elsewhere(capsys, model, tmp_path):
    """From the file alone: its metadata say how values become inputs, and what outputs are added to."""
    import onnxruntime

    stored = read_model(model)
    net, params, arrays, about = stored
    adding = params._replace(V=params.V + 0.3)
    save(tmp_path / "m", net, adding, arrays=arrays, about={**about, "adds": True})
    shown = said(capsys, "export", tmp_path / "m", "--out", tmp_path / "o", "--json", tmp_path / "e.json")
    columns = net.cell.inputs
    assert f"xs (N, T, {columns}) to outputs (N, T, {columns}), float32" in shown
    assert "outputs: what is added to the linear parts, in units of what they leave" in shown
    forecaster = from_stored(read_model(tmp_path / "m"))
    session = onnxruntime.InferenceSession(tmp_path / "o" / "model.onnx")
    kept = json.loads(session.get_modelmeta().custom_metadata_map["verified-rnn"])
    result = json.loads((tmp_path / "e.json").read_text())
    assert result == {"inputs": columns, "outputs": columns, "states": [], **kept}
    windows, transformations = [], []
    for view in kept["views"]:
        transformations.append(Transformation(view["logs"], tuple(view["lags"])))
        seen = (transformations[-1].forward(forecaster.recent) - view["mean"]) / view["scale"]
        windows.append(seen[-12:])
    xs = np.stack(windows, axis=-1)[np.newaxis]
    added = session.run(None, {"xs": xs.astype(np.float32)})[0][0, -1]
    ahead = []
    for view, transformation, window, one in zip(kept["views"], transformations, windows, added, strict=True):
        constant, *weights = view["linear"]
        scaled = constant + window[12 - len(weights) :] @ np.array(weights) + view["left"] * one
        value = np.array([[view["mean"] + view["scale"] * scaled]])
        ahead.append(transformation.back(value, forecaster.recent[np.newaxis])[0, 0])
    wanted = forecaster.forecast(forecaster.held_out, 1)["the model"][0]
    for weights in kept["others"].values():
        known = forecaster.recent[np.newaxis, -kept["context"] :]
        ahead.append(Smoothing(**weights)(known, 1)[0, 0])
    assert list(kept["others"]) == ["exponential smoothing"]
    assert "the forecast is the mean of these and of exponential smoothing" in shown
    assert np.mean(ahead) == pytest.approx(wanted, rel=1e-5)


@needs_onnx
def test_inputs_are_reported(capsys, of_inputs, tmp_path):
    """Each view's columns lie side by side; weights, means and scales are in the metadata."""
    shown = said(capsys, "export", of_inputs, "--out", tmp_path, "--json", tmp_path / "e.json")
    kept, views = json.loads((tmp_path / "e.json").read_text()), from_stored(read_model(of_inputs)).views
    assert kept["inputs"] == 3 * len(views)
    for place, (view, each) in enumerate(zip(views, kept["views"], strict=True)):
        assert f"column {3 * place} of xs: " in shown
        assert list(each["inputs"].values()) == view.beside.tolist()
    assert "after each of these columns: the inputs of the next step" in shown


@needs_onnx
def test_changes_and_texts_are_reported(capsys, changes, model, written, tmp_path):
    """What stands for a value, and the alphabet; and that a network adds nothing."""
    shown = said(capsys, "export", changes)
    assert "column 0 of xs: changes over 1 step, less" in shown
    assert "linear" not in shown
    assert (changes / "model.onnx").exists()
    assert not from_stored(read_model(model)).adds
    assert "the network adds nothing to the forecast" in said(capsys, "export", model, "--out", tmp_path)
    out = ("--out", tmp_path, "--json", tmp_path / "e.json")
    assert "the place of a character" in said(capsys, "export", written, *out)
    assert json.loads((tmp_path / "e.json").read_text())["alphabet"] == " .acehmnost"


@needs_onnx
def test_states_go_in_and_out(capsys, levels, tmp_path):
    """Of the graph; which arrays they are is reported."""
    import onnxruntime

    shown = said(capsys, "export", levels, "--states", "--out", tmp_path, "--json", tmp_path / "e.json")
    assert "states: h0 go in, zeros at first, and h come out for the next call" in shown
    assert json.loads((tmp_path / "e.json").read_text())["states"] == ["h"]
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    assert [each.name for each in session.get_inputs()] == ["xs", "h0"]


def test_without_the_extra_it_is_named(capsys, model, monkeypatch):
    """One line."""
    monkeypatch.setattr(exporting, "find_spec", lambda name: None)
    said = "onnx is missing; the extra 'onnx' brings it: pip install 'verified-rnn[onnx]'"
    assert refused(capsys, "export", model) == said
