"""The article's training, run again by its published rule, beside the corrected one.

Three trainings, each from every seed:

published rule                  the article's, with its initial weights, rate and clip, record by record
gradient corrected              the same, but for the gradient, which is the right one
gradient and recipe corrected   the right gradient with the recipe of ``rnn.app.sine``

The article checks the losses at the head of an epoch, so what it prints for epoch e is the loss after e − 1.
It trains one forward and predicts by another, which multiplies U by the whole window at every step, so
its training has two forecasts, one by each.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from benchmarks.article.published_rule import article_data, epoch, folded, initial_weights, loss, network
from benchmarks.tasks import each
from rnn import Params
from rnn.app.sine import (
    ARTICLE,
    LENGTH,
    PUBLISHED_RMSE,
    STEPS,
    TRAIN,
    UNITS,
    baselines,
    train_on_sine,
)
from rnn.common.arrays import Array
from rnn.console.files import write
from rnn.data import Records, sine_wave, split, windows
from rnn.training import rmse
from verification.adapters.problem import Engine
from verification.adapters.rnn.manual import manual

# What the article prints, by its number of the epoch: the losses of training and validation.
PUBLISHED_LOSSES = {
    1: (101185.62, 50591.03),
    2: (61205.47, 30601.35),
    3: (31225.32, 15611.66),
    4: (11245.17, 5621.97),
    5: (1264.52, 632.03),
    6: (20.16, 10.05),
    7: (17.14, 8.55),
    10: (17.31, 8.64),
    15: (16.96, 8.47),
    20: (17.01, 8.49),
    25: (16.77, 8.37),
}

EPOCHS = 25

PUBLISHED = "published rule"
GRADIENT_CORRECTED = "gradient corrected"
CORRECTED = "gradient and recipe corrected"

OWN_PASS, TRAINED_PASS = "predicted by its own pass", "predicted as trained"

Progress: TypeAlias = Callable[[int, int], object]
"""Told after each training: how many are done, and of how many."""


@dataclass(frozen=True, eq=False)
class Trained:
    """One training from one seed.

    ``train`` and ``validation`` (epochs + 1): the losses, entry e after e epochs. ``forecasts``: what it
    predicts of the validation windows, (50,), by the name of the pass. ``moved``: the weights of which any
    bit has changed.
    """

    train: Array
    validation: Array
    forecasts: Mapping[str, Array]
    moved: frozenset[str]


@dataclass(frozen=True, eq=False)
class Training:
    """The same from every seed: losses (seeds, epochs + 1), forecasts (seeds, 50), what moved in any."""

    train: Array
    validation: Array
    forecasts: Mapping[str, Array]
    moved: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ArticleRun:
    """The three trainings by name, the truth of the validation windows (50,), and what learns nothing.

    ``zero_loss`` is the loss of training, summed over its 100 windows, that predicting zero has.
    """

    seeds: int
    epochs: int
    seconds: float
    trainings: Mapping[str, Training]
    truth: Array
    baselines: Mapping[str, float]
    zero_loss: float

    def rmse(self, training: str, forecast: str) -> Array:
        """The validation RMSE of every seed, (seeds,)."""
        predicted = self.trainings[training].forecasts[forecast]
        return np.array([rmse(one, self.truth) for one in predicted])

    def summary(self, training: str, forecast: str) -> dict[str, float]:
        """The validation RMSE over all seeds; of ties in the three digits that are printed none is worse."""
        errors = self.rmse(training, forecast)
        zero = round(self.baselines["predict zero"], 3)
        return {
            "median": float(np.median(errors)),
            "lowest": float(errors.min()),
            "highest": float(errors.max()),
            "worse than zero": int(np.sum(errors.round(3) > zero)),
            "as good as published": int(np.sum(errors.round(3) <= round(PUBLISHED_RMSE, 3))),
        }

    def label(self, training: str, forecast: str) -> str:
        """What the forecast is called: by the training, and by the pass where there is more than one."""
        several = len(self.trainings[training].forecasts) > 1
        return training + (f", {forecast}" if several else "")

    def forecasts(self) -> Iterator[tuple[str, str]]:
        """Every training with every forecast that it makes."""
        for name, training in self.trainings.items():
            for forecast in training.forecasts:
                yield name, forecast


def rerun(seeds: int = 20, progress: Progress | None = None, *, epochs: int = EPOCHS) -> ArticleRun:
    """Run the article's training again, and the corrected ones, from the seeds 0, 1, …, over the cores."""
    started = time.monotonic()
    tasks = [
        (name, seed, epochs) for name in (PUBLISHED, GRADIENT_CORRECTED, CORRECTED) for seed in range(seeds)
    ]
    trained: dict[str, list[Trained]] = {}
    # In processes of one thread each: products this small lose by more, and a thread that waits for another
    # on a busy machine waits long.
    for done, (task, result) in enumerate(zip(tasks, each(_trained, tasks), strict=True), 1):
        trained.setdefault(task[0], []).append(result)
        if progress is not None:
            progress(done, len(tasks))
    learn, unseen = split(windows(sine_wave(STEPS), LENGTH), TRAIN)
    return ArticleRun(
        seeds=seeds,
        epochs=epochs,
        seconds=time.monotonic() - started,
        trainings={name: _gathered(results) for name, results in trained.items()},
        truth=unseen.targets[:, 0],
        baselines=baselines(unseen),
        zero_loss=float(np.square(learn.targets).sum()) / 2,
    )


