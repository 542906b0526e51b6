"""The pictures: drawn for whatever there is to draw, and nothing covered."""

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
