"""A model for other programs: what it computes there, how it is to be read, and what is refused."""

import json
from importlib.util import find_spec

import numpy as np
import pytest

from rnn.app import exporting
from rnn.app.forecaster import from_stored, read_model
from rnn.storage import load, save
from tests.rnn.app.asked import refused, said

needs_onnx = pytest.mark.skipif(find_spec("onnxruntime") is None, reason="needs the extra dev")


@needs_onnx
def test_a_series_is_forecast_elsewhere(capsys, model, tmp_path):
    """From the file alone: its metadata say how values become inputs."""
    import onnxruntime

    shown = said(capsys, "export", model, "--out", tmp_path / "o", "--json", tmp_path / "e.json")
    assert "xs (N, T, 1) to outputs (N, T, 1), float32" in shown
    forecaster = from_stored(read_model(model))
    session = onnxruntime.InferenceSession(tmp_path / "o" / "model.onnx")
    kept = json.loads(session.get_modelmeta().custom_metadata_map["verified-rnn"])
    assert json.loads((tmp_path / "e.json").read_text()) == {"inputs": 1, "outputs": 1, **kept}
    values = forecaster.recent[np.newaxis, -12:, np.newaxis]
    xs = ((values - kept["mean"]) / kept["scale"]).astype(np.float32)
    ahead = session.run(None, {"xs": xs})[0][0, -1, 0] * kept["scale"] + kept["mean"]
    assert ahead == pytest.approx(forecaster.forecast(forecaster.recent, 1)["the network"][0], rel=1e-5)


@needs_onnx
def test_changes_and_texts_are_told(capsys, changes, written, tmp_path):
    """What stands for a value, and the alphabet."""
    assert "xs and outputs: changes from step to step, less" in said(capsys, "export", changes)
    assert (changes / "model.onnx").exists()
    out = ("--out", tmp_path, "--json", tmp_path / "e.json")
    assert "the place of a character" in said(capsys, "export", written, *out)
    assert json.loads((tmp_path / "e.json").read_text())["alphabet"] == " .acehmnost"


@needs_onnx
def test_what_is_no_model_of_ours_is_refused(capsys, model, tmp_path):
    """By what it lacks."""
    stored = load(model / "model.safetensors")
    save(tmp_path / "bare", stored.net, stored.params)
    assert refused(capsys, "export", tmp_path / "bare").startswith(f"{tmp_path / 'bare'}: ")


def test_without_the_extra_it_is_named(capsys, model, monkeypatch):
    """One line."""
    monkeypatch.setattr(exporting, "find_spec", lambda name: None)
    said = "onnx is missing; the extra 'onnx' brings it: pip install 'verified-rnn[onnx]'"
    assert refused(capsys, "export", model) == said
