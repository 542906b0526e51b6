"""Pictures of the results, each of the width at which a README shows it."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from benchmarks.contenders import CONTENDERS
from benchmarks.curves import TimeCurve
from benchmarks.fit import exponent
from benchmarks.results import Timing
from benchmarks.tables import grouped

# A contender keeps its colour and its shape in every picture. The colours are those of Okabe and Ito, which
# the colour-blind can tell apart.
COLOURS = dict(
    zip(
        CONTENDERS,
        ("#000000", "#56b4e9", "#666666", "#009e73", "#d55e00", "#e69f00", "#0072b2", "#cc79a7", "#999999"),
        strict=True,
    )
)
MARKERS = dict(zip(CONTENDERS, "oXP*s^Dv.", strict=True))

# The cells as a title has them.
CELLS = {"vanilla": "vanilla", "lstm": "LSTM", "gru": "GRU"}

# In inches, of 100 points of a screen each, which a README has room for; drawn twice as fine.
WIDTH = 8.3
DPI = 200

# A marker is full for a loss on the last step, and hollow for one on every step.
FILLED = {"last": "full", "every": "none"}


def ratios(rows: Iterable[Timing], path: Path) -> None:
    """Each library's time over ours, full gradients: a panel for each cell, type and number of threads."""
    shown = [
        row
        for row in rows
        if row.ratio is not None and row.truncation == "Full()" and row.contender != "manual"
    ]
    names = [name for name in CONTENDERS if any(row.contender == name for row in shown)]
    dtypes = list(dict.fromkeys(row.dtype for row in shown))
    lines = grouped(shown, lambda row: (row.cell, row.threads))
    shapes = {line: list(dict.fromkeys(map(_shape, own))) for line, own in lines.items()}
    heights = [0.7 + 0.36 * len(own) for own in shapes.values()]
    figure = Figure(figsize=(WIDTH, 1.3 + sum(heights)), layout="constrained")
    grid = figure.subplots(
        len(lines), len(dtypes), squeeze=False, sharex=True, sharey="row", height_ratios=heights
    )
    for axes, (line, own) in zip(grid, lines.items(), strict=True):
        panels = grouped(own, lambda row: row.dtype)
        for ax, dtype in zip(axes, dtypes, strict=True):
            if dtype not in panels:
                ax.remove()
                continue
            _ratios_of(ax, panels[dtype], names, shapes[line])
            cell, threads = line
            title = f"{CELLS[cell]}, {dtype}, {threads} thread{'s' * (threads > 1)}"
            ax.set_title(title, fontsize="medium", pad=20)
    figure.suptitle(
        "Time of a full gradient: each library's over ours (verified-rnn); to the right of 1 it is slower\n"
        "T steps, N records, D inputs, H units, one output"
    )
    marks = [_mark(CONTENDERS[name].label, MARKERS[name], COLOURS[name]) for name in names]
    marks += [
        _mark("loss on the last step", "o", "0.4"),
        _mark("loss on every step", "o", "0.4", fillstyle="none"),
    ]
    figure.legend(handles=marks, loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(path, dpi=DPI)


Sizes = tuple[tuple[str, int], ...]


def _ratios_of(ax: Axes, panel: Sequence[Timing], names: Sequence[str], shapes: Sequence[Sizes]) -> None:
    """One panel: a line a shape, a mark for each contender and place of the losses."""
    for place, name in enumerate(names):
        # Side by side, so that equal ratios stay apart.
        shift = 0.7 * ((place + 0.5) / len(names) - 0.5)
        for loss, own in grouped((row for row in panel if row.contender == name), _loss).items():
            ax.plot(
                [row.ratio or 0.0 for row in own],
                [shapes.index(_shape(row)) + shift for row in own],
                marker=MARKERS[name],
                markersize=5,
                linestyle="none",
                color=COLOURS[name],
                fillstyle=FILLED[loss],
            )
    for line in range(0, len(shapes), 2):
        ax.axhspan(line - 0.5, line + 0.5, color="0.95", zorder=0)
    ax.axvline(1, color="black", linewidth=1.2)
    ax.text(1, -0.58, "1: as fast as ours", ha="center", va="bottom", fontsize="small")
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.grid(axis="x", color="0.85", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.set_yticks(range(len(shapes)), [", ".join(_sized(*size) for size in shape) for shape in shapes])
    ax.set_ylim(len(shapes) - 0.5, -0.5)
    ax.tick_params(labelbottom=True)
    ax.set_xlabel("its time over ours")


def _shape(row: Timing) -> Sizes:
    return tuple((name, getattr(row, name)) for name in "TNDH")


def _sized(name: str, size: int) -> str:
    return f"{name} {size}"


def _loss(row: Timing) -> str:
    return row.loss


def _mark(label: str, marker: str, colour: str, **look: Any) -> Line2D:
    return Line2D([], [], marker=marker, color=colour, linestyle="none", label=label, **look)


def growth(curves: Sequence[TimeCurve], path: Path) -> None:
    """Milliseconds against each axis, with the exponent of every curve."""
    panels = grouped(curves, lambda curve: curve.axis)
    down, across = -(-len(panels) // 2), min(2, len(panels))
    figure = Figure(figsize=(WIDTH, 0.6 + 3.6 * down), layout="constrained")
    axes = list(figure.subplots(down, across, squeeze=False).flat)
    for ax, (axis, own) in zip(axes, panels.items(), strict=False):
        for curve in own:
            _power(ax, axis, curve.contender, curve.points, curve.milliseconds)
        _marks(ax, sorted({point for curve in own for point in curve.points}))
        ax.set_title(f"{axis} grows\n{own[0].held}", fontsize="small")
        ax.set_xlabel(axis)
        ax.set_ylabel("milliseconds a gradient")
    for ax in axes[len(panels) :]:
        ax.remove()
    figure.suptitle(
        "Time of a gradient as one size grows; ours is verified-rnn; one output, float32, 1 thread"
    )
    figure.savefig(path, dpi=DPI)


def memory(rows: Sequence[Timing], path: Path) -> None:
    """Peak memory against T."""
    figure = Figure(figsize=(WIDTH, 4.6), layout="constrained")
    ax = figure.subplots()
    for name, own in grouped(rows, lambda row: row.contender).items():
        _power(ax, "T", name, [row.T for row in own], [row.more["bytes"] / 2**20 for row in own])
    _marks(ax, sorted({row.T for row in rows}))
    ax.set_xlabel("T")
    ax.set_ylabel("peak memory of one gradient, MiB")
    sizes = ", ".join(_sized(name, size) for name, size in _shape(rows[0])[1:])
    ax.set_title(
        f"Memory of a gradient as T grows; ours is verified-rnn\n{sizes}, one output, {rows[0].dtype}"
    )
    figure.savefig(path, dpi=DPI)


def _power(ax: Axes, axis: str, name: str, sizes: Sequence[float], costs: Sequence[float]) -> None:
    """One curve with its exponent."""
    ax.loglog(
        sizes,
        costs,
        marker=MARKERS[name],
        markersize=5,
        color=COLOURS[name],
        label=f"{CONTENDERS[name].label}: {axis}$^{{{exponent(sizes, costs):.2f}}}$",
    )


def _marks(ax: Axes, sizes: Sequence[float]) -> None:
    """A mark on the axis for each size that any curve has; a grid and a legend."""
    ax.set_xticks(sizes, [f"{size:.0f}" for size in sizes])
    ax.minorticks_off()
    ax.yaxis.set_major_formatter(FuncFormatter(lambda cost, _: f"{cost:,g}"))
    ax.grid(color="0.85", linewidth=0.6)
    ax.legend(fontsize="small")
