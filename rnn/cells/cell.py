"""The cell protocol: what the two time loops ask of a recurrent cell.

A cell splits its mathematics by what must be sequential and what need not be, and its backward
mirrors its forward:

=========  ===========================  ==========================================
\\          one step after another       all steps at once
=========  ===========================  ==========================================
forward    ``forward``                  ``project``: all that no step must wait for
backward   ``steps_back``: da           ``local_derivatives``: the factors of da that the forward determines;
                                        ``project_back``: the weights' gradients and dxs from every da
=========  ===========================  ==========================================

Products are made of *rows* that end in a one, one row a record and step, so that a bias is a column of its
matrix, and the gradients of a weight and its bias are one product:

    a = [h, x, 1] [W U b]ᵀ = h Wᵀ + x Uᵀ + b          [dW dU db] = Σ_t da_tᵀ [h_t, x_t, 1]

A cell owns its tape (what the forward leaves for the backward), the NamedTuple of its parameters, and its
state, a tuple of arrays, of which the first, h, is what the readout sees. Its steps back are a generator, for
between two of them losses come in and da goes out.

The recursion need not be these loops. Both directions read and write arrays that exist before the first step
(the tape's; ``carry``, ``derivatives``, ``das``), so a compiled loop over the same arrays can stand in for a
cell's ``forward``, and for ``SingleSweep.steps_back`` of ``rnn.through_time.routes``.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, groupby
from math import prod
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np

from rnn.common.arrays import Array
from rnn.common.checks import checked_count, offers, shown
from rnn.common.parameters import Own, OwnWeights
from rnn.common.products import aligned

Arrays: TypeAlias = tuple[Array, ...]

Steps: TypeAlias = Iterator[None]
"""Steps back still to be made, in place: asking for the next makes one."""

Views: TypeAlias = Iterable[Array]
"""One array a step, in the order of the steps."""

StepViews: TypeAlias = Sequence[Array] | Array
"""The same as an array whose first axis is the step, or as a list.

Going through an array makes a view a step, which costs half a NumPy call; going through a list does not.
"""


def run(steps: Steps) -> None:
    """Make every step."""
    deque(steps, maxlen=0)


class Weights(NamedTuple):
    """What a cell with one bias learns, or its gradient: U (G, D), W (G, H), b (G,)."""

    U: Array
    W: Array
    b: Array


class Params(NamedTuple):
    """The cell's weights with the readout's V (K, H) and c (K,): all learned arrays, or their gradients."""

    U: Array
    W: Array
    b: Array
    V: Array
    c: Array


class Recurrent(Protocol):
    """Anything that has a cell's weights among its fields."""

    @property
    def U(self) -> Array: ...  # pragma: no cover
    @property
    def W(self) -> Array: ...  # pragma: no cover
    @property
    def b(self) -> Array: ...  # pragma: no cover


class Tape(Protocol):
    """What a forward writes, and its backward reads: a NamedTuple of arrays whose first axis is the step."""

    @property
    def state(self) -> Arrays:
        """The state's arrays before and after each step, (T + 1, N, H) each; the first holds h_0 … h_T."""
        ...  # pragma: no cover

    @property
    def kept(self) -> Arrays:
        """Every array that steps write and the backward reads."""
        ...  # pragma: no cover

    @property
    def da_buffer(self) -> Array:
        """(T, N, ·): where the backward writes the first of the local derivatives, and then every da."""
        ...  # pragma: no cover

    @property
    def views(self) -> Any:
        """A NamedTuple of ``StepViews``: what each step reads and keeps; ``das`` are the da_buffer's."""
        ...  # pragma: no cover


def with_listed_views(tape: Any) -> Any:
    """The same tape with its views made once, as lists, so that going through it makes none."""
    return _with_views(tape, map(list, tape.views))


def stretches(tape: Any, active: Sequence[int]) -> Iterator[Any]:
    """The same tape in stretches of steps, of which step t has the first ``active[t]`` records alone."""
    start = 0
    for records, steps in groupby(active):
        stop = start + len(list(steps))
        yield _with_views(tape, ([view[:records] for view in each[start:stop]] for each in tape.views))
        start = stop


def _with_views(tape: Any, views: Iterable[Any]) -> Any:
    return tape._replace(views=type(tape.views)(*views))


def carved(dtype: np.dtype[Any], *shapes: tuple[int, ...]) -> list[Array]:
    """Uninitialised arrays of these shapes in one block of memory.

    A C library hands several large blocks back to the system when they are freed, and new pages from it cost
    a quarter of the time of a call at T = 50, N = H = 100.
    """
    stops = list(accumulate(map(prod, shapes)))
    block = np.empty(stops[-1], dtype)
    starts = [0, *stops[:-1]]
    return [
        block[start:stop].reshape(shape) for start, stop, shape in zip(starts, stops, shapes, strict=True)
    ]


