"""What does training on the article's task cost?

The article's data and budget: windows of 50 steps of a sine, 100 records to train on and 50 to validate with,
25 epochs, one record at a time, H = 100, ``Window(5)``. Beside ``rnn.training``:

plain         the right gradient by plain per-step NumPy; losses, too, one record at a time, as in the article
plain, batch  the same, which sums its losses over all records at once, as ours does
published     the structure of the published program; what it computes is no gradient, so its time alone is
              compared, and no agreement is claimed

The first two must end with our losses, to rounding, or their times are not shown. Each is timed on two tasks:
the article's (sigmoid, the inputs encoded by position, D = 50), and one without the encoding (tanh, D = 1).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import fresh
from benchmarks.gate import Verdict
from benchmarks.options import Options
from benchmarks.programs import plain, published
from benchmarks.programs.plain import TrainingPlan
from benchmarks.results import Timing, timed
from benchmarks.tables import milliseconds, ratio, table
from benchmarks.timing import Effort, interleaved
from rnn import ACTIVATIONS, RNN, Vanilla, Window
from rnn.common.arrays import Array
from rnn.data import positional, sine_wave, split, windows
from rnn.loops import usual_loops
from rnn.optimisers import SGD, ClipValue, Constant
from rnn.training import train

NAME = "article_training"

UNITS, JUMPS, EPOCHS, QUICK_EPOCHS = 100, 5, 25, 1
RATE, CLIP = 1e-2, 10.0
TASKS = {"article": "sigmoid", "plain inputs": "tanh"}

# What losses may differ by, after thousands of updates that hand their rounding on: seen is 3e-13.
AGREE = 1e-9

Losses = tuple[list[float], list[float]]


def rows(options: Options) -> list[Timing]:
    """With one thread: one record at a time leaves a second one nothing to do."""
    entries = fresh.call(f"{NAME}.in_process", 1, options=options.to_json())
    return [Timing.from_json(entry) for entry in entries]


def in_process(options: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of both tasks."""
    chosen = Options.from_json(options)
    epochs = QUICK_EPOCHS if chosen.quick else EPOCHS
    effort = Effort(rounds=3, least=1, block=0, budget=3) if chosen.quick else chosen.effort
    found = []
    for number, (task, activation) in enumerate(TASKS.items()):
        chosen.stretch.show(number, len(TASKS), f"{NAME}, {task}, {activation}, {epochs} epochs")
        found += compete(programs(task, activation, epochs), task, epochs, effort)
    return [row.to_json() for row in found]


def programs(task: str, activation: str, epochs: int) -> dict[str, Callable[[], Losses | None]]:
    """Every program as a call that trains and gives its losses; the published one gives none to compare."""
    records = split(windows(sine_wave(200), 50), train=100)
    seen, unseen = records.train, records.validation
    encoded = seen, unseen
    if task == "article":
        encoded = (seen._replace(xs=positional(seen.xs)), unseen._replace(xs=positional(unseen.xs)))
    net = RNN(Vanilla(encoded[0].xs.shape[2], UNITS, ACTIVATIONS[activation]), outputs=1)
    params = net.init(np.random.default_rng(0))
    sgd = SGD(Constant(RATE), ClipValue(CLIP))
    plan = TrainingPlan(activation, JUMPS, RATE, CLIP, epochs)
    at_once = TrainingPlan(activation, JUMPS, RATE, CLIP, epochs, evaluate=len(seen.xs))

    def manual() -> Losses:
        _, history = train(
            *(net, params, *encoded), epochs=epochs, batch=1, optimiser=sgd, truncation=Window(JUMPS)
        )
        return list(history.train), list(history.validation)

    calls: dict[str, Callable[[], Losses | None]] = {
        "manual": manual,
        "plain": lambda: plain.train(params, *encoded, plan),
        "plain, batch": lambda: plain.train(params, *encoded, at_once),
    }
    if task == "article":
        calls["published"] = lambda: _published(seen, unseen, epochs)
    return calls


def _published(seen: tuple[Array, Array], unseen: tuple[Array, Array], epochs: int) -> None:
    """The published structure from its own weights, uniform on [0, 1)."""
    rng = np.random.default_rng(0)
    length = seen[0].shape[1]
    weights = published.PublishedWeights(
        rng.uniform(0, 1, (UNITS, length)), rng.uniform(0, 1, (UNITS, UNITS)), rng.uniform(0, 1, (1, UNITS))
    )
    published.train(weights, seen, unseen, epochs)


def compete(
    calls: dict[str, Callable[[], Losses | None]], task: str, epochs: int, effort: Effort
) -> list[Timing]:
    """A row for each program: the whole training's milliseconds."""
    ends = {name: call() for name, call in calls.items() if name != "published"}
    verdicts = {name: agree(ends[name], ends["manual"]) for name in ends}
    verdicts |= {"published": Verdict(None)} if "published" in calls else {}
    times = interleaved({name: calls[name] for name, each in verdicts.items() if not each.objection}, effort)
    found = []
    for name, verdict in verdicts.items():
        inputs = 50 if task == "article" else 1
        about = (NAME, "vanilla", 50, 1, inputs, UNITS, "float64", 1, f"Window({JUMPS})", "last", name)
        more = {"task": task, "epochs": epochs, "compared": name != "published"}
        more |= {"loops": repr(usual_loops(Vanilla(inputs, UNITS)))} if name == "manual" else {}
        made = Timing(*about, agreement=verdict.agreement, objection=verdict.objection, more=more)
        found.append(timed(made, times[name], times["manual"]) if name in times else made)
    return found


def agree(got: Losses | None, manual: Losses | None) -> Verdict:
    """Are the last losses on both data manual's, to what rounding makes of them on the way?"""
    if got is None or manual is None:
        return Verdict(None, "it has no losses")
    pairs = [(ours[-1], theirs[-1]) for ours, theirs in zip(manual, got, strict=True)]
    worst = max(abs(theirs - ours) / abs(ours) for ours, theirs in pairs)
    return Verdict(worst, "" if worst <= AGREE else f"its last losses are off by {worst:.2g}")


def report(found: list[Timing]) -> str:
    """A line for each program and task."""
    lines = [
        [row.more["task"], row.contender, milliseconds(row), ratio(row), _agreement(row)] for row in found
    ]
    head = ["task", "program", "ms in all", "its time over ours", "last losses differ by"]
    title = f"Training on the article's task: {found[0].more['epochs']} epochs, one record at a time"
    return f"{title}\n\n{table(head, lines)}"


def _agreement(row: Timing) -> str:
    return "not compared" if row.agreement is None else f"{row.agreement:.1e}"
