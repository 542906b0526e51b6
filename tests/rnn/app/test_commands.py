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
from tests.rnn.app.called import BASELINES, SMALL, refused, said


def test_a_training_leaves_a_model_a_picture_and_figures(tmp_path, capsys):
    """All that the folder is for; the figures stand beside baselines, as text and as JSON."""
    out = tmp_path / "new" / "m"
    flags = ("--units", 4, "--epochs", 3, "--json", tmp_path / "r.json")
    shown = said(capsys, "train", "--out", out, *flags)
    assert "RMSE one step ahead, on the last 60 values" in shown
    assert {path.name for path in out.iterdir()} == {*NAMES, ".lock"}
    result = json.loads((tmp_path / "r.json").read_text())
    assert set(result["rmse"]) == {"the model", *BASELINES}
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


def test_json_alone_goes_to_standard_output(capsys, model, tmp_path):
    """The text then goes to standard error."""
    main(["predict", str(model), "--out", str(tmp_path), "--json", "-"])
    out, err = capsys.readouterr()
    assert set(json.loads(out)["rmse"]) >= {"the model", "the last value"}
    assert "RMSE one step ahead" in err


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


BOTH = "train --out m --no-verify --bidirectional"
DEVICE = "/dev/zero: a device, which may have no end, needed a file or a pipe$"
READING = "forecast", "inspect"
ABSENT = "none: No such file or directory, needed a file that can be read$"

# A $ is the end of what is said.
REFUSED = [
    # What would see the future: each step of a window, and each character of a text.
    (
        f"{BOTH} --loss squared_error:every",
        "--bidirectional: with --loss squared_error:every, needed a loss on the last step alone: at others",
    ),
    (
        f"{BOTH} --text text",
        "--bidirectional: with a text, needed a series: of a text each character is foretold from those",
    ),
    ("train --out m --text latin", "latin: byte 3 is no UTF-8"),
    ("train --out text", "text: File exists, needed a place"),
    ("train --out m --json m/run.json", "m/run.json: run.json goes there, needed another file"),
    *((f"train --out m {flags}", DEVICE) for flags in ("--data /dev/zero --column v", "--text /dev/zero")),
    *((f"{command} /dev/zero --out m", DEVICE) for command in (*READING, "predict", "evaluate", "export")),
    ("generate /dev/zero", DEVICE),
    *((f"{command} none", ABSENT) for command in (*READING, "generate")),
    *((f"{command} latin", "latin: 4 bytes, needed") for command in (*READING, "generate")),
]


@pytest.mark.parametrize(("line", "said"), REFUSED)
def test_what_cannot_be_done_is_refused_and_nothing_is_made(capsys, monkeypatch, tmp_path, line, said):
    """Before any work, by what was given."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text").write_text("the cat sat on the mat. " * 20)
    (tmp_path / "latin").write_bytes(b"abc\xff")
    assert f"{refused(capsys, *line.split())}$".startswith(said)
    assert {path.name for path in tmp_path.iterdir()} == {"text", "latin"}


@first_quick(
    ("sizes", "activation", "changes"),
    [((1e160, -1e160), "tanh", ()), ((1e250, 1e300, -1e300), "identity", ("--changes",))],
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


@pytest.mark.parametrize("terminal", [True, False])
def test_compiling_is_announced_over_the_line_of_the_progress(capsys, monkeypatch, terminal):
    """Which stands in a terminal alone; a text has a line of its own in either."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    commands._notice_of_compiling("forecast")
    said = capsys.readouterr().err
    assert said.startswith("\r ") == terminal
    wanted = "python -m rnn forecast: compiling the loops of this cell, once, which takes some seconds; "
    assert said.rpartition("\r")[2] == f"{wanted}they are kept on disk\n"
