"""How a result is written: JSON that any reader takes, CSV that no spreadsheet computes, text in lines."""

import json
from pathlib import Path

import numpy as np

from rnn.app.outcome import in_lines, save_csv, save_json

RESULT = {"a": np.array([1.0, np.nan]), "b": [float("inf"), {"c": (1, "é")}]}


def test_json_has_null_for_what_is_not_known(tmp_path, capsys):
    """In a file, and on standard output, where every encoding has it."""
    wanted = {"a": [1.0, None], "b": [None, {"c": [1, "é"]}]}
    save_json(RESULT, tmp_path / "r.json")
    assert json.loads((tmp_path / "r.json").read_text()) == wanted
    save_json(RESULT, Path("-"))
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == wanted


def test_csv_leaves_out_what_is_not_known(tmp_path):
    """A row a line."""
    save_csv({"step": ["2000", "2001"], "low": [1.5, float("nan")]}, tmp_path / "r.csv")
    assert (tmp_path / "r.csv").read_text() == "step,low\n2000,1.5\n2001,\n"


def test_text_keeps_its_lines():
    """And nothing else that a terminal would obey."""
    assert in_lines("a\nb\x1b[2J\t") == "a\nb\\x1b[2J\\t"
