"""The two time loops: ``unroll`` forward, ``bptt`` backward.

The backward sends *sweeps* back through time (``rnn.truncation``) on their *routes*
(``rnn.through_time.routes``). Since dU, dW, db and dxs are linear in da, the recursion has to produce da
alone; what different losses contribute to the same step is added there. Sweeps step back together, as one
batch: at offset j every sweep deeper than j stands at step stop − 1 − j, so the sequential part takes as many
steps as the deepest sweep is deep, not T. (Where states are so large that a batch gains nothing, sweeps that
share no step go one after another.) ::

    carry  = 0                               the cotangents of each sweep's state
    for j = 0 … depth − 1:
        carry  += ∂ℓ/∂state of the loss at that step, for sweeps that still collect losses there
        da      = carry ⊙ derivatives        the cell's ``steps_back``, which also moves
        carry   = da W                       the carry one step back (here as in the vanilla cell)
        das[step] += da

A sweep ends at its ``first`` step; what is left of its carry there is its share of dh_0 if that step is 0.

Every few steps the entries of a carry that have vanished are set to 0 (``flush``). An entry of da or dh_0
whose chain stays above ``FLUSH_BELOW`` all the way is unchanged, to the bit; a chain that falls below it is
lost from there on.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import numpy as np

from rnn.cells.cell import Arrays, Cell, Steps, Tape, run, stretches
from rnn.common.arrays import FLOATS, Array, all_finite, zeros
from rnn.common.products import aligned_copy, matrix_product
from rnn.through_time.routes import DaBuffer, Route, Segment

# Bytes of one carry array that travels. It shares the second-level cache (1 MiB and more) with da, the local
# derivatives and W. Wider batches gain nothing, and the cap bounds the memory whatever T and the truncation.
MAX_CARRY_BYTES = 128 * 1024

# Below this an entry of a carry is set to 0: the smallest normal number over the rounding unit (float32:
# 2e-31), so that its products with factors down to the unit are normal numbers still. Denormal ones cost a
# processor about ten times as much. Fractions do not vanish.
FLUSH_BELOW = {dtype: np.array(np.finfo(dtype).tiny / (np.finfo(dtype).eps / 2)) for dtype in FLOATS}

# NumPy takes it faster than Python's own.
ZERO = np.zeros(())

# Steps between two flushes: few enough that a chain which shrinks eightfold a step is set to 0 before it
# becomes denormal, for from FLUSH_BELOW to there is a factor of 2²⁴ = 8⁸ in float32, and of 2⁵³ > 8¹⁶ else;
# one that shrinks faster is denormal for half of these steps at most. And many enough to cost little.
FLUSH_EVERY = {dtype: 8 if dtype == np.float32 else 16 for dtype in FLOATS}


def go_back(steps: Steps, carry: Arrays, depth: int) -> None:
    """Make ``depth`` steps back, and every few of them set to 0 what has vanished from the carry."""
    dtype = carry[0].dtype
    if dtype in FLUSH_BELOW:
        below, often = FLUSH_BELOW[dtype], FLUSH_EVERY[dtype]
        for _ in range(depth // often):
            deque(islice(steps, often), maxlen=0)
            flush(carry, below)
    run(steps)


def flush(carry: Arrays, below: Array) -> None:
    """Set to 0 the entries of a carry that are smaller than ``below``."""
    for part in carry:
        part[np.abs(part) < below] = ZERO


class Loops(Protocol):
    """How a cell's steps are made, forward and back."""

    def check(self, name: str, cell: Cell) -> None:
        """TypeError or ImportError, by the argument's name, unless these loops can be had for the cell."""
        ...

    def all_finite(self, arrays: Arrays) -> bool:
        """Is every entry of some arrays of one type of float finite? All are in C order and writeable."""
        ...

    def of_rows(self, rows: Array, M: Array) -> Array:
        """``rows`` M, of all steps at once."""
        ...

    def over_rows(self, a: Array, b: Array) -> Array:
        """Σ aᵀ b over the rows of all steps: (columns of a, columns of b)."""
        ...

    def project_back(
        self, cell: Cell, weights: Any, tape: Any, das: Array, first: int
    ) -> tuple[Arrays, Array]:
        """As in ``Cell``."""
        ...

    def forward(
        self, cell: Cell, weights: Any, tape: Any, xs: Array, state: Arrays, active: Sequence[int] | None
    ) -> None:
        """``Cell.project`` and all steps forward, of the first ``active[t]`` records at step t, or of all."""
        ...

    def local_derivatives(self, cell: Cell, tape: Any, first: int) -> Arrays:
        """As in ``Cell``, or where ``back`` makes them, and what of; the first has da's place."""
        ...

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
        """Every step back of a route; arguments as in ``Route``."""
        ...

    def back_from_outputs(
        self, cell: Cell, params: Any, tape: Any, do: Array, segment: Segment
    ) -> tuple[Arrays, Array] | None:
        """All of the way back of a network of one cell, from do = ∂ℓ/∂o (losses, N, K) of a segment.

        The gradients of its parameters and of the initial state's arrays; and dxs, from ``segment.first`` on.
        None where it goes part by part.
        """
        ...


