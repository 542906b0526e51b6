"""Draws checkers.png and own-tests.png for the page from results.json, checkers.json and own_tests.json.

``python -m benchmarks.field_study.chart``
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.lines import Line2D

from benchmarks.field_study.outcomes import COLUMNS, OUTCOMES, by_engine, by_own_tests
from benchmarks.field_study.places import PAGES, read

# Distinct without colour as well: by the marker, and by how light they are.
STYLE = {
    "right": ("o", "#c8d7e6"),
    "caught": ("s", "#0072b2"),
    "missed": ("X", "#d55e00"),
    "false alarm": ("^", "#e69f00"),
    "not checked": ("D", "#ffffff"),
    "no telling": ("v", "#ffffff"),
}


def duration(seconds: float) -> str:
    """Two digits."""
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"


def drawn(path: Path, columns: tuple[str, ...], rows: list[tuple[str, list[tuple[str, str]]]]) -> None:
    """A picture: a row for each engine, and in each column an outcome with a word beside it."""
    figure, axes = plt.subplots(figsize=(9, 0.31 * len(rows) + 1.5), layout="constrained")
    for y, (_, cells) in enumerate(rows):
        axes.axhline(y, color="#eeeeee", linewidth=0.8, zorder=0)
        for x, (outcome, beside) in enumerate(cells):
            marker, colour = STYLE[outcome]
            axes.scatter(x, y, marker=marker, s=75, color=colour, edgecolor="black", linewidth=0.5)
            behind = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            axes.text(x + 0.12, y, beside, va="center", fontsize=8, color="#444444", bbox=behind)
    axes.set_yticks(range(len(rows)), [title for title, _ in rows], fontsize=8)
    axes.set_xticks(range(len(columns)), columns, fontsize=9)
    axes.xaxis.tick_top()
    axes.set_xlim(-0.35, len(columns) - 0.4)
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
    figure.savefig(path, dpi=150)


def main() -> None:
    """Both pictures."""
    results = read("results.json")

    def title(name: str) -> str:
        return str(results[name]["pin"]["title"])

    checked = by_engine(results, read("checkers.json"))
    rows = [
        (title(name), [(outcome, duration(seconds)) for outcome, seconds in cells]) for name, cells in checked
    ]
    drawn(PAGES / "checkers.png", COLUMNS, rows)
    own = [
        (title(name), [(ours, ""), (theirs, "")])
        for name, (ours, theirs), _ in by_own_tests(results, read("own_tests.json"))
    ]
    drawn(PAGES / "own-tests.png", ("verification judge", "its own tests"), own)


if __name__ == "__main__":
    main()
