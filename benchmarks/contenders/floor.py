"""The vanilla cell's floor: the products, activations and slopes that NumPy needs at least, on ready buffers.

Nothing is checked, allocated, copied or laid out while the clock runs, no loss is summed, and every view
exists beforehand. What is left is what any NumPy program of this gradient has to call:

    forward     a product and an activation a step
    backward    all slopes in one pass; a multiplication and a product a step
    then        one product for each weight's gradient, and one for that of xs
    readout     its product, the residual, and three products back

The inputs' product is either made for all steps at once, or is a part of each step's own product, on rows
[h, x, 1]; and a step's product is made of all records at once, or of as many after each other as OpenBLAS
multiplies without packing. Which is fastest depends on the sizes, so the floor takes the fastest, tried
beforehand, forward and backward. Matrices begin with a cache line where products gain by it.
"""

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.contenders import Ready
from benchmarks.segments import segments
from benchmarks.task import Task
from rnn.common.arrays import Array
from rnn.common.products import SMALL_PRODUCT, TILE, aligned_copy

Run = Callable[[], dict[str, Array]]

# Tries of each layout. The fastest try counts: what disturbs a try only ever adds to it.
_TRIES = 5


def prepare(task: Task) -> Ready | None:
    """The fastest layout. None for another cell, and where losses flow back in more than one stretch."""
    if task.cell != "vanilla":
        return None
    parts = segments(task.truncation, task.shape.T, task.first_loss)
    if parts is None or sum(part.learns for part in parts) != 1:
        return None
    first = parts[-1].start
    forward, hs, weights = min(
        (_side_by_side(task), _in_parts(task), _ahead(task)), key=lambda layout: _least(layout[0])
    )
    recursions = (_back_at_once, _back_in_parts)
    runs = [_backward(task, forward, hs, weights, first, recursion) for recursion in recursions]
    return Ready(min(runs, key=_least), lambda grads: grads)


def _least(call: Callable[[], object]) -> float:
    times = []
    for _ in range(_TRIES):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


# The forward, the h_0 … h_T that it leaves, and (dU, dW, db) as a function of da (·, H) and its first step.
Layout = tuple[Callable[[], None], Array, Callable[[Array, int], tuple[Array, Array, Array]]]


def _side_by_side(task: Task) -> Layout:
    """a = [h, x, 1] [W U b]ᵀ: one product a step."""
    M, rows, hs, a = _rows(task)
    places = list(zip(rows[:-1], hs[1:], strict=True))

    def forward(tanh: np.ufunc = np.tanh) -> None:
        for row, h in places:
            row.dot(M, a)
            tanh(a, h)

    return forward, hs, partial(_weights_of_rows, rows, task.shape.H)


def _in_parts(task: Task) -> Layout:
    """The same as a product a step for every few records."""
    M, rows, hs, a = _rows(task)
    parts = _parts(M, a)
    places = [([(row[n], a[n]) for n in parts], h) for row, h in zip(rows[:-1], hs[1:], strict=True)]

    def forward(tanh: np.ufunc = np.tanh) -> None:
        for products, h in places:
            for row, into in products:
                row.dot(M, into)
            tanh(a, h)

    return forward, hs, partial(_weights_of_rows, rows, task.shape.H)


