"""Pictures of the results."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.contenders import CONTENDERS
from benchmarks.fit import exponent
from benchmarks.results import Row
from benchmarks.tables import grouped

# A contender keeps its colour in every picture.
COLOURS = {name: f"C{number}" for number, name in enumerate(CONTENDERS)}

Curve = tuple[str, str, Sequence[float], Sequence[float]]


def ratios(rows: Iterable[Row], path: Path) -> None:
    """Each library's time over ours by shape, full gradients: a panel for each type and number of threads."""
    shown = [row for row in rows if row.ratio is not None and row.truncation == "Full()"]
    panels = grouped(shown, lambda row: (row.dtype, row.threads))
    figure = Figure(figsize=(6.5 * len(panels), 4.5), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    for ax, ((dtype, threads), panel) in zip(axes, panels.items(), strict=True):
        shapes = list(dict.fromkeys((row.T, row.N, row.D, row.H) for row in panel))
        for name, own in grouped(panel, lambda row: row.contender).items():
            if name != "manual":
                _points(ax, own, shapes, name)
        ax.axhline(1, color="black", linewidth=0.8)
        ax.set_yscale("log")
        ax.set_xticks(range(len(shapes)), ["\n".join(map(str, shape)) for shape in shapes])
        ax.set_xlabel("T, N, D, H from above; filled: loss on the last step, hollow: on every step")
        ax.set_title(f"{dtype}, {threads} thread{'s' * (threads > 1)}")
        ax.grid(axis="y", which="both", alpha=0.3)
    axes[0].set_ylabel("its time over ours")
    axes[0].legend()
    figure.savefig(path, dpi=130)


def _points(ax: Axes, rows: Iterable[Row], shapes: Sequence[tuple[int, ...]], name: str) -> None:
    for loss, own in grouped(rows, lambda row: row.loss).items():
        last = loss == "last"
        ax.plot(
            [shapes.index((row.T, row.N, row.D, row.H)) + (-0.08 if last else 0.08) for row in own],
            [row.ratio or 0.0 for row in own],
            marker="o",
            linestyle="none",
            color=COLOURS.get(name),
            fillstyle="full" if last else "none",
            label=name if last else None,
        )


def growth(curves: Iterable[Curve], path: Path) -> None:
    """Milliseconds against each axis, with the exponent of every curve."""
    panels = grouped(curves, lambda curve: curve[0])
    figure = Figure(figsize=(4.5 * len(panels), 4), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for ax, (axis, own) in zip(axes, panels.items(), strict=True):
        for _, name, sizes, costs in own:
            _power(ax, axis, name, sizes, costs)
        _marks(ax, sorted({size for _, _, sizes, _ in own for size in sizes}))
        ax.set_xlabel(axis)
        ax.grid(which="both", alpha=0.3)
        ax.legend()
    axes[0].set_ylabel("milliseconds a gradient")
    figure.savefig(path, dpi=130)


def _power(ax: Axes, axis: str, name: str, sizes: Sequence[float], costs: Sequence[float]) -> None:
    """One curve with its exponent."""
    label = f"{name}: {axis}^{exponent(sizes, costs):.2f}"
    ax.loglog(sizes, costs, marker="o", color=COLOURS.get(name), label=label)


def _marks(ax: Axes, sizes: Sequence[float]) -> None:
    """A mark on the axis for each size that any curve has."""
    ax.set_xticks(sizes, [f"{size:.0f}" for size in sizes], rotation=45)
    ax.minorticks_off()


def memory(rows: Sequence[Row], path: Path) -> None:
    """Peak memory against T."""
    figure = Figure(figsize=(6, 4.5), layout="constrained")
    ax = figure.subplots()
    for name, own in grouped(rows, lambda row: row.contender).items():
        _power(ax, "T", name, [row.T for row in own], [row.more["bytes"] / 2**20 for row in own])
    _marks(ax, sorted({row.T for row in rows}))
    ax.set_xlabel("T")
    ax.set_ylabel("peak memory of one gradient, MiB")
    ax.grid(which="both", alpha=0.3)
    ax.legend()
    figure.savefig(path, dpi=130)