Task: TypeAlias = tuple[str, int, int]


def _trained(task: Task) -> Trained:
    name, seed, epochs = task
    if name == CORRECTED:
        return _by_the_recipe(seed, epochs)
    return _as_the_article_does(folded if name == PUBLISHED else manual, seed, epochs)


def _as_the_article_does(engine: Engine, seed: int, epochs: int) -> Trained:
    """The article's training from its own initial weights, with the gradients of an engine."""
    learn, unseen = article_data()
    start = params = initial_weights(seed)
    losses = [(loss(params, learn), loss(params, unseen))]
    for _ in range(epochs):
        params = epoch(engine, params, learn)
        losses.append((loss(params, learn), loss(params, unseen)))
    train, validation = np.transpose(losses)
    moved = (name for name in start._fields if np.any(getattr(params, name) != getattr(start, name)))
    return Trained(train, validation, forecasts(params, unseen, engine is folded), frozenset(moved))


def forecasts(params: Params, unseen: Records, both: bool) -> dict[str, Array]:
    """What is predicted by the forward that was trained and, if ``both``, by the article's own before it."""
    passes = {TRAINED_PASS: unseen.xs}
    if both:
        # The encoding has x_t in entry t of step t; summed over the steps it is the whole window.
        whole = unseen.xs.sum(axis=1, keepdims=True)
        passes = {OWN_PASS: np.repeat(whole, unseen.xs.shape[1], axis=1), **passes}
    return {name: network().predict_last(params, xs)[:, 0] for name, xs in passes.items()}


def _by_the_recipe(seed: int, epochs: int) -> Trained:
    sine = train_on_sine(replace(ARTICLE, epochs=epochs), seed)
    train, validation = np.array(sine.history.train), np.array(sine.history.validation)
    return Trained(train, validation, {TRAINED_PASS: sine.validation[1]}, frozenset(Params._fields))


def _gathered(results: Sequence[Trained]) -> Training:
    moved = frozenset().union(*(result.moved for result in results))
    return Training(
        train=np.stack([result.train for result in results]),
        validation=np.stack([result.validation for result in results]),
        forecasts={
            forecast: np.stack([result.forecasts[forecast] for result in results])
            for forecast in results[0].forecasts
        },
        moved=tuple(name for name in Params._fields if name in moved),
    )


