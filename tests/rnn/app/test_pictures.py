"""The pictures: drawn for whatever there is to draw, and nothing covered."""

from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib import image

from rnn.app import pictures
from rnn.app.calendar import Calendar
from rnn.app.comparing import Comparison
from rnn.app.forecaster import from_stored, read_model
from rnn.app.intervals import Interval
from rnn.training import Standing, courses
from tests.quick import first_quick

NOTHING = Comparison((), (), (), 30)


def wide(width):
    """An interval so wide, of which half is measured."""
    steps = len(width)
    return Interval(0.8, width, np.arange(steps) // 4, np.arange(steps) // 2)


def course(*losses):
    """A training with these losses."""
    standings = (Standing(epoch, None, None, loss, loss) for epoch, loss in enumerate(losses))
    return list(courses(standings, None))[-1]


def seen(path):
    """How large a picture is, and that something is on it."""
    pixels = image.imread(path)
    assert pixels.std() > 0.01
    return pixels.shape[:2]


@pytest.mark.parametrize("losses", [(0.0, 0.0), (1.0,) * 100])
def test_losses_are_drawn(tmp_path, losses):
    """Few and many, and those that are zero from the start."""
    pictures.losses(tmp_path / "p.png", [course(*losses)], "a $title_ with a formula's beginning")
    assert seen(tmp_path / "p.png") == (408, 960)


@pytest.mark.slow
@pytest.mark.parametrize("which", ["model", "changes"])
def test_each_picture_is_drawn(tmp_path, request, which):
    """With dates and without, with a season and without, in long and in short."""
    model = from_stored(read_model(request.getfixturevalue(which)))
    found, errors = model.errors(model.held_out, 3), model.errors(model.held_out, 1)
    values = model.recent[model.context :]
    held = model.interval(40, 0.9)
    pictures.training(tmp_path / "1.png", [course(1.0, 0.5), course(1.0)], model, errors, held)
    for place, held_out in enumerate((True, False)):
        first = model.first + model.context
        pictures.predictions(tmp_path / f"2{place}.png", model, values, errors, first, held_out)
    ahead = model.forecast(model.held_out, 40)
    end = model.first + len(model.recent)
    for place, each in enumerate((held, wide(np.full(40, np.nan)))):
        pictures.forecast(tmp_path / f"3{place}.png", model, model.recent, end, ahead, each, model.found())
    pictures.by_step(tmp_path / "4.png", model, {name: abs(each[0]) + 1 for name, each in found.items()})
    pictures.by_step(tmp_path / "5.png", model, {"a": np.array([1.0, 2.0]), "b": np.array([1e-3, 1e-3])})
    halves = {"in full": 0.5 ** np.arange(5.0), "as trained": np.array([1.0, 0.5, 0, 0, 0])}
    both = pictures.ByLag("a", "b", 0, halves), pictures.ByLag("c", "d", 1, {"the model": np.zeros(3)})
    pictures.by_lag(tmp_path / "6.png", both)
    pictures.coverage(tmp_path / "7.png", held)
    assert len([seen(path) for path in tmp_path.iterdir()]) == 9


def test_a_legend_covers_nothing(tmp_path, monkeypatch):
    """It stands below its axes, within the picture."""
    figures = []
    from matplotlib.figure import Figure

    save = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda self, *a, **k: (figures.append(self), save(self, *a, **k)))
    pictures.losses(tmp_path / "p.png", [course(1.0, 0.5), course(2.0, 1.5, 1.0)], "title")
    (figure,) = figures
    for axes in figure.axes:
        legend, box = axes.get_legend().get_window_extent(), axes.get_window_extent()
        assert not legend.overlaps(box)
        assert 0 <= legend.y0 < legend.y1 <= box.y0
        assert axes.get_xlabel()
        assert axes.get_ylabel()


