"""What a model of a series answers: the values that follow, one step ahead, and errors by horizon."""

import argparse
from dataclasses import asdict, replace
from functools import partial

import numpy as np

from rnn.app import pictures, series
from rnn.app.forecaster import Forecaster, from_stored, read_model
from rnn.app.intervals import percent
from rnn.app.options import columns_of
from rnn.app.outcome import Outcome, save_csv
from rnn.app.predictors import MODEL, rmse_by_step, rmse_of
from rnn.app.table import Series
from rnn.app.waiting import part
from rnn.common.checks import cut, printable
from rnn.console.places import Places
from rnn.console.progress import Progress


def _forecaster(options: argparse.Namespace) -> tuple[Forecaster, Series]:
    """The model, and the values that the command is about."""
    stored = read_model(options.model)
    try:
        model = from_stored(stored)
    except ValueError as error:
        raise ValueError(f"{cut(str(options.model))}: {error}") from None
    found = model.series(options.data, columns_of(options), options.fill)
    if found.calendar != model.calendar:
        # Another file has its own dates.
        model = replace(model, calendar=found.calendar)
    return model, found


def _warned(options: argparse.Namespace) -> str:
    """A warning about a figure that is computed on a file's values."""
    return "" if options.data is None else " (of a file that it may have learnt from)"


def _labels(model: Forecaster, first: int, count: int) -> list[str]:
    if model.calendar is None:
        return [str(number) for number in range(first, first + count)]
    return model.calendar.labels(first, count)


# The additional time of a step for each window after the first.
BESIDE = 0.05


def forecast(options: argparse.Namespace, places: Places) -> Outcome:
    """The values that follow, with an interval."""
    model, of = _forecaster(options)
    values, first = of.values, of.first
    steps = options.steps
    known, origins = min(steps, model.horizons), len(model.earlier) + model.origins
    progress = Progress({"the forecast": steps, "its interval": known * (1 + BESIDE * origins)})
    with part(progress, "the forecast", steps) as show:
        ahead = model.forecast(of, steps, show)
    with part(progress, "its interval", known * origins) as show:
        held = model.interval(steps, options.level, show)
    labels = _labels(model, first + len(values), steps)
    own, *others = ahead
    found = model.found()
    low, high = ahead[own] - held.width, ahead[own] + held.width
    columns = {"step": labels, "forecast": ahead[own].tolist(), "low": low.tolist(), "high": high.tolist()}
    coverage = {f"coverage of {percent(held.level)}": held.coverage.tolist()}
    baselines = {f"{name} ({found.of(name)})": ahead[name].tolist() for name in others}
    lines = [
        f"  {label:>{max(map(len, labels))}}  {value:10.4g}"
        + ("" if np.isnan(half) else f"   {value - half:.4g} to {value + half:.4g}")
        for label, value, half in zip(labels, ahead[own], held.width, strict=True)
    ]
    shown = lines if steps <= 40 else [*lines[:39], f"  … and {steps - 39} more in forecast.csv"]
    measured = ["One step ahead, on held-out values:", *found.said(own)]
    places.make()
    return Outcome(
        "\n".join([printable(f"{model.label}, {steps} steps ahead"), *shown, held.said(), *measured]),
        {
            **columns,
            **held.as_json(),
            "baselines": {name: ahead[name] for name in others},
            "comparison": asdict(found),
        },
        {
            "forecast.csv": partial(save_csv, {**columns, **coverage, **baselines}),
            "forecast.png": lambda path: pictures.forecast(path, model, values, first, ahead, held, found),
            "coverage.png": lambda path: pictures.coverage(path, held),
        },
    )


def predict(options: argparse.Namespace, places: Places) -> Outcome:
    """One step ahead, for every value that has a context."""
    model, of = _forecaster(options)
    values, first = of.values, of.first
    errors = model.errors(of, 1)
    known, error = values[model.context :], errors[MODEL][:, 0]
    labels = _labels(model, first + model.context, len(known))
    columns = {"step": labels, "value": known.tolist(), "predicted": (known + error).tolist()}
    figures = {name: rmse_of(each) for name, each in errors.items()}
    places.make()
    return Outcome(
        series.table(
            errors,
            printable(f"{model.name}{_warned(options)}: RMSE one step ahead, {len(known)} values"),
            model,
        ),
        {**columns, "rmse": figures},
        {
            "predictions.csv": partial(save_csv, columns),
            "predictions.png": lambda path: pictures.predictions(
                path, model, known, errors, first + model.context, held_out=options.data is None
            ),
        },
    )


def evaluate(options: argparse.Namespace, places: Places) -> Outcome:
    """Errors by horizon, from each origin that has a context and a truth."""
    model, of = _forecaster(options)
    steps, origins = options.steps, len(of.values) - model.context
    if steps > origins:
        raise ValueError(f"--steps: {steps}, needed at most {origins}, the values that can be forecast")
    with part(Progress({"the forecasts": 1.0}), "the forecasts", steps * origins) as show:
        found = model.errors(of, steps, show)
    rmse = {name: rmse_by_step(error) for name, error in found.items()}
    whole = {name: error[: origins - steps + 1] for name, error in found.items()}
    overall = {name: rmse_of(error) for name, error in whole.items()}
    columns = {
        "steps ahead": list(range(1, steps + 1)),
        **{name: each.tolist() for name, each in rmse.items()},
    }
    title = f"{model.name}{_warned(options)}: RMSE over 1 to {steps} steps ahead, "
    title += f"from {origins - steps + 1} origins"
    places.make()
    return Outcome(
        series.table(whole, printable(title), model),
        {"origins": origins - steps + 1, "rmse": overall, "rmse by step": rmse},
        {
            "errors.csv": partial(save_csv, columns),
            "errors.png": lambda path: pictures.by_step(path, model, rmse),
        },
    )
