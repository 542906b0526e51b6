"""How far is the floor: what NumPy's products, activations and slopes alone cost, and what we add to them?

Our time over the floor's, at every shape of the vanilla cell. What is between the two is the checks, the rows
and matrices that are filled, new arrays for the results, and the Python between the calls. Compiled loops
(``rnn.CompiledLoops``) save calls that the floor has to make, so with them we may be below it; what NumPy's
loops take stands beside. And what a call takes that has no workspace (``rnn.Workspace``), and so makes these
rows and matrices first.
"""

from typing import Any

from benchmarks.measure import for_each_number_of_threads, in_words, measure
from benchmarks.options import Options
from benchmarks.results import Timing
from benchmarks.tables import SETTING, grouped, milliseconds, ratio, setting, significant, table
from benchmarks.task import DTYPES, LOSSES, draw

NAME = "floor"
ONCE, NUMPY = "manual-once", "manual-numpy"


def rows(options: Options) -> list[Timing]:
    """Each number of threads in a process of its own; none if the floor does not take part."""
    if "floor" not in options.contenders:
        return []
    return for_each_number_of_threads(NAME, options)


def in_process(options: dict[str, Any], threads: int) -> list[dict[str, Any]]:
    """The rows for this process's number of threads."""
    chosen = Options.from_json(options)
    settings = [
        (shape, dtype, loss) for shape in chosen.sizes("vanilla") for dtype in DTYPES for loss in LOSSES
    ]
    found = []
    for number, each in enumerate(settings):
        task = draw(*each)
        chosen.stretch.show(number, len(settings), f"{NAME}, {in_words(task, threads)}")
        found += measure(NAME, task, ("floor", ONCE, *chosen.only(NUMPY)), threads, chosen.effort)
    return [row.to_json() for row in found]


def report(found: list[Timing]) -> str:
    """Our time over the floor's, a line a task."""
    lines = []
    for key, group in grouped(found, setting).items():
        by_name = {row.contender: row for row in group}
        manual, floor = by_name["manual"], by_name["floor"]
        others = [ratio(by_name[name]) if name in by_name else "—" for name in (ONCE, NUMPY)]
        over = "disagrees"
        if floor.ratio is not None and floor.ratio_spread is not None:
            upper, lower = floor.ratio_spread
            over = f"{significant(1 / floor.ratio)} ({significant(1 / lower)}–{significant(1 / upper)})"
        share = f"{100 * manual.more['checks']:.1f}%"
        lines.append([*map(str, key), milliseconds(manual), milliseconds(floor), share, over, *others])
    head = [*SETTING, "manual ms", "floor ms", "checks"]
    head += ["ours over the floor's", "without a workspace over ours", "with NumPy's loops over ours"]
    return f"How far the floor is\n\n{table(head, lines)}"
