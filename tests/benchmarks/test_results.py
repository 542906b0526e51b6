"""Rows, and the file of results."""

import json

import pytest

from benchmarks.gate import Verdict
from benchmarks.results import Timing, document, row, spell
from benchmarks.shapes import CallShape
from benchmarks.task import draw
from benchmarks.timing import Times
from rnn import Chunked, Full, Tail, Window  # noqa: F401

# What a reader of the file can rely on.
FIELDS = {
    *("cell", "T", "N", "D", "H", "dtype", "threads", "truncation", "loss", "contender"),
    *("milliseconds", "ratio", "agreement"),
}

TASK = draw(CallShape(5, 2, 1, 3), "float32", "every", Window(2))
OURS, THEIRS = Times((0.001, 0.002, 0.001)), Times((0.002, 0.006, 0.010))
MADE = row("q", TASK, "torch", 2, Verdict(1e-7), THEIRS, OURS, {"data": "healthy"})


def test_a_row_says_what_was_timed():
    """Every field, with the ratio formed round by round."""
    entry = MADE.to_json()
    assert set(entry) >= FIELDS
    about = (entry["cell"], entry["T"], entry["N"], entry["D"], entry["H"], entry["dtype"])
    assert about == ("vanilla", 5, 2, 1, 3, "float32")
    assert (entry["truncation"], entry["loss"], entry["threads"]) == ("Window(2)", "every", 2)
    assert (entry["contender"], entry["agreement"], entry["data"]) == ("torch", 1e-7, "healthy")
    assert entry["milliseconds"] == pytest.approx(6)
    assert entry["ratio"] == pytest.approx(3)


def test_a_row_survives_json():
    """What a process hands to another comes back equal, spreads as lists."""
    back = Timing.from_json(json.loads(json.dumps(MADE.to_json())))
    spreads = {"spread": [*MADE.spread], "ratio_spread": [*MADE.ratio_spread]}
    assert back.to_json() == {**MADE.to_json(), **spreads}
    assert back.more == MADE.more


def test_the_document():
    """Exactly machine, versions and rows; one line a row, so that results can be compared line by line."""
    text = document({"processor": "x", "blas": {"1": []}}, {"numpy": "2"}, [MADE, MADE])
    read = json.loads(text)
    assert list(read) == ["machine", "versions", "rows"]
    assert read["machine"] == {"processor": "x", "blas": {"1": []}}
    assert [set(entry) >= FIELDS for entry in read["rows"]] == [True, True]
    assert sum('"contender"' in line for line in text.splitlines()) == 2


@pytest.mark.parametrize("text", ["Full()", "Window(5)", "Tail(3)", "Chunked(50)", "Chunked(50, 20)"])
def test_a_truncation_is_spelt_as_it_is_written(text):
    """The text of what the text makes."""
    assert spell(eval(text)) == text
