"""A model of a series: what its file gives back, and what it refuses."""

import json
from dataclasses import replace

import numpy as np
import pytest

from rnn import RNN, Vanilla
from rnn.app.forecaster import from_stored, read_model
from rnn.app.inputs import SeriesInputs
from rnn.app.intervals import widths
from rnn.app.preparing import Scaling
from rnn.app.table import Columns
from rnn.app.transformation import Transformation
from rnn.storage import Stored


@pytest.fixture
def stored(model):
    """What the file of a model of sales holds."""
    return read_model(model)


def changed(stored, **about):
    """The same with other values beside the network."""
    return stored._replace(about={**stored.about, **about})


@pytest.mark.parametrize("which", ["model", "of_inputs"])
def test_what_is_stored_is_read(request, which):
    """Every value, the weights of inputs and their values as far as they are known, and the predictions."""
    stored = read_model(request.getfixturevalue(which))
    found = from_stored(stored)
    if which == "of_inputs":
        assert (found.inputs.columns, found.inputs.known) == (("price", "rain"), ("price",))
        assert found.beside.shape == (len(found.earlier) + len(found.recent) + 6, 2)
        assert any(view.takes_inputs for view in found.views)
    arrays, about = found.stored()
    again = from_stored(Stored(found.net, found.params, arrays, about))
    assert again.stored()[1] == about
    assert {**stored.about, **json.loads(json.dumps(about))} == stored.about
    np.testing.assert_array_equal(
        list(found.forecast(found.held_out, 3).values()), list(again.forecast(again.held_out, 3).values())
    )


@pytest.mark.parametrize(
    "about",
    [
        {"kind": "text"},
        {"views": {}},
        {"views": [{"scaling": {}, "left": 1.0}]},
        {"others": ["the next value"]},
        {"baseline": None},
        {"smoothing": {"level": 1}},
        {"length": 10**9},
        {"calendar": 3},
        {"calendar": {"kind": "months", "step": 1, "start": "soon", "day": 1}},
        {"columns": {"a": 1}},
        {"inputs": {"cycles": ["moon"]}},
        {"inputs": {"cycles": ["season"]}},
        {"inputs": 3},
    ],
)
def test_a_file_of_something_else_is_refused(stored, about):
    """With a ValueError, whatever is wrong in it."""
    with pytest.raises(ValueError, match="needed"):
        from_stored(changed(stored, **about))


def test_an_interval_is_made_of_values_not_learnt_from(stored):
    """Of those that validated as well; it is measured on the later ones, and ends nowhere."""
    found = from_stored(stored)
    assert (found.origins, len(found.earlier)) == (18, 18)
    interval = found.interval(40, 0.8)
    assert (interval.width > 0).all()
    assert interval.tested[:9].tolist() == list(range(18, 9, -1))
    assert not interval.tested[9:].any()
    errors = found.errors(found.unlearnt, 18)["the model"]
    np.testing.assert_array_equal(interval.width, widths(errors, 40, 0.8))


def test_a_model_that_kept_fewer_values_has_an_interval(stored):
    """Older versions kept those alone by which nothing was chosen, and had no inputs."""
    arrays = {
        name: array
        for name, array in stored.arrays.items()
        if name != "earlier" and not name.endswith("beside")
    }
    about = {name: value for name, value in stored.about.items() if name != "inputs"}
    found = from_stored(stored._replace(arrays=arrays, about=about))
    assert found.inputs == SeriesInputs()
    interval = found.interval(20, 0.9)
    assert (interval.width > 0).all()
    assert interval.tested[0] == 16


def test_another_file_continues_it(stored, sales, tmp_path):
    """Read as the first one was, unless that is said; too short a one is refused."""
    found = from_stored(stored)
    whole = found.series(sales, None, False)
    assert (len(whole.values), whole.first, whole.calendar) == (120, 0, found.calendar)
    (tmp_path / "other.csv").write_text("x\n" + "1\n" * 60)
    assert len(found.series(tmp_path / "other.csv", Columns("x"), False).values) == 60
    (tmp_path / "short.csv").write_text("x\n1\n2\n")
    with pytest.raises(ValueError, match=r"short\.csv: 2 values, needed \d+ at least"):
        found.series(tmp_path / "short.csv", Columns("x"), False)