@pytest.mark.parametrize(
    ("kind", "step", "count"),
    [("seconds", 3600, 36), ("months", 12, 300)],
)
def test_dates_stand_beside_each_other(kind, step, count):
    """As of hours, days, months and years: one does not cover the next."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.4), layout="constrained")
    axes = figure.subplots()
    axes.plot(Calendar(kind, step, "1700-10-03").dates(0, count), np.zeros(count))
    pictures._along(axes, "date")
    FigureCanvasAgg(figure).draw()
    boxes = [label.get_window_extent() for label in axes.get_xticklabels() if label.get_text()]
    assert len(boxes) > 3
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))


@pytest.mark.parametrize(("steps", "shown"), [(1, 24), (12, 36), (400, 1000)])
def test_a_forecast_stands_beside_three_horizons(tmp_path, monkeypatch, steps, shown):
    """However far back the model looks: of more history the forecast would be a blob at its end."""
    figures = []
    from matplotlib.figure import Figure

    monkeypatch.setattr(Figure, "savefig", lambda self, *a, **k: figures.append(self) or Path(a[0]).touch())
    model = SimpleNamespace(calendar=None, name="v", label="v", context=700)
    ahead = {"a": np.arange(1.0 * steps), "b": np.ones(steps)}
    found = Comparison(("b",), (), (), 30)
    pictures.forecast(tmp_path / "f.png", model, np.arange(1000.0), 5, ahead, wide(ahead["a"]), found)
    (axes,) = figures[0].axes
    history, own, _ = axes.get_lines()
    assert len(history.get_xdata()) == shown
    assert list(own.get_xdata()) == list(range(1005, 1005 + steps))
    assert list(history.get_xdata())[-1] == 1004


def test_names_are_drawn_as_they_stand(tmp_path):
    """No formula, no character that cannot be printed, and none too long; a missing glyph is no warning."""
    assert pictures.plain("a$b$\n") == r"a\$b\$\n"
    assert len(pictures.plain("x" * 1000)) == 80
    pictures.losses(tmp_path / "p.png", [course(1.0)], "售 $")
    seen(tmp_path / "p.png")


@pytest.mark.slow
@pytest.mark.parametrize("size", [1e150, 1e200, 1.7e308, np.inf])
@np.errstate(over="ignore", invalid="ignore")
def test_numbers_of_any_size_are_drawn_or_left_out(tmp_path, size):
    """What Matplotlib cannot compute with costs no picture; a command lets numbers grow, as it does here."""
    sizes = np.array([1.0, size, 2.0])
    for place, found in enumerate((sizes, -sizes, sizes * [0, 1, 0], np.full(3, size))):
        pictures.by_step(tmp_path / f"{place}.png", SimpleNamespace(label="v"), {"a": abs(found), "b": sizes})
        errors = {"a": np.zeros((3, 1)), "b": np.ones((3, 1))}
        shown = SimpleNamespace(calendar=None, name="v", label="v", context=1)
        pictures.forecast(
            tmp_path / f"f{place}.png", shown, found, 0, {"a": found}, wide(abs(found)), NOTHING
        )
        pictures.predictions(tmp_path / f"p{place}.png", shown, found, errors, 0, True)
    assert len([seen(path) for path in tmp_path.iterdir()]) == 12


@first_quick(
    ("first", "count", "called"),
    [
        *(("0003-06-01", 1, "step"), ("9999-01-01", 5, "step"), ("0005-01-01", 1, "date")),
        *(("0005-01-01", 60, "step"), ("0020-01-01", 60, "date"), ("9996-01-01", 1, "date")),
        *(("9998-01-01", 1, "step"), ("9900-01-01", 80, "date"), ("0001-01-01", 20_000, "step")),
    ],
    3,
)
def test_dates_are_drawn_where_they_can_be(tmp_path, first, count, called):
    """Matplotlib has none before the year 1 nor after 9999, where its axes end beyond what is on them."""
    model = SimpleNamespace(calendar=Calendar("months", 12, first), name="v", label="v", context=1)
    assert pictures._where(model, 0, count)[1] == called
    errors = {"a": np.zeros((count, 1)), "b": np.ones((count, 1))}
    pictures.predictions(tmp_path / "p.png", model, np.arange(1.0 * count), errors, 0, True)
    seen(tmp_path / "p.png")
    if count > 1:
        ahead = {"a": np.arange(1.0 * count - 1)}
        pictures.forecast(tmp_path / "f.png", model, np.ones(1), 0, ahead, wide(ahead["a"]), NOTHING)
        seen(tmp_path / "f.png")


@pytest.mark.parametrize(
    ("better", "bold"),
    [((), "the model"), (("the last value",), "the last value"), (("linear", "the last value"), "linear")],
)
def test_the_better_line_is_the_bolder_one(tmp_path, monkeypatch, better, bold):
    """The model's, or that of the best baseline that beats it; the legend says what was found of each."""
    axes_seen = []
    monkeypatch.setattr(pictures, "drawn", lambda path, panels, draw: draw(axes_seen))
    from matplotlib.figure import Figure

    axes_seen.append(Figure().subplots())
    model = SimpleNamespace(calendar=None, name="v", label="v", context=1)
    ahead = {name: np.arange(3.0) for name in ("the model", "the last value", "linear")}
    ties = tuple(name for name in ("the last value", "linear") if name not in better)
    found = Comparison((), ties, better, 30)
    pictures.forecast(tmp_path / "f.png", model, np.ones(9), 0, ahead, wide(np.full(3, np.nan)), found)
    lines = {line.get_label(): line.get_linewidth() for line in axes_seen[0].lines}
    del lines["history"]
    words = {name: "" if name == "the model" else f" ({found.of(name)})" for name in ahead}
    assert max(lines, key=lines.__getitem__) == bold + words[bold]
    assert sorted(lines) == sorted(name + word for name, word in words.items())


def test_a_pictured_training_has_its_best_baseline(tmp_path, monkeypatch):
    """Beside the model, of which the better one is bolder."""
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    model = SimpleNamespace(calendar=None, name="v", label="v")
    sizes = {"the model": 2.0, "the last value": 9.0, "linear": 1.0}
    errors = {name: size * np.random.default_rng(0).normal(size=(40, 1)) for name, size in sizes.items()}
    pictures._draw_one_step(axes, model, np.arange(40.0), errors, 0)
    assert [line.get_label() for line in axes.lines] == ["truth", "the model", "linear"]
    assert axes.lines[2].get_linewidth() > axes.lines[1].get_linewidth()


def test_coverage_stands_beside_what_is_asked_for():
    """In per cent, by horizon, where it was measured."""
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    pictures._draw_coverage(axes, Interval(0.8, np.ones(3), np.array([3, 1, 0]), np.array([4, 4, 0])))
    held, asked = axes.lines
    np.testing.assert_array_equal(held.get_xydata(), [[1, 75], [2, 25], [3, np.nan]])
    assert set(asked.get_ydata()) == {80}
    assert asked.get_label() == "asked for: 80 %"
