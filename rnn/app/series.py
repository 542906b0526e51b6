"""The task of a series: one step ahead, learnt from the first values, tested on the last."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np

from rnn.app import pictures
from rnn.app.calendar import Calendar
from rnn.app.choosing import HORIZON, Chosen, chosen, helps
from rnn.app.comparing import compared, listed
from rnn.app.dropped import remarks
from rnn.app.forecaster import Forecaster
from rnn.app.inputs import SEASON, SeriesInputs, cycles_of
from rnn.app.intervals import LEVEL
from rnn.app.joining import joined
from rnn.app.predictors import MODEL, SEASONAL, context_of, rmse_of
from rnn.app.preparing import Cut, check_seen, cut, season_of
from rnn.app.recipe import Recipe
from rnn.app.smoothing import fitted
from rnn.app.table import Columns, Series
from rnn.app.task import Finished, Lesson, TrainingTask
from rnn.app.transformation import Transformation
from rnn.app.views import Form, View, alone, parts, view_of
from rnn.common.arrays import Array
from rnn.data import sine_wave
from rnn.through_time.bptt import Loops
from rnn.training import Learnt

# The default data: as many steps as hold some sixty waves.
SINE_STEPS = 400

# What a series is learnt by where nothing else is asked for: the value after a window, as it is forecast.
USUAL_LOSS = "squared_error:last"

# What a network alone sees, by the name of its form; another form is chosen.
FIXED: Mapping[str, Transformation] = {"levels": Transformation(), "changes": Transformation(lags=(1,))}


def run_data(
    series: Series, unit: str, season: int | None, columns: Columns | None, by_date: bool = False
) -> dict[str, Any]:
    """The data of a run as JSON values; ``by_date`` asks for sines of the calendar."""
    return {
        "kind": "series",
        "name": series.name,
        "unit": unit,
        "values": series.values.tolist(),
        "beside": series.inputs.tolist() if series.inputs.size else [],
        "first": series.first,
        "by_date": by_date,
        "calendar": None if series.calendar is None else asdict(series.calendar),
        "filled": series.filled,
        "season": season,
        "columns": None if columns is None else asdict(columns),
    }


def sine() -> Series:
    """The series that is learnt where none is given."""
    return Series("sin x", sine_wave(SINE_STEPS))


def task(data: dict[str, Any], recipe: Recipe, loops: Loops | None = None) -> TrainingTask:
    """The task of such a run. ValueError for a series that is too short or too large."""
    values = np.array(data["values"], float)
    calendar = None if data["calendar"] is None else Calendar(**data["calendar"])
    columns = None if data["columns"] is None else Columns(**data["columns"])
    fixed = FIXED.get(recipe.form)
    at = cut(len(values), recipe.length + (0 if fixed is None else fixed.before))
    season = data["season"]
    if season is None:
        season = season_of(values[: at.train], at.train // 3)
    elif season > at.train:
        raise ValueError(f"--season: {season}, needed at most {at.train}, the values that are learnt from")
    # A run of older versions begins with 0, and has no columns.
    given = Series(data["name"], values, calendar, data["filled"], _columns(data), data.get("first", 0))
    inputs = _inputs(data, columns, calendar, at, recipe.length)
    beside = inputs.beside(given)
    rows = beside.upto(at.total)
    learnt_from = rows[: at.train]
    baseline = _linear(values, at, recipe.length, fixed or Transformation())
    check_seen("the series", values, baseline.scaling)
    smoothing = fitted(values[: at.train], season)
    if fixed is None:
        mean = chosen(values, at, recipe.length, season, smoothing, beside)
    else:
        mean = Chosen([alone(baseline.scaling, learnt_from)])
    loss, place = recipe.objective(USUAL_LOSS)
    if recipe.bidirectional and place == "every":
        needed = "a loss on the last step alone: at others it would have read the values that are forecast"
        raise ValueError(f"--bidirectional: with --loss {recipe.loss}, needed {needed}")
    lessons = [
        Lesson(*parts(values, view, recipe.length, at, place == "every", rows), adds=fixed is None)
        for view in mean.views
    ]
    net = recipe.network(1 + rows.shape[1], 1, loss, loops)
    context = context_of(recipe.length, (*mean.views, baseline), season, smoothing)
    first = at.validation - context
    begin = at.train - context
    kept = values[begin:first], values[first:], given.inputs[begin:], inputs

    def finish(learnt: Sequence[Learnt]) -> Finished:
        whole, params = joined(net, [each.best for each in learnt])
        model = Forecaster(
            whole, params, tuple(mean.views), mean.others, True, recipe.length, season, baseline, smoothing,
            *kept, given.first + first, data["name"], data["unit"], calendar, columns,
        )  # fmt: skip
        bare = replace(model, adds=False)
        if fixed is None and not helps(values, at, bare.forecasts(), model.forecasts(), context, beside):
            model = bare
        errors = model.errors(model.held_out, 1)
        arrays, about = model.stored()
        held = model.interval(HORIZON, LEVEL)
        dropped = remarks(values, model)
        draw = partial(pictures.training, learnt=learnt, model=model, errors=errors, interval=held)
        result = {
            "held out": at.total - at.validation,
            "rmse": {name: rmse_of(error) for name, error in errors.items()},
            "views": [seen(view) for view in model.views],
            "others": list(model.others),
            "inputs": asdict(inputs),
            "adds": model.adds,
            "comparison": asdict(compared(errors)),
            "interval": held.as_json(),
            "remarks": dropped,
        }
        said = "\n".join([held_out(model), held.said(), *dropped])
        return Finished(whole, params, arrays, about, said, result, draw)

    filled = f", {data['filled']} of them filled in" if data["filled"] else ""
    said = (
        f"{data['name']}: {at.total} values{filled}\n"
        f"{at.train} for training, {at.validation - at.train} for validation, "
        f"{at.total - at.validation} for testing"
    )
    of_season = [] if data["season"] is not None else [_season(season, at.train // 3)]
    return TrainingTask(net, lessons, "\n".join([said, *of_season, *inputs.said()]), finish)


def _season(found: int | None, most: int) -> str:
    """What was found of a season, in a sentence."""
    if found is None:
        return f"No season of up to {most} steps was found; --season names one."
    return f"A season of {found} steps was found."


def _columns(data: Mapping[str, Any]) -> Array:
    """The columns beside the values, (S + A, D); a run of older versions has none."""
    rows = data.get("beside", [])
    return np.array(rows, float) if rows else np.zeros((0, 0))


def _inputs(
    data: Mapping[str, Any], columns: Columns | None, calendar: Calendar | None, at: Cut, length: int
) -> SeriesInputs:
    """What stands beside the values: columns, cycles of the dates, and a season that no window holds.

    ValueError where cycles are asked for and there are no dates, or none at which they are seen.
    """
    if "by_date" not in data:
        # A run of older versions, which has none.
        return SeriesInputs()
    cycles: list[str] = []
    if data["by_date"]:
        if calendar is None:
            raise ValueError(
                "--calendar: no dates, needed a column of them, as they say where in a year a step is"
            )
        cycles += cycles_of(calendar, at.train)
    season = data["season"]
    if season is not None and season > length:
        cycles.append(SEASON)
    else:
        season = None
    names = () if columns is None else columns.inputs
    known = () if columns is None else columns.known
    return SeriesInputs(tuple(names), tuple(known), tuple(cycles), season)


def _linear(values: Array, at: Cut, length: int, transformation: Transformation) -> View:
    """The linear autoregression that a model is measured by, on windows of so many steps."""
    windows = at.train - transformation.before - length
    # At most a third of the windows, so that they say something of each coefficient.
    return view_of(Form(transformation, max(1, min(length, windows // 3))), values[: at.train])


def held_out(model: Forecaster) -> str:
    """What the model is, and its figures on the values that nothing was chosen by."""
    errors = model.errors(model.held_out, 1)
    title = f"RMSE one step ahead, on the last {model.origins} values"
    return "\n".join([made_of(model), table(errors, title, model)])


def made_of(model: Forecaster) -> str:
    """What forecasts, in a sentence, and what it is the mean of, a line each."""
    if not model.others and len(model.views) == 1 and model.views[0].order == 0 and model.adds:
        inputs = " and inputs" if model.views[0].beside.size else ""
        return f"The model is the network alone, on {seen(model.views[0])}{inputs}."
    network = " and a network on what it leaves" if model.adds else ""
    members = [f"linear autoregression of {seen(view)},{network}" for view in model.views]
    members = [*(member.removesuffix(",") for member in members), *model.others]
    said = [] if model.adds else ["The network adds nothing on the validation stretch."]
    said.append("The model is the mean of:" if len(members) > 1 else "The model is:")
    return "\n".join([*said, *(f"  {member}" for member in members)])


def seen(view: View) -> str:
    """What a view sees, and how far its linear part looks back."""
    logs, lags = view.transformation.logs, view.transformation.lags
    steps = f"{listed([str(lag) for lag in lags])} step{'' if lags == (1,) else 's'}" if lags else ""
    changes = f"changes of logarithms over {steps}" if logs else f"changes over {steps}"
    of = changes if lags else "logarithms" if logs else "values"
    back = f", {view.order} back" if view.order else ""
    return f"{of}{back}{', with inputs' if view.takes_inputs else ''}"


def table(errors: Mapping[str, Array], title: str, model: Forecaster) -> str:
    """Figures of the predictors, a line each, by errors (N, steps); NaN beyond the values."""
    season = f" ({model.season} steps)" if model.season else ""
    names = {name: name + (season if name == SEASONAL else "") for name in errors}
    width = max(map(len, names.values()))
    unit = f" {model.unit}" if model.unit else ""
    figures = ((names[name], rmse_of(error[~np.isnan(error).any(axis=1)])) for name, error in errors.items())
    lines = [f"  {name:{width}}  {figure:.4g}{unit}" for name, figure in figures]
    return "\n".join([title, *lines, *compared(errors).said(MODEL)])
