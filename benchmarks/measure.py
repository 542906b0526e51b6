"""One task measured: every contender prepared, its gradient compared with manual's, then timed beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from benchmarks import fresh
from benchmarks.contenders import CONTENDERS, Prepare, manual
from benchmarks.gate import Verdict, compare
from benchmarks.options import Options
from benchmarks.results import Timing, row, spell
from benchmarks.task import Task
from benchmarks.timing import Effort, TimedCall, interleaved


def measure(
    question: str, task: Task, contenders: Iterable[str], threads: int, effort: Effort, **more: object
) -> list[Timing]:
    """A row for each contender that can express the task, manual first; ``more`` goes into each row.

    The task's data are healthy ones (``benchmarks.task``), and each row says so.
    """
    names = dict.fromkeys(("manual", *contenders))
    prepared = {name: CONTENDERS[name].load() for name in names}
    beside = {"checks": manual.checks(task)}
    return compete(question, task, prepared, threads, effort, beside, data="healthy", **more)


def compete(
    question: str,
    task: Task,
    prepared: Mapping[str, Prepare],
    threads: int,
    effort: Effort,
    beside: Mapping[str, TimedCall] = MappingProxyType({}),
    **more: object,
) -> list[Timing]:
    """The same for contenders given as functions, of which one is called manual.

    ``beside`` holds calls that are a part of manual's: each one's share of manual's time goes into its row.
    """
    ready = {name: got for name, prepare in prepared.items() if (got := prepare(task)) is not None}
    # Copies: some contenders answer in buffers that their next call overwrites.
    grads = {
        name: {block: array.copy() for block, array in got.gradients(got.run()).items()}
        for name, got in ready.items()
    }
    verdicts = {name: compare(grads[name], grads["manual"], task.shape) for name in ready}
    del grads
    calls = {name: ready[name].run for name, verdict in verdicts.items() if not verdict.objection}
    times = interleaved(calls | {_part(name): call for name, call in beside.items()}, effort)
    shares = {name: times[_part(name)].over(times["manual"]).median for name in beside}

    def one(name: str, verdict: Verdict) -> Timing:
        own = {**ready[name].more, **(shares if name == "manual" else {})}
        about = (question, task, name, threads, verdict, times.get(name), times["manual"])
        return row(*about, {**own, **more})

    return [one(name, verdict) for name, verdict in verdicts.items()]


def for_each_number_of_threads(question: str, options: Options) -> list[Timing]:
    """The rows of ``benchmarks.<question>.in_process``, each number of threads in a process of its own."""
    found = []
    stretches = options.stretch.divided({str(threads): 1.0 for threads in options.threads})
    for threads in options.threads:
        chosen = replace(options, stretch=stretches[str(threads)]).to_json()
        entries = fresh.call(f"{question}.in_process", threads, options=chosen, threads=threads)
        found += [Timing.from_json(entry) for entry in entries]
    return found


def _part(name: str) -> str:
    """A name that no contender has."""
    return f"({name})"


def in_words(task: Task, threads: int) -> str:
    """What is measured, in a line."""
    where = "the last step" if task.loss == "last" else "every step"
    what = f"{task.cell}, {task.shape}, {task.xs.dtype}, {spell(task.truncation)}, loss on {where}"
    return f"{what}, {threads} thread{'s' * (threads > 1)}"
