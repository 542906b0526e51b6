"""What no cell is made of, what is no cell, and functions of activation that have no rational values."""

from functools import partial
from itertools import product
from types import SimpleNamespace

import numpy as np

from rnn import GRU, LSTM, Layer, Vanilla
from rnn.cells.cell import METHODS, Params, Weights, check_cell
from tests.rnn.fractions import as_fractions
from tests.rnn.refusals import of, refuse, table

SIZES = {"inputs": 1, "units": 1}
ROLES = {Vanilla: ("activation",), LSTM: ("gate", "candidate", "output"), GRU: ("gate", "candidate")}
PARTS = {
    **dict.fromkeys(METHODS, print),
    **SIZES,
    **{"state": ("h",), "weights": Weights, "params": Params, "shapes": {"U": (1, 1)}},
}


def forward(cell):
    """Its states, in Fractions."""
    shapes = ((2, 3, cell.inputs), *cell.shapes.values())
    xs, *weights = (as_fractions(np.ones(shape)) for shape in shapes)
    Layer(cell).forward(cell.weights(*weights), xs)


@table(
    *(
        (partial(kind, **SIZES | {name: 0}), ValueError, f"{kind.__name__}.{name}: 0, needed at least 1")
        for kind, name in product(ROLES, SIZES)
    ),
    *(
        (
            partial(kind, **SIZES, **{role: wrong}),
            TypeError,
            f"{kind.__name__}.{role}: {wrong!r}, needed an rnn.Activation, as rnn.tanh",
        )
        for kind, roles in ROLES.items()
        for role, wrong in product(roles, (3, "swish"))
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
