"""Draws vanishing.png, what is left of a gradient by lag: ``python docs/vanishing.py``, from the root."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from rnn import GRU, LSTM, Layer, Vanilla
from rnn.cells.cell import Cell

PICTURE = Path(__file__).with_suffix(".png")
STEPS, UNITS, RECORDS = 60, 32, 64


def left(cell: Cell, change: Callable[[Any], Any]) -> np.ndarray:
    """(T,), by lag: the size of ∂L/∂x at the step that many before the loss, over that at the loss's own."""
    rng = np.random.default_rng(0)
    layer = Layer(cell)
    params = change(layer.init(rng))
    xs = rng.standard_normal((RECORDS, STEPS, cell.inputs)) / 2
    forward = layer.forward(params, xs)
    d_outputs = np.zeros_like(forward.outputs)
    d_outputs[:, -1] = rng.standard_normal((RECORDS, UNITS))
    sizes = np.sqrt((layer.backward(forward.saved, d_outputs).xs ** 2).mean(axis=(0, 2)))[::-1]
    return np.asarray(sizes / sizes[0])


def scaled(gain: float) -> Callable[[Any], Any]:
    """Weights whose W, orthogonal as ``init`` makes it, is that many times as large."""
    return lambda params: params._replace(W=gain * params.W)


def forgetting(bias: float) -> Callable[[Any], Any]:
    """Weights of an LSTM whose forget gates have that bias."""

    def changed(params: Any) -> Any:
        b = params.b.copy()
        b[UNITS : 2 * UNITS] = bias
        return params._replace(b=b)

    return changed


# Of one colour for a cell; what differs in one cell is told by the line, in black and white too.
CURVES = {
    "vanilla, 1.5 W": (Vanilla(2, UNITS), scaled(1.5), {"color": "#0072b2", "linestyle": ":"}),
    "vanilla": (Vanilla(2, UNITS), scaled(1), {"color": "#0072b2", "linestyle": "-"}),
    "vanilla, 0.5 W": (Vanilla(2, UNITS), scaled(0.5), {"color": "#0072b2", "linestyle": "--"}),
    "LSTM, forget bias 3": (LSTM(2, UNITS), forgetting(3), {"color": "#d55e00", "linestyle": "--"}),
    "LSTM, forget bias 1": (LSTM(2, UNITS), forgetting(1), {"color": "#d55e00", "linestyle": "-"}),
    "GRU": (GRU(2, UNITS), scaled(1), {"color": "#009e73", "linestyle": "-"}),
}


def drawn(picture: Path) -> None:
    """The picture, written there: a curve for each network."""
    figure, axes = plt.subplots(figsize=(8, 4.4), layout="constrained")
    for name, (cell, change, style) in CURVES.items():
        axes.semilogy(left(cell, change), label=name, **style)
    axes.set_ylim(1e-6, 1e3)
    axes.set_xlim(0, STEPS - 1)
    axes.set_xlabel("lag: steps between the loss and the input")
    axes.set_ylabel("size of the gradient, over that at lag 0")
    axes.grid(color="#dddddd")
    figure.legend(loc="outside right center", frameon=False)
    figure.savefig(picture, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    drawn(PICTURE)
