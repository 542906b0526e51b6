"""What do vanishing gradients cost in float32?

A gradient that vanishes over many steps becomes a denormal number before it is zero, and processors multiply
those many times slower. The same shape with healthy gradients, with half of the records vanishing, and with
all of them: the same W, the same number of operations, and other inputs. Healthy and vanishing tasks are
timed in turn with one another, so that a slowdown, too, is a ratio within a round.
"""

from typing import Any

from benchmarks import fresh
from benchmarks.contenders import CONTENDERS
from benchmarks.gate import compare
from benchmarks.options import Options
from benchmarks.results import Timing, row
from benchmarks.shapes import CallShape
from benchmarks.tables import grouped, milliseconds, ratio, significant, table
from benchmarks.task import draw
from benchmarks.timing import interleaved

NAME = "denormals"

SHAPE = CallShape(200, 64, 256, 256)
QUICK_SHAPE = CallShape(200, 16, 64, 64)

SHARES = {"healthy": 0.0, "half vanish": 0.5, "all vanish": 1.0}


def rows(options: Options) -> list[Timing]:
    """With one thread, as a denormal number is slow in each."""
    entries = fresh.call(f"{NAME}.in_process", 1, options=options.to_json())
    return [Timing.from_json(entry) for entry in entries]


def in_process(options: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of every contender on the three tasks, each with its time over its own healthy time."""
    chosen = Options.from_json(options)
    names = chosen.only("manual", "torch", "jax", "floor", *(() if chosen.quick else ("autograd",)))
    shape = QUICK_SHAPE if chosen.quick else SHAPE
    chosen.stretch.show(0, 1, f"{NAME}, {shape}, float32")
    tasks = {data: draw(shape, "float32", vanishing=share) for data, share in SHARES.items()}
    calls, verdicts, extra = {}, {}, {}
    for data, task in tasks.items():
        manual: dict[str, Any] = {}
        for name in names:
            ready = CONTENDERS[name].load()(task)
            assert ready is not None, "every contender knows the full gradient"
            grads = {key: array.copy() for key, array in ready.gradients(ready.run()).items()}
            manual = manual or grads
            verdicts[data, name] = compare(grads, manual, shape)
            extra[name] = ready.more
            if not verdicts[data, name].objection:
                calls[f"{data}|{name}"] = ready.run
    times = interleaved(calls, chosen.effort)
    found = []
    for (data, name), verdict in verdicts.items():
        own, healthy = times.get(f"{data}|{name}"), times.get(f"healthy|{name}")
        over = own.over(healthy).median if own and healthy else None
        about = (NAME, tasks[data], name, 1, verdict, own, times[f"{data}|manual"])
        found.append(row(*about, {**extra[name], "data": data, "over_healthy": over}))
    return [row.to_json() for row in found]


def report(found: list[Timing]) -> str:
    """A line for each contender and task."""
    lines = []
    for name, group in grouped(found, lambda row: row.contender).items():
        for each in group:
            over = each.more["over_healthy"]
            slower = "—" if over is None else significant(over)
            lines.append([name, each.more["data"], milliseconds(each), slower, ratio(each)])
    first = found[0]
    where = f"T {first.T}, N {first.N}, D {first.D}, H {first.H}, {first.dtype}"
    head = ["contender", "gradients", "ms", "over healthy", "its time over ours"]
    return f"Vanishing gradients ({where})\n\n{table(head, lines)}"
