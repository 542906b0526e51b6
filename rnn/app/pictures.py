"""The pictures: series with their forecasts, losses by epoch, errors by step, and how far a loss reaches.

Colours are those of Okabe and Ito, which the colour-blind can distinguish, with a mark or a dash for each.
Legends stand below the axes, so that they cover nothing.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn.app.comparing import Comparison, compared
from rnn.app.intervals import Interval, percent
from rnn.app.predictors import MODEL, rmse_of
from rnn.common.arrays import Array
from rnn.common.checks import printable
from rnn.console.files import write
from rnn.training import Learnt

if TYPE_CHECKING:
    from rnn.app.forecaster import Forecaster

BLACK, BLUE, ORANGE, GREEN, PURPLE = "#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SKY = "#56B4E9"

# A mark, a dash and a colour for each predictor, the model first.
STYLES = (
    ("o", "-", ORANGE),
    ("s", "--", BLUE),
    ("^", "-.", GREEN),
    ("D", ":", PURPLE),
    ("v", (0, (5, 1, 1, 1, 1, 1)), SKY),
)

# From a range of so much on an axis of errors is logarithmic.
FAR = 50

# Of the history beside a forecast, horizons, and values at the least.
HORIZONS, FEWEST = 3, 24

# Points up to which each has a mark; more of them would be a band.
MARKED = 30

# Larger values are not drawn: what Matplotlib computes of them for its axes is no number.
LARGEST = 1e200

# Matplotlib has dates from the first to the last, and makes axes wider than what is on them: of one date by
# years, of several by a share.
FIRST_DATE, LAST_DATE = np.datetime64("0001-01-01", "D"), np.datetime64("9999-12-31", "D")
LEAST_MARGIN, MARGIN = np.timedelta64(3 * 366, "D"), 0.1


def _style(place: int, count: int) -> dict[str, Any]:
    """How the line of a place among others is drawn, which has so many points."""
    mark, dash, colour = STYLES[place]
    return {"linestyle": dash, "marker": mark, "color": colour, **_marks(count, place)}


def plain(text: str) -> str:
    """A text that is drawn as it stands: a dollar begins no formula, and all characters can be printed."""
    return printable(text)[:80].replace("$", r"\$")


def drawn(path: Path, panels: int, draw: Callable[[Any], object]) -> None:
    """A figure with so many panels, one below the other, written at the path."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.4 * panels), layout="constrained")
    draw(figure.subplots(panels, squeeze=False)[:, 0])
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="0.92")
        axes.set_axisbelow(True)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3, frameon=False)
    with warnings.catch_warnings():
        # A character that the font lacks is drawn as a box.
        warnings.filterwarnings("ignore", message="Glyph")
        write(path, lambda temporary: figure.savefig(temporary, format="png", dpi=120))