def matrix_and_product(width: int, columns: int, records: int, dtype: np.dtype[Any]) -> tuple[Array, Array]:
    """Uninitialised M (width, columns) and a (records, columns), in which [h, x, 1] M is written."""
    # An even number of rows before a, so that it begins with a cache line where M does.
    matrices = aligned((width + width % 2 + records, columns), dtype)
    return matrices[:width], matrices[-records:]


def constant_columns(rows: Array, first: int) -> None:
    """Give rows the one that they end in, and in the last row zeros from column ``first`` on to there."""
    rows[:, :, -1] = 1
    rows[-1, :, first:-1] = 0


class Cell(Protocol[Own, OwnWeights]):
    """One recurrent layer's mathematics. The steps write into arrays that exist already."""

    @property
    def inputs(self) -> int:
        """D."""
        ...  # pragma: no cover

    @property
    def units(self) -> int:
        """H."""
        ...  # pragma: no cover

    @property
    def state(self) -> tuple[str, ...]:
        """The names of the state's arrays, h first."""
        ...  # pragma: no cover

    @property
    def weights(self) -> type[OwnWeights]:
        """The NamedTuple of the cell's weights."""
        ...  # pragma: no cover

    @property
    def params(self) -> type[Own]:
        """The NamedTuple of a network's parameters: the weights, then V and c."""
        ...  # pragma: no cover

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """The shape of each weight, by its name, in the order of ``params``."""
        ...  # pragma: no cover

    def init(self, rng: np.random.Generator) -> Arrays:
        """New weights, in float64: a NamedTuple of their names (``rnn.cells.initial``)."""
        ...  # pragma: no cover

    def tape(self, records: int, steps: int, dtype: np.dtype[Any]) -> Any:
        """A ``Tape`` for so many records, steps, and such numbers, for one forward or several in turn."""
        ...  # pragma: no cover

    def project(self, weights: Any, tape: Any, xs: Array, state: Arrays) -> None:
        """Write onto the tape all that needs no step, from xs (N, T, D) and the initial state's arrays."""
        ...  # pragma: no cover

    def forward(self, tape: Any) -> None:
        """Every step forward, from the first to the last: each writes the next state in its place."""
        ...  # pragma: no cover

    def local_derivatives(self, tape: Any, first: int) -> Arrays:
        """The factors of ``steps_back`` that the forward determines, for each step from ``first`` on.

        The first of them, (T − first, N, ·), lies in the tape's da_buffer, and da may take its place. None is
        an array that the forward has written, unless ``steps_back`` only reads it.
        """
        ...  # pragma: no cover

    def steps_back(
        self, W: Array, carry: Sequence[Views], derivatives: Sequence[Views], das: Sequence[Array]
    ) -> Steps:
        """Steps back, from the later to the earlier, each on any number of rows, none on more than the first.

        A step writes its ``das``, which may be that of the first ``derivatives``, and overwrites the carry,
        the cotangents of the state's arrays after the step, by those before it. There are as many steps as
        ``das`` and ``derivatives`` have; the carry's arrays may be repeated without end.
        """
        ...  # pragma: no cover

    def project_back(self, weights: Any, tape: Any, das: Array, first: int) -> tuple[Arrays, Array]:
        """The weights' gradients and dxs (steps, N, D), given every da from step ``first`` on."""
        ...  # pragma: no cover


# What ``Cell`` asks for, in the order of the protocol.
SIZES = ("inputs", "units")
METHODS = (
    *("init", "tape", "project", "forward"),
    *("local_derivatives", "steps_back", "project_back"),
)


def check_cell(name: str, cell: object) -> None:
    """TypeError unless it has all of the protocol, TypeError or ValueError unless its sizes are counts."""
    if not offers(cell, *METHODS):
        raise TypeError(f"{name}: {shown(cell)}, needed a cell, as rnn.Vanilla(inputs=1, units=16)")
    for size in SIZES:
        checked_count(f"{name}.{size}", getattr(cell, size, None), 1)
    for field, needed in (
        *(("state", tuple), ("weights", type), ("params", type)),
        ("shapes", Mapping),
    ):
        found = getattr(cell, field, None)
        if not isinstance(found, needed) or (needed is not type and not found):
            raise TypeError(f"{name}.{field}: {shown(found)}, needed a {needed.__name__} that is not empty")
