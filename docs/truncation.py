"""Draws truncation.png, which steps each loss reaches: ``python docs/truncation.py``, from the root."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from rnn import Chunked, Full, Tail, Truncation, Window

PICTURE = Path(__file__).with_suffix(".png")
STEPS = 12
TRUNCATIONS = (Full(), Window(3), Chunked(4), Chunked(2, 4), Chunked(4, 2), Tail(4))

# Told apart without colour as well: by the mark, and by how dark it is.
REACHED = {"marker": "s", "markersize": 9, "color": "#0072b2"}
CUT = {"marker": "o", "markersize": 3.5, "color": "#d98c3f"}


def mask(truncation: Truncation, steps: int) -> np.ndarray:
    """M (T, T) of bools: entry (t, s) says whether the loss at step t reaches the use at step s."""
    s = np.arange(steps)
    firsts = [truncation.first(t, steps) for t in range(steps)]
    return np.array([(first <= s) & (s <= t) for t, first in enumerate(firsts)])


def draw(axes: Axes, truncation: Truncation) -> None:
    """One mask, with the time of the losses upwards."""
    reached = mask(truncation, STEPS)
    past = np.tri(STEPS, dtype=bool)
    for cells, style in ((reached, REACHED), (past & ~reached, CUT)):
        t, s = np.nonzero(cells)
        axes.plot(s, t, linestyle="none", **style)
    axes.set_title(str(truncation).replace("k=", "").replace(", k2=None", ""), fontsize=11)
    axes.set_xticks(range(0, STEPS, 2))
    axes.set_yticks(range(0, STEPS, 2))
    axes.set_aspect("equal")
    axes.set_xlim(-0.7, STEPS - 0.3)
    axes.set_ylim(-0.7, STEPS - 0.3)


def drawn(picture: Path) -> None:
    """The picture, written there: a panel for each truncation."""
    figure, grid = plt.subplots(2, 3, figsize=(9, 6.8), sharex=True, sharey=True, layout="constrained")
    for axes, truncation in zip(grid.flat, TRUNCATIONS, strict=True):
        draw(axes, truncation)
    figure.supxlabel("s: step at which the parameters are used")
    figure.supylabel("t: step of the loss")
    marks = [
        Line2D([], [], linestyle="none", label="M(t, s) = 1: counted", **REACHED),
        Line2D([], [], linestyle="none", label="M(t, s) = 0: cut off", **CUT),
    ]
    figure.legend(handles=marks, loc="outside upper center", ncols=2, frameon=False)
    figure.savefig(picture, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    drawn(PICTURE)
