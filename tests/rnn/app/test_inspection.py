"""What a model is, how far back a loss reaches in it, and what it writes."""

import json

from rnn.storage import load, save
from tests.rnn.app.called import refused, said
from tests.rnn.app.test_pictures import seen


def test_a_model_is_inspected(capsys, levels, tmp_path):
    """What it is, how it was trained, and that its truncation cuts a loss off."""
    shown = said(capsys, "inspect", levels, "--out", tmp_path, "--json", tmp_path / "i.json")
    assert "Vanilla: 1 input, 4 units by tanh, 1 output, squared_error" in shown
    assert "29 parameters: U [4, 1], W [4, 4], b [4], V [1, 4], c [1]" in shown
    assert "3 epochs, kept: epoch" in shown
    assert "The model is the network alone, on values.\n" in shown
    assert "RMSE one step ahead, on the last 18 values\n  the model " in shown
    assert "linear autoregression" in shown
    assert "{" not in shown
    result = json.loads((tmp_path / "i.json").read_text())
    assert result["reach as trained"][4:] == [0] * 8
    assert all(result["reach"])
    assert result["training"]["networks"][0]["epochs_done"] == 3


def test_a_network_that_adds_nothing_is_no_part_of_what_is_inspected(capsys, model, tmp_path):
    """What forecasts stands first, with how far back that looks; of the network that is not said."""
    net, params, arrays, about = load(model / "model.safetensors")
    for adds in (True, False):
        save(tmp_path / "m", net, params, arrays=arrays, about=about | {"adds": adds})
        shown = said(capsys, "inspect", tmp_path / "m", "--out", tmp_path, "--json", tmp_path / "i.json")
        result = json.loads((tmp_path / "i.json").read_text())
        assert (result["influence"][0] > 0, "reach" in result) == (True, adds)
        assert ("A loss reaches " in shown) == adds
        assert "\nA forecast looks " in shown
        heading = "The network:" if adds else "The network that was trained, and is no part of the forecasts:"
        assert shown.index("linear autoregression of ") < shown.index(f"\n{heading}\nVanilla: ")
        height = seen(tmp_path / "reach.png")[0]
        assert height == (816 if adds else 408)


def test_a_training_of_older_versions_is_inspected(capsys, levels, tmp_path):
    """Which was of one network, and whose recipe had no form."""
    stored = load(levels / "model.safetensors")
    (network,) = stored.about["training"]["networks"]
    training = {**stored.about["training"], **network, "changes": False}
    del training["networks"], training["form"]
    old = {**stored.about, "training": training}
    save(tmp_path / "m", stored.net, stored.params, arrays=stored.arrays, about=old)
    shown = said(capsys, "inspect", tmp_path / "m")
    assert f"3 epochs, kept: epoch {network['best_epoch']}" in shown
    assert ", changes no, " in shown


def test_text_is_written_and_inspected(capsys, written, tmp_path):
    """From a prompt, or from the end of its own text."""
    shown = said(
        capsys, "generate", written, "--prompt", "the ", "--steps", 30, "--json", tmp_path / "g.json"
    )
    assert shown.startswith("the ")
    assert len(shown.splitlines()[0]) == 34
    assert len(json.loads((tmp_path / "g.json").read_text())["text"]) == 30
    assert said(capsys, "generate", written, "--steps", 30)
    shown = said(capsys, "inspect", written, "--out", tmp_path)
    assert "softmax_cross_entropy" in shown
    assert "Bits a character, on the last 96 characters\n  the network " in shown
    assert "'ü': no character of the text" in refused(capsys, "generate", written, "--prompt", "ü")


def test_a_model_of_something_else_is_refused(capsys, model, written, tmp_path):
    """By what it is a model of; by what it lacks."""
    assert "a model of 'text', needed one of a series" in refused(capsys, "forecast", written)
    assert "no model of a text" in refused(capsys, "generate", model)
    stored = load(model / "model.safetensors")
    save(tmp_path / "bare", stored.net, stored.params)
    for command in ("inspect", "export"):
        assert refused(capsys, command, tmp_path / "bare").startswith(f"{tmp_path / 'bare'}: ")


def test_a_model_of_both_directions_is_inspected(capsys, tmp_path):
    """Learnt in several forms, whose networks become one; it forecasts and is exported as any."""
    few = ("--units", "3", "--length", "6", "--epochs", "2", "--no-verify", "--bidirectional")
    said(capsys, "train", "--out", tmp_path / "m", *few, "--num-layers", 2)
    path = tmp_path / "m" / "model.safetensors"
    shown = said(capsys, "inspect", path, "--out", tmp_path)
    assert "Vanilla in both directions on 2 levels: " in shown
    assert "bidirectional yes" in shown
    said(capsys, "forecast", path, "--steps", "3", "--out", tmp_path)
    said(capsys, "export", path, "--out", tmp_path)
    line = refused(capsys, "export", path, "--states", "--out", tmp_path / "o")
    no_states = "states: True, needed False with a cell that reads from the last step on"
    assert line.endswith(f"model.safetensors: {no_states}")
    assert not (tmp_path / "o").exists()
