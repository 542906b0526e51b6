"""Pictures: what a reader finds written in them."""

import matplotlib
import pytest

from benchmarks import charts
from benchmarks.contenders import CONTENDERS
from benchmarks.gate import Verdict
from benchmarks.results import Row, row
from benchmarks.shapes import Shape
from benchmarks.task import draw
from benchmarks.timing import Times


def timed(
    name: str,
    shape: Shape,
    dtype: str = "float32",
    loss: str = "last",
    threads: int = 1,
    cell: str = "vanilla",
    **more,
) -> Row:
    """A row whose time stands for itself."""
    times = Times((0.001, 0.002, 0.003))
    return row("q", draw(shape, dtype, loss, cell=cell), name, threads, Verdict(0.0), times, times, more)


@pytest.fixture
def written(tmp_path):
    """Draws a picture as SVG, its letters kept as text, and returns it."""

    def of(chart, *arguments) -> str:
        path = tmp_path / "picture.svg"
        with matplotlib.rc_context({"svg.fonttype": "none"}):
            chart(*arguments, path)
        return path.read_text("utf-8")

    return of


def test_every_contender_has_a_colour_and_a_shape_of_its_own() -> None:
    """So they can be told apart without colours too."""
    assert set(charts.COLOURS) == set(charts.MARKERS) == set(CONTENDERS)
    assert len(set(charts.MARKERS.values())) == len(set(charts.COLOURS.values())) == len(CONTENDERS)


def test_ratios_keep_the_cells_apart(written) -> None:
    """A line of panels for each cell, with its own shapes, and none where nothing was timed."""
    rows = [timed("torch", Shape(5, 2, 1, 3), dtype) for dtype in ("float32", "float64")]
    rows += [timed("torch", Shape(6, 2, 1, 4), "float32", cell=cell) for cell in ("lstm", "gru")]
    text = written(charts.ratios, rows)
    for title in ("vanilla, float32", "vanilla, float64", "LSTM, float32", "GRU, float32"):
        assert text.count(f"{title}, 1 thread<") == 1
    assert "LSTM, float64" not in text
    assert text.count("T 5, N 2, D 1, H 3<") == 1
    assert text.count("T 6, N 2, D 1, H 4<") == 2
