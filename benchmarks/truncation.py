"""What does truncation save?

1. With a loss on the last step alone the backward is k + 1 steps, whatever T: the time of a gradient less
   that of its loss, as T grows.
2. With a loss on every step the sweeps go back abreast, as one batch: the recursion of
   ``rnn.through_time.bptt`` against the same done in sequence, chunk by chunk, and against a loop over
   losses, window by window. All three start from the same forward and end with the same da.
3. The whole gradient against the other libraries' idiom, the state detached where a chunk starts.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import fresh
from benchmarks.contenders import Ready, manual
from benchmarks.measure import compete, measure
from benchmarks.options import Options
from benchmarks.results import Timing
from benchmarks.shapes import CallShape
from benchmarks.tables import contest, milliseconds, ratio, significant, table
from benchmarks.task import DTYPES, Task, draw
from rnn import Chunked, Full, Window
from rnn.cells.cell import Cell
from rnn.cells.vanilla import VanillaTape
from rnn.common.arrays import Array
from rnn.through_time.bptt import MAX_CARRY_BYTES, bptt, unroll
from rnn.through_time.routes import segments

NAME = "truncation"

LONG = CallShape(1000, 1, 8, 64)
CHUNK = Chunked(50)
WINDOW = Window(20)
REACHES = (Window(5), Window(20), Full())
LENGTHS = (100, 300, 1000, 3000)


def rows(options: Options) -> list[Timing]:
    """With one thread: N = 1 leaves a second one nothing to do."""
    entries = fresh.call(f"{NAME}.in_process", 1, options=options.to_json())
    return [Timing.from_json(entry) for entry in entries]


def in_process(options: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of all three parts."""
    chosen = Options.from_json(options)
    dtypes = DTYPES[:1] if chosen.quick else DTYPES
    found = []
    for number, dtype in enumerate(dtypes):
        parts = 3 * len(dtypes)
        chosen.stretch.show(3 * number, parts, f"{NAME}, a loss on the last step, {dtype}")
        found += last_step(chosen, dtype)
        chosen.stretch.show(3 * number + 1, parts, f"{NAME}, sweeps abreast and in sequence, {dtype}")
        found += recursions(chosen, dtype)
        chosen.stretch.show(3 * number + 2, parts, f"{NAME}, against detached states, {dtype}")
        peers = chosen.only("torch", "jax", *(() if chosen.quick else ("autograd",)))
        for truncation in (CHUNK, Full()):
            task = draw(LONG, dtype, "every", truncation)
            found += measure(NAME, task, peers, 1, chosen.effort, part="whole")
    return [row.to_json() for row in found]


def last_step(chosen: Options, dtype: str) -> list[Timing]:
    """Gradients of a loss on the last step; ``forward`` in a row is the share of the loss alone."""
    found = []
    for steps in LENGTHS[: 3 if chosen.quick else None]:
        for truncation in REACHES:
            task = draw(CallShape(steps, LONG.N, LONG.D, LONG.H), dtype, "last", truncation)
            prepared = {"manual": manual.prepare}
            beside = {"forward": manual.forward(task)}
            found += compete(NAME, task, prepared, 1, chosen.effort, beside, part="last step")
    return found


def recursions(chosen: Options, dtype: str) -> list[Timing]:
    """The recursion alone: abreast as in the engine, and as one would write it without."""
    found = []
    for truncation, name, other in (
        (CHUNK, "in sequence", in_sequence),
        (WINDOW, "loop over losses", loop_over_losses),
    ):
        task = draw(LONG, dtype, "every", truncation)
        prepared = {"manual": abreast, name: _by_hand(other)}
        found += compete(NAME, task, prepared, 1, chosen.effort, part="recursion")
    return found


def _cell(task: Task) -> Cell:
    """The cell of a task, of which each has one."""
    cell: Any = task.net.cell
    found: Cell = cell
    return found


def abreast(task: Task) -> Ready:
    """The engine's recursion, from the tape that its forward leaves."""
    cell = _cell(task)
    tape: VanillaTape = unroll(cell, task.params, task.xs, (task.h0,))
    dhs = _dhs(task, tape.states)
    at_most = MAX_CARRY_BYTES // task.h0.nbytes

    def run() -> Any:
        (segment,) = segments(task.truncation, task.shape.T, task.first_loss, at_most)
        return bptt(cell, task.params, tape, (dhs,), segment)

    return Ready(run, lambda result: {"da": result[0], "h0": result[1][0]})


