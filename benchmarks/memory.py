"""What does memory cost, with and without recomputation?

The peak is what a process had resident at most while it computed one gradient, less what it had just before:
by then it holds parameters and data, and has computed a first gradient and given back what that took. Each
measurement runs in a process of its own. Linux keeps these figures; elsewhere the peak is not shown.

The result, as large as parameters and inputs, is a part of every peak, and the larger part where states are
recomputed. So the saving of recomputation is given twice: of the peak, and of what the peak holds beyond the
result.

Beside it stands what recomputation costs in time.
"""

import ctypes
import gc
import sys
from pathlib import Path
from typing import Any

from benchmarks import fresh
from benchmarks.contenders import CONTENDERS
from benchmarks.gate import Verdict, compare
from benchmarks.measure import measure
from benchmarks.options import Options
from benchmarks.results import Timing, row
from benchmarks.shapes import CallShape
from benchmarks.tables import grouped, ratio, significant, table
from benchmarks.task import draw

NAME = "memory"

STEPS = (125, 250, 500, 1000, 2000, 4000)
SIZES = CallShape(0, 32, 64, 128)
RECOMPUTING = "manual-recomputing"


def rows(options: Options) -> list[Timing]:
    """A process for each contender and length, and one for the times; a quick run loads no large library."""
    names = options.only("manual", "autograd", *(() if options.quick else ("torch", "jax")))
    lengths = STEPS[: 3 if options.quick else None]
    plan = [(steps, name) for steps in lengths for name in dict.fromkeys([*names, RECOMPUTING])]
    found = []
    for number, (steps, name) in enumerate(plan):
        options.stretch.show(number, len(plan), f"{NAME}, T {steps}, {name}")
        entry = fresh.call(f"{NAME}.in_process", 1, contender=name, steps=steps)
        found += [Timing.from_json(entry)] if entry is not None else []
    entries = fresh.call(f"{NAME}.times", 1, options=options.to_json())
    return found + [Timing.from_json(entry) for entry in entries]


def in_process(contender: str, steps: int) -> dict[str, Any] | None:
    """The row of one contender and length, or nothing where it cannot do the task."""
    task = draw(CallShape(steps, SIZES.N, SIZES.D, SIZES.H), "float32")
    # A workspace would be held before the peak is measured, and so be left out of it.
    ready = CONTENDERS["manual-once" if contender == "manual" else contender].load()(task)
    if ready is None:
        return None
    ready.run()
    before = _settled()
    result = ready.run()
    used = None if before is None else _status("VmHWM") - before
    verdict = Verdict(0.0)
    if contender != "manual":
        manual = CONTENDERS["manual"].load()(task)
        assert manual is not None
        verdict = compare(ready.gradients(result), manual.gradients(manual.run()), task.shape)
    if verdict.objection:
        used = None
    more = {
        **ready.more,
        "part": "peak",
        "bytes": used,
        "result_bytes": sum(each.nbytes for each in task.arrays().values()),
    }
    return row(NAME, task, contender, 1, verdict, more=more).to_json()


def times(options: dict[str, Any]) -> list[dict[str, Any]]:
    """What recomputation costs in time."""
    chosen = Options.from_json(options)
    steps = 500 if chosen.quick else 1000
    task = draw(CallShape(steps, SIZES.N, SIZES.D, SIZES.H), "float32")
    found = measure(NAME, task, [RECOMPUTING], 1, chosen.effort, part="time")
    return [row.to_json() for row in found]


def _settled() -> int | None:
    """Bytes resident now, after all that is not needed went back to the system; the peak starts from here."""
    gc.collect()
    if sys.platform != "linux":
        return None
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _status("VmRSS")


def _status(key: str) -> int:
    """A figure of /proc/self/status, in bytes. Unlike getrusage's peak it is this program's alone."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        name, _, value = line.partition(":")
        if name == key:
            return 1024 * int(value.split()[0])
    raise KeyError(key)


def report(found: list[Timing]) -> str:
    """MiB by T, a line a contender, and what recomputation costs in time."""
    peaks = [row for row in found if row.more["part"] == "peak"]
    steps = sorted({row.T for row in peaks})
    lines = []
    for contender, group in grouped(peaks, lambda row: row.contender).items():
        by_steps = {row.T: row.more["bytes"] for row in group}
        cells = [by_steps.get(T) for T in steps]
        lines.append([contender, *("—" if size is None else significant(size / 2**20) for size in cells)])
    lines += left(peaks, steps)
    where = f"N {SIZES.N}, D {SIZES.D}, H {SIZES.H}, float32"
    parts = [f"Peak memory of one gradient, MiB ({where})", table(["T", *map(str, steps)], lines)]
    slower = [row for row in found if row.more["part"] == "time" and row.contender == RECOMPUTING]
    parts += [f"Recomputing at T {row.T} takes {ratio(row)} of the time." for row in slower]
    return "\n\n".join(parts)


def left(peaks: list[Timing], steps: list[int]) -> list[list[str]]:
    """What recomputation leaves of manual's peak, by T: with the result, which both return, and beyond it."""
    sizes = {(row.contender, row.T): row.more["bytes"] for row in peaks}
    results = {row.T: row.more["result_bytes"] for row in peaks}

    def share(T: int, returned: int) -> str:
        kept, recomputed = sizes.get(("manual", T)), sizes.get((RECOMPUTING, T))
        if kept is None or recomputed is None:
            return "—"
        return f"{100 * (recomputed - returned) / (kept - returned):.1f}%"

    return [
        ["left by recomputing", *(share(T, 0) for T in steps)],
        ["left beyond the result", *(share(T, results[T]) for T in steps)],
    ]


def pictures(found: list[Timing], folder: Path) -> None:
    """memory.png."""
    from benchmarks import charts

    peaks = [row for row in found if row.more["part"] == "peak" and row.more["bytes"] is not None]
    if peaks:
        charts.memory(peaks, folder / "memory.png")
