"""The task of a series: one step ahead, learnt from the first values, tested on the last."""

from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np

from rnn.app import pictures
from rnn.app.calendar import Calendar
from rnn.app.course import Course
from rnn.app.forecaster import Forecaster, context_of
from rnn.app.predictors import NETWORK, fit_linear, rmse_of
from rnn.app.preparing import cut, learn_scaling, on_every_step, parts, season_of
from rnn.app.recipe import Recipe
from rnn.app.table import Columns, Series
from rnn.app.task import Finished, Task
from rnn.data import sine_wave
from rnn.through_time.bptt import Loops

# The default data: as many steps as hold some sixty waves.
SINE_STEPS = 400

# What a series is learnt by where nothing else is asked for: the value after a window, as it is forecast.
USUAL_LOSS = "squared_error:last"


def asked_for(series: Series, unit: str, season: int | None, columns: Columns | None) -> dict[str, Any]:
    """The data of a run as JSON values."""
    return {
        "kind": "series",
        "name": series.name,
        "unit": unit,
        "values": series.values.tolist(),
        "calendar": None if series.calendar is None else asdict(series.calendar),
        "filled": series.filled,
        "season": season,
        "columns": None if columns is None else asdict(columns),
    }


def sine() -> Series:
    """The series that is learnt where none is given."""
    return Series("sin x", sine_wave(SINE_STEPS))


def task(data: dict[str, Any], recipe: Recipe, loops: Loops | None = None) -> Task:
    """The task of such a run. ValueError for a series that is too short or too large."""
    values = np.array(data["values"], float)
    calendar = None if data["calendar"] is None else Calendar(**data["calendar"])
    columns = None if data["columns"] is None else Columns(**data["columns"])
    at = cut(len(values), recipe.length + recipe.changes)
    season = data["season"]
    if season is None:
        season = season_of(values[: at.train], at.train // 3)
    elif season > at.train:
        raise ValueError(f"--season: {season}, needed at most {at.train}, the values that are learnt from")
    scaling = learn_scaling(values[: at.train], recipe.changes)
    learn, choose = parts(values, scaling, recipe.length, at)
    linear = fit_linear(learn)
    loss, place = recipe.objective(USUAL_LOSS)
    if place == "every":
        learn, choose = on_every_step(learn), on_every_step(choose)
    net = recipe.network(1, 1, loss, loops)
    first = at.validation - context_of(recipe.length, recipe.changes, season)

    def finish(course: Course) -> Finished:
        model = Forecaster(
            net, course.best, scaling, recipe.length, season, linear, values[first:], first,
            data["name"], data["unit"], calendar, columns,
        )  # fmt: skip
        errors = model.errors(model.recent, 1)
        figures = {name: rmse_of(error) for name, error in errors.items()}
        arrays, about = model.stored()
        said = held_out(figures, at.total - at.validation, model)
        draw = partial(pictures.training, course=course, model=model, error=errors[NETWORK][:, 0])
        return Finished(arrays, about, said, {"held out": at.total - at.validation, "rmse": figures}, draw)

    filled = f", {data['filled']} of them filled in" if data["filled"] else ""
    said = (
        f"{data['name']}: {at.total} values{filled}\n"
        f"{at.train} for training, {at.validation - at.train} for validation, "
        f"{at.total - at.validation} for testing"
    )
    return Task(net, learn, choose, said, finish)


def held_out(figures: dict[str, float], count: int, model: Forecaster) -> str:
    """Figures on so many values that nothing was chosen by."""
    return table(figures, f"RMSE one step ahead, on the last {count} values", model)


def table(figures: dict[str, float], title: str, model: Forecaster) -> str:
    """Figures of the predictors, a line each."""
    season = f" ({model.season} steps)" if model.season else ""
    names = {name: name + (season if name.startswith("the season") else "") for name in figures}
    width = max(map(len, names.values()))
    unit = f" {model.unit}" if model.unit else ""
    lines = [f"  {names[name]:{width}}  {value:.4g}{unit}" for name, value in figures.items()]
    return "\n".join([title, *lines, verdict(figures)])


def verdict(figures: dict[str, float]) -> str:
    """Whether the network is better than each of its baselines, as it is."""
    better = [name for name, value in figures.items() if name != NETWORK and value <= figures[NETWORK]]
    if better:
        return f"The network does not beat {' nor '.join(better)}."
    return "The network beats all of them."
