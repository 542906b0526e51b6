"""The cell protocol: what the two time loops ask of a recurrent cell.

A cell splits its mathematics by what must be sequential and what need not be, and its backward
mirrors its forward:

=========  ===========================  ==========================================
\\          one step after another       all steps at once
=========  ===========================  ==========================================
forward    ``steps``                    ``project``: lay out what no step must wait for
backward   ``steps_back``: da           ``slopes``: every factor of da that is known already;
                                        ``project_back``: dU, dW, db, dxs from every da
=========  ===========================  ==========================================

Every cell reads [h, x, 1], one *row* a record and step, and multiplies it by [W U b], so that a step
is one matrix product, and so is the gradient of all three blocks:

    a = [h, x, 1] [W U b]ᵀ = h Wᵀ + x Uᵀ + b          [dW dU db] = Σ_t da_tᵀ [h_t, x_t, 1]

This is the textbook's a = U x + W h + b with its three products made in one call; a NumPy call costs more
than the products of a small network, and the rows have to be laid out by step anyway.

A cell writes its steps as a ``map`` for each NumPy call of a step, over the arrays of all steps, and a
``zip`` that makes the calls of one step in their order. So a step costs its NumPy calls and next to nothing
of the interpreter (a Python function a step costs a tenth of the time of a small network).

Two seams are here for cells richer than the vanilla one:

- A state may be several arrays (an LSTM's h and c). A carry, its cotangent, is a tuple with one array for
  each, the h that everybody reads first.
- The recurrent pre-activation's cotangent may differ from ``da`` (a GRU's candidate, where the reset gate
  stands between W h and a). It differs by a factor known from the forward, so it is derived from every
  ``da`` at once in ``project_back``, and the recursion produces ``da`` alone.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np

from rnn.arrays import Array
from rnn.checks import checked_count, offers, shown
from rnn.products import aligned

Steps: TypeAlias = Iterator[object]
"""Steps still to be made, in place: asking for the next makes one. What is handed out means nothing."""

Views: TypeAlias = Iterable[Array]
"""One array a step, in the order of the steps."""


def run(steps: Steps) -> None:
    """Make every step."""
    deque(steps, maxlen=0)


class Weights(NamedTuple):
    """What every cell learns, or the cotangents of it: U (G, D), W (G, H), b (G,)."""

    U: Array
    W: Array
    b: Array


class Recurrent(Protocol):
    """Anything that has a cell's weights among its fields."""

    @property
    def U(self) -> Array: ...  # pragma: no cover
    @property
    def W(self) -> Array: ...  # pragma: no cover
    @property
    def b(self) -> Array: ...  # pragma: no cover


class ByStep(NamedTuple):
    """Views of a tape's arrays by step t = 0 … T − 1: row t, the state after it, and the room for its da.

    Going through an array makes a view a step, which costs half a NumPy call, and going through a list of
    them does not. Both are cut alike.
    """

    rows: Array | list[Array]
    hs: Array | list[Array]
    room: Array | list[Array]


class Tape(NamedTuple):
    """What a forward needs, and leaves for its backward. The first axis is the step, but for M's and a's.

    ``rows[t]`` is [h_t, x_t, 1], shape (N, H + D + 1), for t = 0 … T − 1; in ``rows[T]`` only h_T, the
    last state, is set. ``states`` (T + 1, N, H) is the view of h_0 … h_T in them. ``M`` (H + D + 1, G) is
    [W U b]ᵀ, and ``a`` (N, G) the pre-activations of the step that is being made. ``room`` (T, N, G) is where
    the backward writes slopes, and then every da. ``memories`` holds a state's further arrays, (T + 1, N, ·)
    each.
    """

    rows: Array
    states: Array
    M: Array
    a: Array
    room: Array
    by_step: ByStep
    memories: tuple[Array, ...] = ()

    @property
    def steps(self) -> int:
        """T."""
        return len(self.room)

    @property
    def last(self) -> tuple[Array, ...]:
        """A copy of the arrays of the state after the last step."""
        return (self.states[-1].copy(), *(memory[-1].copy() for memory in self.memories))


