"""The two time loops: ``unroll`` forward, ``bptt`` backward.

The backward sends *sweeps* back through time (``rnn.truncation``) on their *routes* (``rnn.routes``).
Since dU, dW, db and dxs are linear in da, the recursion has to produce da alone; what different losses
contribute to the same step is added there. Sweeps step back **abreast**, as one batch: at offset j every
sweep deeper than j stands at step stop − 1 − j, so the sequential part takes as many steps as the deepest
sweep is deep, not T. (Where states are so large that a batch gains nothing, sweeps that share no step go
one after another.)

    carry  = 0                               the cotangent of each sweep's state
    for j = 0 … depth − 1:
        carry  += dh of the loss at that step, for sweeps that still collect losses there
        da      = carry ⊙ slopes             the cell's ``steps_back``, which also moves
        carry   = da W                       the carry one step back
        das[step] += da

A sweep ends at its ``first`` step; what is left of its carry there is its share of dh_0 if that step is 0.

Every few offsets the entries of a carry that have vanished are set to 0 (``flush``). An entry of da or dh_0
whose chain stays above ``LEAST`` all the way is unchanged, to the bit; a chain that falls below it is lost
from there on.
"""

from itertools import islice

import numpy as np

from rnn.arrays import FLOATS, Array, zeros
from rnn.cells.cell import Cell, Recurrent, Steps, Tape, run
from rnn.products import lined_up
from rnn.routes import Arrays, Das, Segment

# Bytes of one carry array that travels. It shares the second-level cache (1 MiB and more) with da, the slopes
# and W. Wider batches gain nothing, and the cap bounds the memory whatever T and the truncation.
ABREAST_BYTES = 128 * 1024

# Below this an entry of a carry is set to 0: the smallest normal number over the rounding unit (float32:
# 2e-31), so that its products with factors down to the unit are normal numbers still. Denormal ones cost a
# processor about ten times as much. Fractions do not vanish.
LEAST = {dtype: np.array(np.finfo(dtype).tiny / (np.finfo(dtype).eps / 2)) for dtype in FLOATS}

# Offsets from one look to the next: often enough that a chain which shrinks eightfold a step is set to 0
# before it becomes denormal, for from LEAST to there is a factor of 2²⁴ = 8⁸ in float32, and of 2⁵³ > 8¹⁶
# else; one that shrinks faster is denormal for half of these offsets at most. And seldom enough to cost
# little.
FLUSH_EVERY = {dtype: 8 if dtype == np.float32 else 16 for dtype in FLOATS}


def unroll(cell: Cell, weights: Recurrent, xs: Array, state: Arrays, tape: Tape | None = None) -> Tape:
    """The forward through every step of ``xs`` (N, T, D) from ``state``, on this tape or on a new one."""
    if tape is None:
        tape = cell.tape(len(xs), xs.shape[1], xs.dtype)
    cell.project(weights, tape, xs, state)
    run(cell.steps(tape))
    return tape


def go_back(steps: Steps, carry: Arrays, depth: int) -> None:
    """Make ``depth`` steps back, and every few of them look for what has vanished from the carry."""
    dtype = carry[0].dtype
    if dtype in LEAST:
        least, often = LEAST[dtype], FLUSH_EVERY[dtype]
        for _ in range(depth // often):
            run(islice(steps, often))
            flush(carry, least)
    run(steps)


def flush(carry: Arrays, least: Array) -> None:
    """Set to 0 the entries of a carry that are smaller than ``least``."""
    for part in carry:
        part[np.abs(part) < least] = 0


def bptt(
    cell: Cell, weights: Recurrent, tape: Tape, dhs: Array, segment: Segment, entering: Arrays = ()
) -> tuple[Array, Arrays, Arrays]:
    """da for every step of a segment that a loss reaches, from ``segment.first`` on.

    ``tape`` is of the segment's steps, ``dhs`` (losses, N, H) is ∂ℓ/∂h of its own losses, through the
    readout, and ``entering`` the carry that left the segment after it, if one did. Returns das (steps, N, G),
    the cotangents of the initial state's arrays, each (N, H), and the carry that leaves, () where none does.
    """
    _, records, units = tape.states.shape
    first = segment.first - segment.start
    slopes = cell.slopes(tape, first)
    # A slope is last read when its da is known, which can take its place where no step is reached twice.
    if segment.tiling:
        das = Das(slopes[0], tape.by_step.room[first:])
    else:
        das = Das.apart(zeros((tape.steps - first, records, cell.gates * units), dhs))
    initial: Arrays = ()
    leaving: Arrays = ()
    W = lined_up(weights.W, segment.reached * records)
    for route in segment.routes:
        carry = entering
        if not route.enters:
            carry = _zero_carry(cell, route.sweeps * records, dhs)
        go_back(route.steps_back(cell, W, carry, slopes, dhs, das), carry, route.depth)
        if route.leaves:
            leaving = carry
        for sweep in route.whole:
            left = tuple(part[sweep * records : (sweep + 1) * records] for part in carry)
            initial = tuple(map(np.add, initial, left)) if initial else left
    return das.array, initial or _zero_carry(cell, records, dhs), leaving


def _zero_carry(cell: Cell, rows: int, dhs: Array) -> Arrays:
    """A carry of so many rows, of the kind of number that ``dhs`` (losses, N, H) holds."""
    return tuple(zeros((rows, dhs.shape[2]), dhs) for _ in range(cell.state_arrays))