Recursion = Callable[[Array, Array, Array, int], tuple[Array, Array]]


def _by_hand(recursion: Recursion) -> Callable[[Task], Ready]:
    """A recursion on plain arrays: W, the states h_1 … h_T, and the losses' dh."""

    def prepare(task: Task) -> Ready:
        tape: VanillaTape = unroll(_cell(task), task.params, task.xs, (task.h0,))
        states, dhs = np.ascontiguousarray(tape.states), _dhs(task, tape.states)
        k = CHUNK.k1 if isinstance(task.truncation, Chunked) else WINDOW.k
        return Ready(
            lambda: recursion(task.params.W, states[1:], dhs, k),
            lambda result: {"da": result[0], "h0": result[1]},
        )

    return prepare


def _dhs(task: Task, states: Array) -> Array:
    """∂ℓ/∂h of every step's loss, (T, N, H)."""
    V, c = task.params.V, task.params.c
    residuals = states[1:] @ V.T + c - task.targets.swapaxes(0, 1)
    return np.ascontiguousarray(residuals @ V)


def in_sequence(W: Array, states: Array, dhs: Array, k: int) -> tuple[Array, Array]:
    """Chunk by chunk, each step after the next: T steps, with all that makes one step fast."""
    slopes = states * states
    np.subtract(1, slopes, out=slopes)
    das = np.empty_like(dhs)
    carry = np.empty_like(dhs[0])
    places = list(zip(dhs, slopes, das, strict=True))
    add, multiply = np.add, np.multiply
    for start in reversed(range(0, len(dhs), k)):
        carry.fill(0)
        for dh, slope, da in reversed(places[start : start + k]):
            add(carry, dh, carry)
            multiply(carry, slope, da)
            da.dot(W, carry)
    return das, carry


def loop_over_losses(W: Array, states: Array, dhs: Array, k: int) -> tuple[Array, Array]:
    """Loss by loss, each k jumps back, as the article's program has it."""
    slopes = states * states
    np.subtract(1, slopes, out=slopes)
    das, dh0 = np.zeros_like(dhs), np.zeros_like(dhs[0])
    carry, da = np.empty_like(dhs[0]), np.empty_like(dhs[0])
    places = list(zip(slopes, das, strict=True))
    add, multiply = np.add, np.multiply
    for t, dh in enumerate(dhs):
        carry[...] = dh
        for slope, total in reversed(places[max(0, t - k) : t + 1]):
            multiply(carry, slope, da)
            add(total, da, total)
            da.dot(W, carry)
        if t <= k:
            dh0 += carry
    return das, dh0


def report(found: list[Timing]) -> str:
    """The three parts, one below the other."""
    parts = {name: [row for row in found if row.more["part"] == name] for name in _PARTS}
    return "\n\n".join(_PARTS[name](rows) for name, rows in parts.items())


def _report_last_step(found: list[Timing]) -> str:
    lines = []
    for row in found:
        forward = row.more["forward"]
        backward = (row.milliseconds or 0.0) * (1 - forward)
        lines.append([row.truncation, str(row.T), row.dtype, milliseconds(row), significant(backward)])
    lines.sort(key=lambda line: (line[2], line[0]))
    head = ["truncation", "T", "dtype", "gradient ms", "of which backward"]
    return f"A loss on the last step: the backward is k + 1 steps, whatever T\n\n{table(head, lines)}"


def _report_recursion(found: list[Timing]) -> str:
    lines = []
    for ours, other in zip(found[::2], found[1::2], strict=True):
        times = [milliseconds(ours), other.contender, milliseconds(other), ratio(other)]
        lines.append([ours.truncation, ours.dtype, *times])
    head = ["truncation", "dtype", "abreast ms", "the other", "its ms", "its time over ours"]
    return f"The recursion at {LONG}, a loss on every step\n\n{table(head, lines)}"


def _report_whole(found: list[Timing]) -> str:
    return contest("The whole gradient, against states detached at chunk starts (its time over ours)", found)


_PARTS = {"last step": _report_last_step, "recursion": _report_recursion, "whole": _report_whole}
