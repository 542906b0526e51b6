"""A data frame in and a data frame out: dates go on, and the values are those of the command."""

import json

import numpy as np
import pandas as pd
import pytest

from rnn.app.frames import fit, forecast
from rnn.app.series import USUAL_LOSS
from tests.rnn.refusals import of, refuse, table

QUICK = {"epochs": 2, "units": 2, "length": 4}


def wave(index):
    """A frame of a wave over twelve rows, and a column that is no number."""
    rows = np.arange(len(index))
    return pd.DataFrame({"height": 10 + np.sin(2 * np.pi * rows / 12), "note": "x"}, index=index)


INDICES = {
    "days": pd.date_range("2020-02-26", periods=72),
    "month ends": pd.date_range("2019-01-31", periods=72, freq="ME"),
    "weekdays": pd.bdate_range("2024-01-01", periods=72),
    "hours": pd.date_range("2024-02-28 22:00", periods=72, freq="6h"),
    "periods": pd.period_range("2019-01", periods=72, freq="M"),
}


@pytest.mark.parametrize("name", INDICES)
def test_dates_go_on_where_they_ended(name):
    """As pandas would go on, whatever the distance; periods come out as their first days."""
    index = INDICES[name]
    ahead = forecast(fit(wave(index[:60]), "height", **QUICK), 12)
    dates = index.to_timestamp() if name == "periods" else index
    assert list(ahead.index) == list(dates[60:])
    assert list(ahead.columns) == ["forecast", "low", "high"]
    known = ahead.dropna()
    assert (known.low <= known.forecast).all()
    assert (known.forecast <= known.high).all()


def test_a_recipe_may_have_a_loss_of_its_own():
    """Or the usual one by its name, which makes no difference."""
    given = wave(pd.RangeIndex(60))

    def learnt(**recipe):
        return fit(given, "height", **QUICK, **recipe).params

    assert all(map(np.array_equal, learnt(), learnt(loss=USUAL_LOSS)))


@pytest.mark.slow
def test_the_forecast_is_that_of_the_command(tmp_path):
    """Of the same values and recipe, to the last bit that a file keeps; and it is near the wave."""
    from rnn.app.commands import main

    whole = wave(pd.date_range("2019-01-01", periods=132, freq="MS"))
    frame = whole[:120]
    frame.rename_axis("date").drop(columns="note").to_csv(tmp_path / "wave.csv", float_format="%.17g")
    out = str(tmp_path / "model")
    main(
        ["train", "--data", str(tmp_path / "wave.csv"), "--column", "height", "--date", "date", "--out", out]
    )
    main(["forecast", out, "--steps", "12", "--json", str(tmp_path / "found.json")])
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    ahead = forecast(fit(frame, "height"), 12)
    assert ahead.forecast.tolist() == found["forecast"]
    assert ahead.low.tolist() == pytest.approx(found["low"], rel=1e-12)
    assert [str(date.date())[:7] for date in ahead.index] == [step[:7] for step in found["step"]]
    assert np.abs(ahead.forecast - whole.height[120:]).max() < 0.05


DAYS = INDICES["days"][:60]


@table(
    (lambda: fit([1.0], "height"), TypeError, "frame: list"),
    (lambda: fit(wave(DAYS), "width"), ValueError, "column: 'width', needed one of"),
    (lambda: fit(wave(DAYS), "note"), TypeError, "…needed numbers"),
    (lambda: fit(wave(DAYS), "height", unit=3), TypeError, "recipe: "),
    (lambda: fit(wave(DAYS), "height", loss="hinge"), ValueError, "loss: 'hinge'"),
    (lambda: forecast(fit(wave(DAYS), "height", **QUICK), 0), ValueError, "steps: 0"),
    *of(
        lambda frame: fit(frame, "height"),
        (wave(DAYS).replace({10.0: np.nan}), ValueError, "…nan in row 0, needed finite"),
        (wave(DAYS.tz_localize("UTC")), ValueError, "…in UTC, needed dates without a zone"),
        (wave(DAYS.delete(5)), ValueError, "…no row after 2020-03-01"),
        (wave(DAYS[::-1]), ValueError, "…needed later dates"),
        (wave(DAYS.insert(3, pd.NaT)), ValueError, "…NaT"),
        (wave(DAYS[:1]), ValueError, "…needed"),
    ),
)
def test_what_cannot_be_forecast_is_refused_by_name(call, error, said):
    """Before anything is trained."""
    refuse(call, error, said)
