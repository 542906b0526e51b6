"""Pictures: what a reader finds written in them."""

from dataclasses import replace
from pathlib import Path

import matplotlib
import pytest

from benchmarks import charts
from benchmarks.contenders import CONTENDERS
from benchmarks.curves import curves
from benchmarks.gate import Verdict
from benchmarks.results import Row, row
from benchmarks.shapes import Shape
from benchmarks.task import draw
from benchmarks.timing import Times

NAMES = ("manual", "autograd", "torch", "jax")


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


RATIOS = [
    timed(name, shape, dtype, loss)
    for name in NAMES
    for shape in (Shape(5, 2, 1, 3), Shape(7, 1, 2, 4))
    for dtype in ("float32", "float64")
    for loss in ("last", "every")
]


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


def test_ratios_say_what_they_compare(written) -> None:
    """Ours by name, every library, both losses, every shape with its letters, and what 1 means."""
    text = written(charts.ratios, RATIOS)
    for words in ("over ours (verified-rnn)", "PyTorch", "JAX", "autograd", "loss on the last step"):
        assert words in text
    for words in ("loss on every step", "T 5, N 2, D 1, H 3", "T 7, N 1, D 2, H 4", "T steps, N records"):
        assert words in text
    assert text.count("1: as fast as ours") == 2
    assert "vanilla, float32, 1 thread<" in text
    assert "vanilla, float64, 1 thread<" in text


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


@pytest.mark.parametrize("panels", [1, 2, 3, 4])
def test_ratios_are_as_wide_as_a_readme(tmp_path: Path, panels: int) -> None:
    """Whatever the number of panels: 830 points wide, drawn twice as fine."""
    kinds = [("float32", 1), ("float64", 1), ("float32", 2), ("float64", 2)][:panels]
    rows = [timed(name, Shape(5, 2, 1, 3), dtype, threads=n) for name in NAMES for dtype, n in kinds]
    charts.ratios(rows, tmp_path / "ratios.png")
    assert int.from_bytes((tmp_path / "ratios.png").read_bytes()[16:20]) == 1660


def test_growth_says_what_is_held(written) -> None:
    """Each panel has the sizes that do not vary, and each curve its exponent."""
    rows = [timed("manual", Shape(T, 1, 8, 64), axis="T", value=T) for T in (4, 8, 16)] + [
        replace(row, truncation="Window(k)", more={**row.more, "axis": "k", "value": k})
        for k in (1, 2, 4)
        for row in [timed("jax", Shape(30, 1, 8, 64), loss="every")]
    ]
    text = written(charts.growth, list(curves(rows)))
    for words in ("T grows", "N 1, D 8, H 64, loss on the last step", "k grows", "ours: T", "JAX: k"):
        assert words in text
    assert "T 30, N 1, D 8, H 64, Window(k), loss on every step" in text
    assert "ours is verified-rnn; one output, float32, 1 thread" in text


def test_memory_says_at_which_sizes(written) -> None:
    """N, D, H and the type stand in the title."""
    rows = [timed("manual", Shape(T, 32, 64, 128), bytes=T * 2**20) for T in (4, 8, 16)]
    text = written(charts.memory, rows)
    assert "N 32, D 64, H 128, one output, float32" in text
    assert "ours is verified-rnn" in text
