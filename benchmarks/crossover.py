"""From which sizes on are NumPy's loops as fast as compiled ones?

A compiled loop saves the calls of a step; where the work of a step is all that counts, the two differ by
their scalar functions and products alone. For every cell and both types NumPy's time over ours at N records
of H units, the full gradient of a loss on the last step: below 1 NumPy's loops are the faster ones there.
"""

from typing import Any

from benchmarks.measure import for_each_number_of_threads, in_words, measure
from benchmarks.options import Options
from benchmarks.results import Timing
from benchmarks.shapes import CallShape
from benchmarks.tables import grouped, ratio, table
from benchmarks.task import DTYPES, draw

NAME = "crossover"
NUMPY = "manual-numpy"

# Enough steps that what a call costs once is small, few enough that the largest takes a second.
STEPS, INPUTS = 30, 8
RECORDS, UNITS = (1, 4, 16, 64, 256), (16, 64, 128, 256, 512)
QUICK_RECORDS, QUICK_UNITS = RECORDS[:3], UNITS[:3]


def rows(options: Options) -> list[Timing]:
    """Each number of threads in a process of its own; none without compiled loops."""
    if NUMPY not in options.contenders:
        return []
    return for_each_number_of_threads(NAME, options)


def in_process(options: dict[str, Any], threads: int) -> list[dict[str, Any]]:
    """The rows for this process's number of threads."""
    chosen = Options.from_json(options)
    records, units = (QUICK_RECORDS, QUICK_UNITS) if chosen.quick else (RECORDS, UNITS)
    plan = [
        (cell, dtype, CallShape(STEPS, N, INPUTS, H))
        for cell in chosen.cells
        for dtype in DTYPES
        for N in records
        for H in units
    ]
    found = []
    for number, (cell, dtype, shape) in enumerate(plan):
        task = draw(shape, dtype, cell=cell)
        chosen.stretch.show(number, len(plan), f"{NAME}, {in_words(task, threads)}")
        found += measure(NAME, task, [NUMPY], threads, chosen.effort)
    return [row.to_json() for row in found]


def report(found: list[Timing]) -> str:
    """A table of N by H for each cell, type and number of threads."""
    parts = ["NumPy's time over that of compiled loops (times)"]
    of_numpy = [row for row in found if row.contender == NUMPY]
    for (cell, dtype, threads), group in grouped(of_numpy, _of_table).items():
        units = sorted({row.H for row in group})
        at = {(row.N, row.H): ratio(row) for row in group}
        lines = [[str(N), *(at[N, H] for H in units)] for N in sorted({row.N for row in group})]
        title = f"{cell}, {dtype}, {threads} thread{'s' * (threads > 1)}"
        parts.append(f"{title}\n\n{table(['N', *(f'H {H}' for H in units)], lines)}")
    return "\n\n".join(parts)


def _of_table(row: Timing) -> tuple[str, str, int]:
    return row.cell, row.dtype, row.threads