def _parts(M: Array, out: Array) -> list[slice]:
    """As many records at once as make a small product by M, or as few as are multiplied together."""
    records = max(TILE, SMALL_PRODUCT // M.size // TILE * TILE)
    return [slice(n, n + records) for n in range(0, len(out), records)]


def _rows(task: Task) -> tuple[Array, Array, Array, Array]:
    """[W U b]ᵀ, the rows [h, x, 1] with their h, and room for a."""
    T, N, D, H = task.shape.T, task.shape.N, task.shape.D, task.shape.H
    U, W, b, *_ = task.params
    M = aligned_copy(np.concatenate((W, U, b[:, None]), axis=1).T, T * N)
    rows = np.ones((T + 1, N, H + D + 1), U.dtype)
    rows[:-1, :, H:-1] = task.xs.swapaxes(0, 1)
    rows[0, :, :H] = task.h0
    return M, rows, rows[:, :, :H], np.empty((N, H), U.dtype)


def _weights_of_rows(rows: Array, H: int, da: Array, first: int) -> tuple[Array, Array, Array]:
    dM = da.T.dot(rows[first:-1].reshape(len(da), -1))
    return dM[:, H:-1], dM[:, :H], dM[:, -1]


def _ahead(task: Task) -> Layout:
    """a = h Wᵀ + p, with p = x Uᵀ + b of all steps made before the first."""
    T, N, D, H = task.shape.T, task.shape.N, task.shape.D, task.shape.H
    U, W, b, *_ = task.params
    UT, WT = (aligned_copy(block.T, T * N) for block in (U, W))
    xs = np.ascontiguousarray(task.xs.swapaxes(0, 1)).reshape(-1, D)
    projected = np.empty((T * N, H), U.dtype)
    hs = np.empty((T + 1, N, H), U.dtype)
    hs[0] = task.h0
    a = np.empty((N, H), U.dtype)
    places = list(zip(hs[:-1], projected.reshape(T, N, H), hs[1:], strict=True))

    def forward(tanh: np.ufunc = np.tanh, add: np.ufunc = np.add) -> None:
        xs.dot(UT, projected)
        add(projected, b, projected)
        for h, p, after in places:
            h.dot(WT, a)
            add(a, p, a)
            tanh(a, after)

    def weights(da: Array, first: int) -> tuple[Array, Array, Array]:
        back = da.T
        return back.dot(xs[first * N :]), back.dot(hs[first:-1].reshape(len(da), H)), da.sum(axis=0)

    return forward, hs, weights


# From W, the carry, the slopes, latest first, where da takes their place, and the losses' dh, latest first.
Recursion = Callable[[Array, Array, list[Array], Array], Callable[[], None]]


def _back_at_once(W: Array, carry: Array, slopes: list[Array], dhs: Array) -> Callable[[], None]:
    """A product a step."""
    every = list(zip(slopes, dhs, strict=False)) if len(dhs) > 1 else []

    def back(multiply: np.ufunc = np.multiply, add: np.ufunc = np.add) -> None:
        if every:
            carry.fill(0)
            for step, dh in every:
                add(carry, dh, carry)
                multiply(carry, step, step)
                step.dot(W, carry)
        else:
            carry[...] = dhs[0]
            for step in slopes:
                multiply(carry, step, step)
                step.dot(W, carry)

    return back


def _back_in_parts(W: Array, carry: Array, slopes: list[Array], dhs: Array) -> Callable[[], None]:
    """The same with a product for every few records."""
    parts = _parts(W, carry)
    products = [[(step[n], carry[n]) for n in parts] for step in slopes]
    others = [None] * (len(slopes) - len(dhs))
    places = list(zip(slopes, products, [*dhs, *others], strict=False))

    def back(multiply: np.ufunc = np.multiply, add: np.ufunc = np.add) -> None:
        carry.fill(0)
        for step, calls, dh in places:
            if dh is not None:
                add(carry, dh, carry)
            multiply(carry, step, step)
            for da, into in calls:
                da.dot(W, into)

    return back


def _backward(
    task: Task,
    forward: Callable[[], None],
    hs: Array,
    weights: Callable[[Array, int], tuple[Array, Array, Array]],
    first: int,
    recursion: Recursion,
) -> Run:
    """The forward, and everything after it, with its buffers."""
    T, N, D, H = task.shape.T, task.shape.N, task.shape.D, task.shape.H
    U, W, V = (aligned_copy(block, T * N) for block in (task.params.U, task.params.W, task.params.V))
    VT, c = V.T.copy(), np.ascontiguousarray(task.params.c)
    K, losses = len(c), T - task.first_loss
    targets = task.targets if task.loss == "last" else task.targets.swapaxes(0, 1)
    targets = np.ascontiguousarray(targets).reshape(-1, K)
    read = hs[task.first_loss + 1 :].reshape(losses * N, H)
    do, dhs = np.empty((losses * N, K), U.dtype), np.empty((losses, N, H), U.dtype)
    into_dhs = dhs.reshape(-1, H)

    depth = T - first
    learning = hs[first + 1 :]
    # A slope is read once, when its da is formed, which takes its place.
    slopes = np.empty((depth, N, H), U.dtype)
    da = slopes.reshape(-1, H)
    carry = np.empty((N, H), U.dtype)
    dxs = np.zeros((T, N, D), U.dtype)
    into_dxs = dxs[first:].reshape(-1, D)
    nothing = np.zeros((N, H), U.dtype)
    back = recursion(W, carry, list(slopes[::-1]), dhs[::-1])

    def run() -> dict[str, Array]:
        forward()
        read.dot(VT, do)
        np.add(do, c, do)
        np.subtract(do, targets, do)
        do.dot(V, into_dhs)
        np.square(learning, slopes)
        np.subtract(1, slopes, slopes)
        back()
        dU, dW, db = weights(da, first)
        da.dot(U, into_dxs)
        return {
            **{"U": dU, "W": dW, "b": db, "V": do.T.dot(read), "c": do.sum(axis=0)},
            **{"xs": dxs.swapaxes(0, 1), "h0": nothing if first > 0 else carry},
        }

    return run
