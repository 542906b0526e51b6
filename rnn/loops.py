"""Which loops make the steps of a recursion: NumPy's calls, or the same steps compiled.

The compiled ones are a second text of the same equations (``rnn.compiled``), for float32 and float64, and
come with the extra ``compiled``. The two agree to rounding and not to the bit. ``usual_loops`` is the one
place that chooses; a network and a layer show in their ``repr`` what they have, and take either by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from rnn.activations import OURS
from rnn.cells.cell import Arrays, Cell
from rnn.cells.gru import GRU
from rnn.cells.lstm import LSTM
from rnn.cells.vanilla import Vanilla
from rnn.common.arrays import Array, plain
from rnn.common.checks import offers, shown
from rnn.common.products import BLAS_ALONE, matrix_product
from rnn.through_time.bptt import FLUSH_BELOW, NUMPY, Loops
from rnn.through_time.routes import DaBuffer, Route, Segment

# What the extra brings: the compiler.
LIBRARIES = ("numba",)

# What ``Loops`` asks for.
METHODS = (
    *("check", "all_finite", "of_rows", "over_rows", "project_back"),
    *("forward", "local_derivatives", "back", "back_from_outputs"),
)

# Long doubles and Fractions go by NumPy's loops.
_NUMBERS = (np.dtype(np.float32), np.dtype(np.float64))

# The module of ``rnn.compiled`` for a cell. Of no subclass, which may compute something else.
_TEXTS = {Vanilla: "vanilla", LSTM: "lstm", GRU: "gru"}

# Those that have all of the way back in one call.
_AT_ONCE = (Vanilla, LSTM)


def installed() -> bool:
    """Is the extra ``compiled`` there?"""
    return all(find_spec(library) for library in LIBRARIES)


def usual_loops(*cells: Cell) -> Loops:
    """Compiled where the extra is installed and every cell has such a text, NumPy's else."""
    return CompiledLoops() if installed() and all(map(_has_text, cells)) else NUMPY


def checked_loops(name: str, loops: Loops | None, cells: Sequence[Cell]) -> Loops:
    """The loops asked for, or the usual ones. TypeError or ImportError if a cell cannot have them."""
    if loops is None:
        return usual_loops(*cells)
    if not offers(loops, *METHODS):
        raise TypeError(f"{name}: {shown(loops)}, needed rnn.NumPyLoops(), rnn.CompiledLoops() or None")
    for cell in cells:
        loops.check(name, cell)
    return loops


@dataclass(frozen=True)
class CompiledLoops:
    """Steps compiled at their first call, which takes seconds, and kept on disk for the next process.

    For ``Vanilla``, ``LSTM`` and ``GRU`` with activations of ``rnn``, in float32 and float64.
    Other numbers go by NumPy's loops.
    """

    def check(self, name: str, cell: Cell) -> None:
        """ImportError without the extra, TypeError for a cell that has no compiled text."""
        if not installed():
            raise ImportError(f"{name}: {self}, needed the extra: pip install 'verified-rnn[compiled]'")
        if not _has_text(cell):
            needed = "rnn.Vanilla, rnn.LSTM or rnn.GRU with activations of rnn"
            raise TypeError(f"{name}: {self} of {shown(cell)}, needed {needed}")

    def all_finite(self, arrays: Arrays) -> bool:
        """As in ``Loops``."""
        if arrays[0].dtype not in _NUMBERS:
            return NUMPY.all_finite(arrays)
        return all(map(compiled_module("passes").all_finite, arrays))

    def of_rows(self, rows: Array, M: Array) -> Array:
        """As in ``Loops``."""
        # Soonest said of small ones, of which a short call makes several.
        if len(rows) * M.size <= BLAS_ALONE or M.dtype not in _NUMBERS:
            return matrix_product(rows, M)
        product: Array = compiled_module("products").of_rows(rows, M)
        return product

    def over_rows(self, a: Array, b: Array) -> Array:
        """As in ``Loops``."""
        if a.shape[1] * b.size <= BLAS_ALONE or a.dtype not in _NUMBERS:
            return matrix_product(a.T, b)
        product: Array = compiled_module("products").over_rows(a, b)
        return product

    def project_back(
        self, cell: Cell, weights: Any, tape: Any, das: Array, first: int
    ) -> tuple[Arrays, Array]:
        """As in ``Loops``."""
        if das.dtype not in _NUMBERS:
            return NUMPY.project_back(cell, weights, tape, das, first)
        found: tuple[Arrays, Array]
        found = compiled_text(type(cell)).project_back(cell, weights, tape, das, first)
        return found

    def forward(
        self, cell: Cell, weights: Any, tape: Any, xs: Array, state: Arrays, active: Sequence[int] | None
    ) -> None:
        """As in ``Loops``."""
        if xs.dtype not in _NUMBERS:
            NUMPY.forward(cell, weights, tape, xs, state, active)
            return
        records, steps = xs.shape[:2]
        counts = _of_all(steps, records) if active is None else np.array(active)
        compiled_text(type(cell)).forward(cell, weights, tape, xs, state, counts)

    def local_derivatives(self, cell: Cell, tape: Any, first: int) -> Arrays:
        """As in ``Loops``."""
        if tape.da_buffer.dtype not in _NUMBERS:
            return NUMPY.local_derivatives(cell, tape, first)
        found: Arrays = compiled_text(type(cell)).local_derivatives(cell, tape, first)
        return found

    def back(
        self,
        cell: Cell,
        W: Array,
        route: Route,
        carry: Arrays,
        derivatives: Arrays,
        cotangents: Arrays,
        das: DaBuffer,
    ) -> None:
        """As in ``Loops``."""
        if W.dtype not in _NUMBERS:
            NUMPY.back(cell, W, route, carry, derivatives, cotangents, das)
            return
        of_losses = tuple(map(plain, cotangents))
        below = FLUSH_BELOW[W.dtype][()]
        compiled_text(type(cell)).steps_back(
            cell, plain(W), carry, derivatives, of_losses, route.spans, das.array, below
        )

    def back_from_outputs(
        self, cell: Cell, params: Any, tape: Any, do: Array, segment: Segment
    ) -> tuple[Arrays, Array] | None:
        """As in ``Loops``."""
        if do.dtype not in _NUMBERS or type(cell) not in _AT_ONCE:
            return None
        if not compiled_module("at_once").is_short(tape, do, segment):
            return None
        found: tuple[Arrays, Array]
        found = compiled_text(type(cell)).back_from_outputs(cell, params, tape, do, segment)
        return found


# By the name that files and commands have for them.
NAMED: dict[str, Loops] = {"numpy": NUMPY, "compiled": CompiledLoops()}


def name_of(loops: Loops) -> str:
    """Their name; KeyError for loops of somebody else."""
    return {each: name for name, each in NAMED.items()}[loops]


def _has_text(cell: Cell) -> bool:
    own = type(cell) in _TEXTS
    return own and all(f in OURS for f in cell.activations)  # type: ignore[attr-defined]


@cache
def compiled_text(cell: type) -> Any:
    """The compiled text of a cell."""
    return compiled_module(_TEXTS[cell])


@cache
def compiled_module(name: str) -> Any:
    """A module of ``rnn.compiled``. To import the first takes half a second."""
    return import_module(f"{__package__}.compiled.{name}")


def _all_records(steps: int, records: int) -> Array:
    """How many records each step has, where all have all."""
    return np.full(steps, records)


# To make one takes longer than to find it. Nothing writes to it.
_of_all = lru_cache(maxsize=64)(_all_records)