def as_text(run: ArticleRun) -> str:
    """The losses beside the published ones, the validation RMSE of every training, and the baselines."""
    names = "".join(f"{name:>32}" for name in run.trainings)
    lines = [
        f"The article's training, run again from {run.seeds} seeds for {run.epochs} epochs, and corrected",
        "",
        "Loss of training at the head of an epoch: as printed in the article; median [lowest, highest]",
        f"{'epoch':>5}{'the article':>13}{names}",
    ]
    for number, (printed, _) in _published_losses(run):
        cells = (_spread_of(training.train[:, number - 1]) for training in run.trainings.values())
        lines.append(f"{number:5}{printed:13.2f}" + "".join(f"{cell:>32}" for cell in cells))
    lines += [
        "",
        f"The published rule's first epoch moves the prediction by {_first_move(run):.2f}, in the article's "
        f"table by {_first_move_printed():.2f};",
        "the clip alone, 10 × 1e-4 × 100 units × 100 records, moves it by 10.",
        "",
        "Weights that move at all: " + "; ".join(_what_moves(run)),
        "",
        f"{'RMSE on the 50 validation windows':45}"
        + "".join(f"{name:>9}" for name in SPAN)
        + f"{'worse than zero':>17}",
    ]
    for name, forecast in run.forecasts():
        found = run.summary(name, forecast)
        span = "".join(f"{_rmse(found[key]):>9}" for key in SPAN)
        worse = f"{found['worse than zero']} of {run.seeds}"
        lines.append(f"{run.label(name, forecast):45}{span}{worse:>17}")
    lines += [f"{name:45}{_rmse(value):>9}" for name, value in _beside(run).items()]
    return "\n".join(lines)


SPAN = ("median", "lowest", "highest")


def _published_losses(run: ArticleRun) -> Iterator[tuple[int, tuple[float, float]]]:
    """The published losses of the epochs that the run has as well, each read at the epoch's head."""
    return ((number, losses) for number, losses in PUBLISHED_LOSSES.items() if number <= run.epochs)


def _spread_of(losses: Array) -> str:
    values = (np.median(losses), losses.min(), losses.max())
    middle, low, high = (f"{value:.3g}" if value < 1e3 else f"{value:,.0f}" for value in values)
    return f"{middle} [{low}, {high}]"


def _rmse(value: float) -> str:
    return f"{value:.3f}" if value >= 0.01 else f"{value:.2g}"


def _first_move(run: ArticleRun) -> float:
    """How far the first epoch of the published rule moves the root mean square residual: the median."""
    before, after = np.sqrt(2 * run.trainings[PUBLISHED].train[:, :2].T / TRAIN)
    return float(np.median(before - after))


def _first_move_printed() -> float:
    before, after = (sqrt(2 * PUBLISHED_LOSSES[number][0] / TRAIN) for number in (1, 2))
    return before - after


def _beside(run: ArticleRun) -> dict[str, float]:
    return {"the article, as published": PUBLISHED_RMSE, **run.baselines}


def _what_moves(run: ArticleRun) -> Iterator[str]:
    return (f"{name}: {', '.join(training.moved)}" for name, training in run.trainings.items())


def as_json(run: ArticleRun) -> dict[str, Any]:
    """Every figure as JSON values: losses by seed and epoch, the RMSE of every seed, what was published."""
    return {
        "seeds": run.seeds,
        "epochs": run.epochs,
        "seconds": round(run.seconds, 3),
        "published": {
            "validation_rmse": PUBLISHED_RMSE,
            "losses": {str(number): list(losses) for number, losses in PUBLISHED_LOSSES.items()},
        },
        "baselines": dict(run.baselines),
        "trainings": {
            name: {
                "moved": list(training.moved),
                "train": training.train.tolist(),
                "validation": training.validation.tolist(),
                "forecasts": {
                    forecast: {**run.summary(name, forecast), "rmse": run.rmse(name, forecast).tolist()}
                    for forecast in training.forecasts
                },
            }
            for name, training in run.trainings.items()
        },
    }


# A training keeps its colour, its line and its marker in every panel.
COLOURS = {PUBLISHED: "C3", GRADIENT_CORRECTED: "C1", CORRECTED: "C0"}
LINES = {PUBLISHED: "-", GRADIENT_CORRECTED: "--", CORRECTED: "-."}
MARKERS = {PUBLISHED: "o", GRADIENT_CORRECTED: "s", CORRECTED: "^"}