def _marks(count: int, place: int = 0) -> dict[str, Any]:
    """How often a line has its mark; those of another ``place`` among lines stand elsewhere."""
    every = 1 if count <= MARKED else count // 12
    return {"markersize": 4, "markevery": (place * every // len(STYLES), every)}


def _where(model: "Forecaster", first: int, count: int) -> tuple[Array, str]:
    """What the axis along the series shows, and what it is called: steps, or dates if they can be drawn."""
    if model.calendar is not None:
        dates = model.calendar.dates(first, count)
        ends = dates[[0, -1]].astype("M8[D]")
        margin = max(LEAST_MARGIN, (ends[1] - ends[0]) * MARGIN)
        if FIRST_DATE + margin <= ends[0] and ends[1] <= LAST_DATE - margin:
            return dates, "date"
    return np.arange(first, first + count), "step"


def _along(axes: Any, called: str) -> None:
    """The name of the axis along the series; dates on it are as short as they can be and still differ."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    axes.set_xlabel(called)
    if called == "date":
        locator = AutoDateLocator()  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def _drawable(values: Array) -> Array:
    """The values, with NaN, of which nothing is drawn, for those that are too large."""
    return np.where(np.abs(values) <= LARGEST, values, np.nan)


def draw_losses(axes: Any, learnt: Sequence[Learnt]) -> None:
    """Both losses of each network by epoch, in units of its first, on a logarithmic axis."""
    for number, each in enumerate(learnt):
        for place, (name, found) in enumerate((("training", each.train), ("validation", each.validation))):
            scaled = np.array(found) / (found[0] or 1)
            shown = _drawable(np.where(scaled > 0, scaled, np.nan))
            # A legend leaves out what begins with a line.
            axes.plot(shown, label="_" * number + name, **_style(place, len(found)))
        kept = "kept: epoch " + ", ".join(str(one.best_epoch) for one in learnt)
        axes.axvline(each.best_epoch, color=BLACK, linewidth=0.8, label="_" * number + kept)
    if max(max(each.train) for each in learnt) > 0:
        axes.set_yscale("log")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set(title="Loss", xlabel="epoch", ylabel="loss / loss at epoch 0")


def losses(path: Path, learnt: Sequence[Learnt], title: str) -> None:
    """The losses alone."""

    def draw(panels: Any) -> None:
        draw_losses(panels[0], learnt)
        panels[0].set_title(plain(title))

    drawn(path, 1, draw)


def training(
    path: Path,
    learnt: Sequence[Learnt],
    model: "Forecaster",
    errors: Mapping[str, Array],
    interval: Interval,
) -> None:
    """The losses; one step ahead on the held-out values; and how often the model's intervals hold them."""

    def draw(panels: Any) -> None:
        draw_losses(panels[0], learnt)
        _draw_one_step(panels[1], model, model.recent[model.context :], errors, model.first + model.context)
        _draw_coverage(panels[2], interval)

    drawn(path, 3, draw)


def _draw_coverage(axes: Any, interval: Interval) -> None:
    """The share of held-out values in their intervals, by horizon, beside the requested share."""
    steps = len(interval.width)
    axes.plot(range(1, steps + 1), 100 * interval.coverage, label="held", **_style(0, steps))
    label = f"asked for: {percent(interval.level)}"
    axes.axhline(100 * interval.level, color=BLACK, linestyle="--", linewidth=0.8, label=label)
    axes.set(title="Coverage by horizon, of intervals made before", xlabel="steps ahead")
    axes.set(ylabel="held-out values held, in %", ylim=(0, 105), xlim=(0, steps + 1))


def predictions(
    path: Path, model: "Forecaster", values: Array, errors: Mapping[str, Array], first: int, held_out: bool
) -> None:
    """One step ahead on the values from number ``first`` on, which may be held out."""

    def draw(panels: Any) -> None:
        _draw_one_step(panels[0], model, values, errors, first)
        if not held_out:
            panels[0].set_title("One step ahead, on a file that the model may have learnt from")

    drawn(path, 1, draw)


def _draw_one_step(
    axes: Any, model: "Forecaster", values: Array, errors: Mapping[str, Array], first: int
) -> None:
    """The truth, the model, and the best of its baselines, by errors (N, 1) of each."""
    where, called = _where(model, first, len(values))
    own, *others = errors
    best = min(others, key=lambda name: rmse_of(errors[name]))
    bold = bolder(compared(errors))
    axes.plot(where, _drawable(values), color=BLACK, linewidth=1.8, label="truth")
    for name in (own, best):
        line = _style(list(errors).index(name), len(values))
        axes.plot(where, _drawable(values + errors[name][:, 0]), label=name, **line, **_weight(name, bold))
    axes.set(title="One step ahead, on values that nothing was chosen by")
    _along(axes, called)
    axes.set_ylabel(plain(model.label))


def bolder(found: Comparison) -> str:
    """Whose line is the bolder one: the model's, or that of the best baseline that beats it."""
    return found.better[0] if found.better else MODEL


def _weight(name: str, bold: str) -> dict[str, Any]:
    return {"linewidth": 1.8, "zorder": 3} if name == bold else {"linewidth": 1.1, "alpha": 0.8}


def forecast(
    path: Path,
    model: "Forecaster",
    history: Array,
    first: int,
    ahead: Mapping[str, Array],
    interval: Interval,
    found: Comparison,
) -> None:
    """The end of the history, the forecasts with what was found of each, and the model's interval."""

    def draw(panels: Any) -> None:
        (axes,) = panels
        width = interval.width
        steps = len(width)
        shown = history[-max(HORIZONS * steps, FEWEST) :]
        where, called = _where(model, first + len(history) - len(shown), len(shown) + steps)
        before, after = where[: len(shown)], where[len(shown) :]
        axes.plot(before, _drawable(shown), color=BLACK, linewidth=1.8, label="history")
        for place, (name, values) in enumerate(ahead.items()):
            label = f"{name} ({found.of(name)})" if place else name
            weight = _weight(name, bolder(found))
            axes.plot(after, _drawable(values), label=label, **_style(place, steps), **weight)
        own = next(iter(ahead.values()))
        if not np.isnan(width).all():
            axes.fill_between(
                after, _drawable(own - width), _drawable(own + width), color=ORANGE, alpha=0.2,
                linewidth=0, label=f"{percent(interval.level)} interval",
            )  # fmt: skip
        axes.set(title=plain(f"{model.name}: {steps} steps ahead"))
        _along(axes, called)
        axes.set_ylabel(plain(model.label))

    drawn(path, 1, draw)


def coverage(path: Path, interval: Interval) -> None:
    """How often such intervals have held what came, by horizon."""
    drawn(path, 1, lambda panels: _draw_coverage(panels[0], interval))


def by_step(path: Path, model: "Forecaster", rmse: Mapping[str, Array]) -> None:
    """The RMSE of each predictor by how many steps ahead it looks."""

    def draw(panels: Any) -> None:
        (axes,) = panels
        for place, (name, values) in enumerate(rmse.items()):
            axes.plot(range(1, len(values) + 1), _drawable(values), label=name, **_style(place, len(values)))
        axes.set(title="Error by horizon, from a rolling origin", xlabel="steps ahead")
        sizes = np.concatenate(list(rmse.values()))
        sizes = sizes[sizes <= LARGEST]
        if sizes.size and sizes.min() > 0 and sizes.max() > FAR * sizes.min():
            axes.set_yscale("log")
        else:
            axes.set_ylim(0, None)
        axes.set_ylabel(plain(f"RMSE of {model.label}"))

    drawn(path, 1, draw)


@dataclass(frozen=True, eq=False)
class ByLag:
    """Sizes by lag from ``first`` on, by name, and what the picture and its axis of sizes are called."""

    title: str
    label: str
    first: int
    sizes: Mapping[str, Array]


def by_lag(path: Path, found: Sequence[ByLag]) -> None:
    """A panel for each, on a logarithmic axis; what is zero is not drawn."""

    def draw(panels: Any) -> None:
        for axes, each in zip(panels, found, strict=True):
            for place, (name, sizes) in enumerate(each.sizes.items()):
                lags, shown = each.first + np.arange(len(sizes)), np.where(sizes > 0, sizes, np.nan)
                # One is seen behind another.
                behind = len(each.sizes) - 1 - place
                axes.plot(lags, shown, label=name, linewidth=1 + 2 * behind, **_style(behind, len(sizes)))
            if any((sizes > 0).any() for sizes in each.sizes.values()):
                axes.set_yscale("log")
            axes.set(title=each.title, xlabel="lag, in steps", ylabel=each.label)

    drawn(path, len(found), draw)