@dataclass(frozen=True)
class NumPyLoops:
    """The cell's own steps, each a few calls of NumPy."""

    def check(self, name: str, cell: Cell) -> None:
        """Every cell has them."""

    def all_finite(self, arrays: Arrays) -> bool:
        """As in ``Loops``."""
        return all(map(all_finite, arrays))

    def of_rows(self, rows: Array, M: Array) -> Array:
        """As in ``Loops``."""
        return matrix_product(rows, M)

    def over_rows(self, a: Array, b: Array) -> Array:
        """As in ``Loops``."""
        return matrix_product(a.T, b)

    def project_back(
        self, cell: Cell, weights: Any, tape: Any, das: Array, first: int
    ) -> tuple[Arrays, Array]:
        """As in ``Loops``."""
        return cell.project_back(weights, tape, das, first)

    def forward(
        self, cell: Cell, weights: Any, tape: Any, xs: Array, state: Arrays, active: Sequence[int] | None
    ) -> None:
        """As in ``Loops``."""
        cell.project(weights, tape, xs, state)
        for stretch in (tape,) if active is None else stretches(tape, active):
            cell.forward(stretch)

    def local_derivatives(self, cell: Cell, tape: Any, first: int) -> Arrays:
        """As in ``Loops``."""
        return cell.local_derivatives(tape, first)

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
        W = aligned_copy(W, route.depth * len(carry[0]))
        go_back(route.steps_back(cell, W, carry, derivatives, cotangents, das), carry, route.depth)

    def back_from_outputs(
        self, cell: Cell, params: Any, tape: Any, do: Array, segment: Segment
    ) -> tuple[Arrays, Array] | None:
        """As in ``Loops``: part by part."""
        return None


NUMPY = NumPyLoops()


def unroll(
    cell: Cell,
    weights: Any,
    xs: Array,
    state: Arrays,
    tape: Any = None,
    active: Sequence[int] | None = None,
    loops: Loops = NUMPY,
) -> Any:
    """The forward through every step of ``xs`` (N, T, D) from ``state``, on this tape or on a new one.

    Where step t has the first ``active[t]`` records alone, the state of the others after it is 0.
    """
    if tape is None:
        try:
            tape = cell.tape(len(xs), xs.shape[1], xs.dtype)
        except MemoryError:
            # What else a cell raises is its own.
            raise MemoryError(
                f"xs: shape {xs.shape}, needed fewer records or steps: it does not fit in memory"
            ) from None
    for array in () if active is None else tape.kept:
        array[...] = zeros((), array)
    loops.forward(cell, weights, tape, xs, state, active)
    return tape


def bptt(
    cell: Cell,
    weights: Any,
    tape: Tape,
    cotangents: Arrays,
    segment: Segment,
    carry_in: Arrays = (),
    loops: Loops = NUMPY,
) -> tuple[Array, Arrays, Arrays]:
    """da for every step of a segment that a loss reaches, from ``segment.first`` on.

    ``tape`` is of the segment's steps. ``cotangents`` (losses, N, H) are those of its own losses: ∂ℓ/∂h, and
    of as many more of the state's arrays as have one. ``carry_in`` is the carry that left the segment after
    it, if one did. Returns das (steps, N, ·), the cotangents of the initial state's arrays, each (N, H), and
    the carry that leaves, () where none does.
    """
    records = len(tape.state[0][0])
    first = segment.first - segment.start
    derivatives = loops.local_derivatives(cell, tape, first)
    # A derivative is last read when its da is known, which can take its place where no step is reached twice.
    if segment.covers_once:
        das = DaBuffer(derivatives[0], tape.views.das[first:])
    else:
        separate = zeros(derivatives[0].shape, derivatives[0])
        das = DaBuffer(separate, separate)
    initial: Arrays = ()
    carry_out: Arrays = ()
    for route in segment.routes:
        carry = carry_in
        if not route.carry_in:
            carry = _zero_carry(tape, route.sweeps * records)
        loops.back(cell, weights.W, route, carry, derivatives, cotangents, das)
        if route.carry_out:
            carry_out = carry
        for sweep in route.to_h0:
            left = tuple(part[sweep * records : (sweep + 1) * records] for part in carry)
            initial = tuple(map(np.add, initial, left)) if initial else left
    return das.array, initial or _zero_carry(tape, records), carry_out


def _zero_carry(tape: Tape, rows: int) -> Arrays:
    """A carry of so many rows, in the shape of the tape's state."""
    return tuple([zeros((rows, array.shape[2]), array) for array in tape.state])