def draw(path: Path, run: ArticleRun) -> None:
    """Losses by epoch, the validation RMSE of every seed beside baselines, and predictions on the truth."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 9), layout="constrained")
    losses, errors, published, corrected = figure.subplots(2, 2).flat
    _draw_losses(losses, run)
    _draw_errors(errors, run)
    _draw_forecast(published, run, PUBLISHED, OWN_PASS)
    _draw_forecast(corrected, run, CORRECTED, TRAINED_PASS)
    corrected.sharey(published)
    figure.suptitle(
        f"The article's training from {run.seeds} seeds for {run.epochs} epochs, as published and with our "
        f"gradient (verified-rnn)\nT {LENGTH}, N {TRAIN}, D 1, H {UNITS}, K 1; 50 windows validate"
    )
    write(path, lambda temporary: figure.savefig(temporary, dpi=120))


def _draw_losses(axes: Any, run: ArticleRun) -> None:
    after = np.arange(run.epochs + 1)
    for name, training in run.trainings.items():
        low, middle, high = (
            training.train.min(axis=0),
            np.median(training.train, axis=0),
            training.train.max(axis=0),
        )
        axes.fill_between(after, low, high, color=COLOURS[name], alpha=0.2, linewidth=0)
        axes.plot(after, middle, color=COLOURS[name], linestyle=LINES[name], label=name)
    printed = {number - 1: train for number, (train, _) in _published_losses(run)}
    axes.plot(
        printed.keys(), printed.values(), "o", color="black", markersize=4, label="printed in the article"
    )
    axes.axhline(run.zero_loss, color="0.5", linestyle=":", linewidth=1, label="predict zero")
    axes.set_yscale("log")
    axes.set(
        title="Loss of training: median and range of the seeds",
        xlabel="epochs done",
        ylabel="Σ ½ (ŷ − y)² over 100 windows",
    )
    axes.legend(frameon=False)


def _draw_errors(axes: Any, run: ArticleRun) -> None:
    rows = list(run.forecasts())
    for row, (name, forecast) in enumerate(rows):
        found = run.rmse(name, forecast)
        # Seeds side by side, so that equal ones stay apart.
        places = row + np.linspace(-0.2, 0.2, run.seeds)
        axes.plot(found, places, MARKERS[name], color=COLOURS[name], markersize=4, alpha=0.7)
        axes.plot([np.median(found)] * 2, [row - 0.25, row + 0.25], color="black", linewidth=1.5)
        axes.text(0.015, row - 0.33, run.label(name, forecast), transform=axes.get_yaxis_transform())
    for name, style in (
        ("the article, as published", "--"),
        ("repeat the last value", "-."),
        ("predict zero", ":"),
    ):
        value = _beside(run)[name]
        axes.axvline(value, color="0.4", linestyle=style, linewidth=1, label=f"{name}, {value:.3f}", zorder=0)
    axes.set_xscale("log")
    axes.set_ylim(len(rows) - 0.4, -0.5)
    axes.set_yticks([])
    axes.set(title="Validation RMSE: every seed, and the median", xlabel="RMSE on 50 windows")
    axes.legend(loc="lower right", framealpha=1, edgecolor="none")


def _draw_forecast(axes: Any, run: ArticleRun, name: str, forecast: str) -> None:
    predicted, found = run.trainings[name].forecasts[forecast], run.rmse(name, forecast)
    middle = np.argsort(found)[len(found) // 2]
    axes.plot(run.truth, color="0.75", linewidth=5, label="truth")
    axes.plot(predicted.T, color=COLOURS[name], linewidth=0.6, alpha=0.4)
    axes.plot(
        predicted[middle],
        color=COLOURS[name],
        linewidth=1.6,
        label=f"a median seed, RMSE {found[middle]:.3g}",
    )
    axes.set(
        title=run.label(name, forecast).capitalize(),
        xlabel="validation window",
        ylabel="the next value of sin x",
    )
    top = max(1.2, float(np.abs(predicted).max()))
    axes.set_ylim(-1.1 * top, 1.5 * top)
    axes.legend(frameon=False, ncols=2, loc="upper right")
