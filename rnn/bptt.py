"""The two time loops: ``unroll`` forward, ``bptt`` backward.

The backward sends *sweeps* back through time (see ``rnn.truncation``). Since dU, dW, db and dxs are linear
in da, the recursion has to produce da alone; what different losses contribute to the same step is added
there. Sweeps step back **abreast**, as one batch: at offset j every sweep that is deeper than j stands at
step stop − 1 − j, so the sequential part takes as many steps as the deepest sweep is deep, not T.

    carry  = 0                               the cotangent of each sweep's state
    for j = 0 … depth − 1:
        carry  += dh of the loss at that step, for sweeps that still collect losses there
        da      = carry ⊙ slopes             the cell's ``step_back``, which also moves
        carry   = da W                       the carry one step back
        das[step] += da

A sweep ends at its ``first`` step; what is left of its carry there is its share of dh_0 if that step is 0.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np

from rnn.arrays import Array, zeros
from rnn.cells.cell import Cell, Recurrent, Tape
from rnn.truncation import Sweep, Truncation, sweeps

Arrays: TypeAlias = tuple[Array, ...]

# Bytes of one carry array that travels: half of a common second-level cache (1 MiB), which a carry shares with
# da and the slopes. Wider batches gain nothing, and the cap bounds the memory whatever T and the truncation.
ABREAST_BYTES = 128 * 1024


def unroll(cell: Cell, weights: Recurrent, xs: Array, state: Arrays) -> Tape:
    """The forward through every step of ``xs`` (N, T, D), from the initial ``state``."""
    tape = cell.project(weights, xs, state)
    for place in cell.places(weights, tape):
        cell.step(*place)
    return tape


class Group(NamedTuple):
    """Sweeps that travel together, deepest first, with where they stand at every offset.

    ``steps[j]``: the step of each sweep still under way at offset j, counted from the plan's ``first``; all
    distinct. ``collecting[j]``: which of these sweeps collect a loss there (None where none does), and
    ``losses[j]``: those losses, counted from the first loss. ``whole``: the sweeps that reach step 0.
    """

    sweeps: tuple[Sweep, ...]
    steps: Arrays
    collecting: tuple[Array | slice | None, ...]
    losses: Arrays
    whole: Array


class Plan(NamedTuple):
    """``groups`` of sweeps, the earliest step that any reaches, and whether no step is reached twice."""

    groups: tuple[Group, ...]
    first: int
    disjoint: bool


@lru_cache(maxsize=256)
def plan(truncation: Truncation, steps: int, first_loss: int, abreast: int) -> Plan:
    """How the losses at first_loss ≤ t < steps flow back, at most ``abreast`` sweeps at a time."""
    routes = sweeps(truncation, steps, first_loss)
    # Where no loss reaches any step, the last step stands for all of them, with a da of zero.
    first = min((sweep.first for sweep in routes), default=steps - 1)
    groups = tuple(
        _group(routes[start : start + abreast], first, first_loss) for start in range(0, len(routes), abreast)
    )
    reached = {t for sweep in routes for t in range(sweep.first, sweep.stop)}
    return Plan(groups, first, disjoint=sum(sweep.depth for sweep in routes) == len(reached))


def _group(routes: tuple[Sweep, ...], first: int, first_loss: int) -> Group:
    firsts, seeds, stops = np.array(routes).T
    depths = stops - firsts
    steps, collecting, losses = [], [], []
    for j in range(depths[0]):
        now = stops[depths > j] - 1 - j
        seeded = np.flatnonzero(now >= seeds[: len(now)])
        steps.append(now - first)
        # A slice costs less than an index array, and all sweeps of Full or Chunked collect at every offset.
        everyone = slice(0, len(now)) if len(seeded) == len(now) else seeded
        collecting.append(everyone if len(seeded) else None)
        losses.append(now[seeded] - first_loss)
    return Group(routes, tuple(steps), tuple(collecting), tuple(losses), np.flatnonzero(firsts == 0))


def bptt(
    cell: Cell, weights: Recurrent, tape: Tape, dhs: Array, truncation: Truncation
) -> tuple[Array, Arrays, int]:
    """da for every step that a loss reaches, and the initial state's cotangent.

    ``dhs`` (losses, N, H) is ∂ℓ/∂h of the losses at the last ``len(dhs)`` steps, through the readout.
    Returns das (T − first, N, G), the cotangents of the initial state's arrays, each (N, H), and ``first``,
    the earliest step that any loss reaches.
    """
    losses, records, units = dhs.shape
    abreast = max(1, ABREAST_BYTES // (records * units * dhs.itemsize))
    groups, first, disjoint = plan(truncation, tape.steps, tape.steps - losses, abreast)
    slopes = cell.slopes(tape, first)
    das = zeros((tape.steps - first, records, cell.gates * units), dhs)
    initial = tuple(zeros((records, units), dhs) for _ in range(cell.state_arrays))
    W = np.ascontiguousarray(weights.W)
    for group in groups:
        carry = tuple(zeros((len(group.sweeps) * records, units), dhs) for _ in range(cell.state_arrays))
        route = _alone if disjoint and len(group.sweeps) == 1 else _abreast
        for place in route(group, carry, slopes, dhs, das):
            cell.step_back(W, *place)
        for total, left in zip(initial, carry, strict=True):
            for sweep in group.whole:
                total += left[sweep * records : (sweep + 1) * records]
    return das, initial, first


def _abreast(group: Group, carry: Arrays, slopes: Arrays, dhs: Array, das: Array) -> Iterator[Arrays]:
    """The arguments of ``step_back``, offset by offset; each da is added to its step's afterwards."""
    records, units = dhs.shape[1:]
    scratch = np.empty((len(carry[0]), das.shape[2]), das.dtype)
    for steps, collecting, losses in zip(group.steps, group.collecting, group.losses, strict=True):
        rows = len(steps) * records
        under_way = tuple(part[:rows] for part in carry)
        if collecting is not None:
            under_way[0].reshape(-1, records, units)[collecting] += dhs[losses]
        da = scratch[:rows]
        yield (*under_way, *(slope[steps].reshape(rows, -1) for slope in slopes), da)
        das[steps] += da.reshape(len(steps), records, -1)


def _alone(group: Group, carry: Arrays, slopes: Arrays, dhs: Array, das: Array) -> Iterator[Arrays]:
    """The same for a sweep that shares no step with another: da is written where it belongs, on views."""
    back = slice(group.steps[-1].item(), group.steps[0].item() + 1)
    views = (*(slope[back][::-1] for slope in slopes), das[back][::-1])
    for losses, *place in zip(group.losses, *views, strict=True):
        if losses.size:
            carry[0][...] += dhs[losses.item()]
        yield (*carry, *place)
