"""What no cell is made of, what is no cell, and functions of activation that have no rational values."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np

from rnn import GRU, LSTM, Layer, Vanilla, sigmoid, tanh
from rnn.cells.cell import METHODS, Params, Weights, check_cell
from tests.rnn.refusals import of, refuse, table

PARTS = {
    **dict.fromkeys(METHODS, print),
    **{
        "inputs": 1,
        "units": 1,
        "state": ("h",),
        "weights": Weights,
        "params": Params,
        "shapes": {"U": (1, 1)},
    },
}


def forward(cell):
    """Its states, in Fractions."""
    shapes = ((2, 3, cell.inputs), *cell.shapes.values())
    xs, *weights = (np.vectorize(Fraction, otypes=[object])(np.ones(shape)) for shape in shapes)
    Layer(cell).forward(cell.weights(*weights), xs)


@table(
    *of(
        lambda given: Vanilla(*given),
        ((0, 1), ValueError, "Vanilla.inputs: 0, needed at least 1"),
        ((1, 0), ValueError, "Vanilla.units: 0, needed at least 1"),
        ((1, 1, "swish"), TypeError, "Vanilla.activation: 'swish', needed an rnn.Activation, as rnn.tanh"),
    ),
    *of(
        lambda given: LSTM(*given),
        ((0, 1), ValueError, "LSTM.inputs: 0, needed at least 1"),
        ((1, 0), ValueError, "LSTM.units: 0, needed at least 1"),
        ((1, 1, sigmoid, 3), TypeError, "LSTM.candidate: 3, needed an rnn.Activation, as rnn.tanh"),
        ((1, 1, sigmoid, tanh, 3), TypeError, "LSTM.output: 3, needed an rnn.Activation, as rnn.tanh"),
        ((1, 1, "swish"), TypeError, "LSTM.gate: 'swish', needed an rnn.Activation, as rnn.tanh"),
    ),
    *of(
        lambda given: GRU(*given),
        ((0, 1), ValueError, "GRU.inputs: 0, needed at least 1"),
        ((1, 0), ValueError, "GRU.units: 0, needed at least 1"),
        ((1, 1, sigmoid, 3), TypeError, "GRU.candidate: 3, needed an rnn.Activation, as rnn.tanh"),
        ((1, 1, 3), TypeError, "GRU.gate: 3, needed an rnn.Activation, as rnn.tanh"),
    ),
    *of(
        forward,
        (GRU(3, 2), TypeError, "GRU.gate: sigmoid, needed one that takes Fractions"),
        (LSTM(3, 2), TypeError, "LSTM.gate: sigmoid, needed one that takes Fractions"),
    ),
    *of(
        lambda missing: check_cell(
            "cell", SimpleNamespace(**{k: v for k, v in PARTS.items() if k != missing})
        ),
        *(
            (name, TypeError, "cell: " if name in METHODS else f"cell.{name}: None, needed ")
            for name in PARTS
        ),
    ),
    *of(
        lambda wrong: check_cell("cell", SimpleNamespace(**PARTS | wrong)),
        *(
            ({name: wrong}, TypeError, f"cell.{name}: {wrong!r}, needed a ")
            for name, wrong in (("state", ()), ("shapes", {}), ("state", "h"), ("params", 3))
        ),
    ),
)
def test_what_is_no_cell_is_refused(call, error, said):
    """By the field, the method or the function that is wrong."""
    refuse(call, error, said)