def tape_for(cell: "Cell", records: int, steps: int, dtype: np.dtype[Any]) -> Tape:
    """A tape on which nothing stands yet but every row's 1.

    The rows and the room are one block of memory: a C library hands two large blocks back to the system when
    they are freed, and new pages from it cost a quarter of the time of a call at T = 50, N = H = 100.
    """
    units, columns = cell.units, cell.gates * cell.units
    width = units + cell.inputs + 1
    split = (steps + 1) * records * width
    block = np.empty(split + steps * records * columns, dtype)
    rows = block[:split].reshape(steps + 1, records, width)
    rows[:, :, -1] = 1
    rows[-1, :, units:-1] = 0
    states, room = rows[:, :, :units], block[split:].reshape(steps, records, columns)
    # An even number of rows before a, so that it begins with a cache line where M does.
    matrices = aligned((width + width % 2 + records, columns), dtype)
    by_step = ByStep(rows[:-1], states[1:], room)
    return Tape(rows, states, matrices[:width], matrices[-records:], room, by_step)


def lay_out(tape: Tape, weights: Recurrent, xs: Array, h0: Array) -> None:
    """Every x of xs (N, T, D), records first, the first h, h0 (N, H), and the weights, in their places."""
    units = h0.shape[1]
    tape.states[0] = h0
    tape.rows[:-1, :, units:-1] = xs.swapaxes(0, 1)
    # In C order, as BLAS reads it; a transposed view costs a tenth more a step.
    M = tape.M
    M[:units], M[units:-1], M[-1] = weights.W.T, weights.U.T, weights.b


class Cell(Protocol):
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
    def gates(self) -> int:
        """G / H: how many blocks of H rows the weights stack."""
        ...  # pragma: no cover

    @property
    def state_arrays(self) -> int:
        """How many arrays a state has: 1, or 2 with a memory beside h."""
        ...  # pragma: no cover

    def tape(self, records: int, steps: int, dtype: np.dtype[Any]) -> Tape:
        """A tape for so many records, steps, and such numbers, for one forward or for one after another."""
        ...  # pragma: no cover

    def project(self, weights: Recurrent, tape: Tape, xs: Array, state: tuple[Array, ...]) -> None:
        """Write onto the tape all that needs no step, from xs (N, T, D) and the initial state's arrays."""
        ...  # pragma: no cover

    def steps(self, tape: Tape) -> Steps:
        """The steps forward, from the first to the last: each writes the next state in its place."""
        ...  # pragma: no cover

    def slopes(self, tape: Tape, first: int) -> tuple[Array, ...]:
        """The factors of ``steps_back`` that the forward determines, for each step from ``first`` on.

        The first of them, (T − first, N, G), lies in the tape's room, and da may take its place.
        """
        ...  # pragma: no cover

    def steps_back(
        self, W: Array, carry: Sequence[Views], slopes: Sequence[Views], das: Sequence[Array]
    ) -> Steps:
        """Steps back, from the later to the earlier, each on any number of rows, none on more than the first.

        A step writes its ``das``, which may be that of the first ``slopes``, and overwrites the carry, the
        cotangents of the state's arrays after the step, by those before it. There are as many steps as
        ``das`` and ``slopes`` have; the carry's arrays may be repeated without end. ``slopes`` can be gone
        through once alone.
        """
        ...  # pragma: no cover

    def project_back(self, weights: Recurrent, tape: Tape, das: Array, first: int) -> tuple[Weights, Array]:
        """dU, dW, db and dxs (steps, N, D), given da (steps, N, G) for each step from ``first`` on."""
        ...  # pragma: no cover


# What ``Cell`` asks for, in the order of the protocol.
SIZES = ("inputs", "units", "gates", "state_arrays")
METHODS = ("tape", "project", "steps", "slopes", "steps_back", "project_back")


def check_cell(name: str, cell: object) -> None:
    """TypeError unless it has all of the protocol, TypeError or ValueError unless its sizes are counts."""
    if not offers(cell, *METHODS):
        raise TypeError(f"{name}: {shown(cell)}, needed a cell, as rnn.Vanilla(inputs=1, units=16)")
    for size in SIZES:
        checked_count(f"{name}.{size}", getattr(cell, size, None), 1)