def test_another_file_is_placed_by_its_dates(of_inputs, stall, tmp_path):
    """Its steps have the numbers of their dates; it has the same inputs, whatever column is asked for."""
    found = from_stored(read_model(of_inputs))
    header, *lines = stall.read_text().splitlines()
    (tmp_path / "later.csv").write_text("\n".join([header.replace("sold", "gone"), *lines[40:]]))
    later = found.series(tmp_path / "later.csv", Columns("gone", "day"), False)
    assert (later.first, later.calendar, later.inputs.shape) == (40, found.calendar, (86, 2))
    undated = found.series(tmp_path / "later.csv", Columns("gone"), False)
    assert (undated.first, undated.calendar) == (0, None)
    of_season = replace(found, inputs=replace(found.inputs, cycles=("season",), season=50))
    assert of_season.series(tmp_path / "later.csv", Columns("gone", "day"), False).first == 40
    dates = (np.datetime64("2020-01-01") + 2 * np.arange(86)).astype(str)
    wide = [f"{date},{line.partition(',')[2]}" for date, line in zip(dates, lines[40:], strict=True)]
    (tmp_path / "wide.csv").write_text("\n".join([header, *wide]))
    assert found.series(tmp_path / "wide.csv", None, False).first == 0
    with pytest.raises(ValueError, match=r"wide\.csv: its dates are not among those learnt, needed"):
        of_season.series(tmp_path / "wide.csv", None, False)


def test_a_mean_of_views_and_baselines_is_read_and_forecasts(stored):
    """Each counts as much as another, with the network or without; older versions have views alone."""
    found = from_stored(changed(stored, others=["the last value", "exponential smoothing"]))
    assert found.others == ("the last value", "exponential smoothing")
    bare = replace(found, others=())
    count = len(found.views)
    for adds in (False, True):
        both, alone_ = (replace(each, adds=adds).forecast(found.held_out, 5) for each in (found, bare))
        wanted = count * alone_["the model"] + both["the last value"] + both["exponential smoothing"]
        np.testing.assert_allclose(both["the model"], wanted / (count + 2))
    older = {name: value for name, value in stored.about.items() if name != "others"}
    assert from_stored(stored._replace(about=older)).others == ()


@pytest.mark.parametrize("changes", [False, True])
def test_a_model_of_older_versions_is_a_network_alone(stored, changes):
    """Its baseline sees what it sees, and nothing is smoothed."""
    now = from_stored(stored)
    net = RNN(Vanilla(1, 4), 1)
    old = {"kind": "series", "scaling": {"mean": 100.0, "scale": 14.0, "changes": changes}, "length": 12}
    kept = ("season", "first", "name", "unit", "calendar", "columns")
    old |= {name: stored.about[name] for name in kept}
    arrays = {"recent": now.recent, "linear": now.baseline.linear}
    found = from_stored(Stored(net, net.init(np.random.default_rng(0)), arrays, old))
    scaling = Scaling(100.0, 14.0, Transformation(lags=(1,) if changes else ()))
    assert [view.scaling for view in (*found.views, found.baseline)] == [scaling, scaling]
    assert (found.adds, found.smoothing, found.context) == (True, None, 12 + changes)
    seen = scaling.forward(now.recent[np.newaxis])[:, -12:, np.newaxis]
    wanted = scaling.back(net.predict(found.params, seen)[:, -1], now.recent[np.newaxis])[0]
    np.testing.assert_allclose(found.forecast(found.held_out, 1)["the model"], wanted)


def test_a_model_of_no_file_needs_a_column(stored, sales):
    """Since it knows none."""
    found = from_stored(changed(stored, columns=None))
    with pytest.raises(ValueError, match="--data: the model was trained on no file"):
        found.series(sales, None, False)
    own = found.series(None, None, False)
    assert (own.first, len(own.values)) == (found.first, len(found.recent))
