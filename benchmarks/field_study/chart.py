"""Draws checkers.png for the page from results.json and checkers.json.

``python -m benchmarks.field_study.chart``
"""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.lines import Line2D

from benchmarks.field_study.outcomes import COLUMNS, OUTCOMES, by_engine
from benchmarks.field_study.places import PAGES, read

# Distinct without colour as well: by the marker, and by how light they are.
STYLE = {
    "right": ("o", "#c8d7e6"),
    "caught": ("s", "#0072b2"),
    "missed": ("X", "#d55e00"),
    "false alarm": ("^", "#e69f00"),
}


def drawn() -> None:
    """The picture: a row for each engine, a column for each checker."""
    results = read("results.json")
    rows = by_engine(results, read("checkers.json"))
    figure, axes = plt.subplots(figsize=(9, 0.31 * len(rows) + 1.5), layout="constrained")
    for y, (_, cells) in enumerate(rows):
        axes.axhline(y, color="#eeeeee", linewidth=0.8, zorder=0)
        for x, (outcome, seconds) in enumerate(cells):
            marker, colour = STYLE[outcome]
            axes.scatter(x, y, marker=marker, s=75, color=colour, edgecolor="black", linewidth=0.5)
            time = f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"
            behind = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            axes.text(x + 0.12, y, time, va="center", fontsize=8, color="#444444", bbox=behind)
    axes.set_yticks(range(len(rows)), [results[name]["pin"]["title"] for name, _ in rows], fontsize=8)
    axes.set_xticks(range(len(COLUMNS)), COLUMNS, fontsize=9)
    axes.xaxis.tick_top()
    axes.set_xlim(-0.35, len(COLUMNS) - 0.4)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    shown = {outcome for _, cells in rows for outcome, _ in cells}
    handles = [
        Line2D(
            [], [], linestyle="", marker=m, markersize=8, color=c, markeredgecolor="black", label=OUTCOMES[o]
        )
        for o, (m, c) in STYLE.items()
        if o in shown
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False, fontsize=8)
    figure.savefig(PAGES / "checkers.png", dpi=150)


if __name__ == "__main__":
    drawn()
