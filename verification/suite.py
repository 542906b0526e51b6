"""The suite: every property on many drawn problems, and the smallest problem for each that fails.

A case is one problem under every property. The cases come in blocks, each drawn by Hypothesis from a seed of
its own, so that a run's result depends on its seed and profile and not on how many processes shared the work.
"""

import multiprocessing
import os
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import TypeAlias

from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis.errors import NoSuchExample

from verification.problem import Engine, Problem
from verification.properties import PROPERTIES, Finding, Property, findings
from verification.strategies import NUMBERS, POLICIES, problems, whole_numbers
from verification.trial import Trial, Truth

# Cases that one Hypothesis run draws: enough for it to vary its draws, few enough to show progress.
BLOCK = 100

# Problems tried while looking for a smaller one that fails, for each failing property.
SHRINKING = 1000


@dataclass(frozen=True)
class Profile:
    """How thorough a run is."""

    name: str
    cases: int


QUICK = Profile("quick", 1_500)
THOROUGH = Profile("thorough", 24_000)
PROFILES = {profile.name: profile for profile in (QUICK, THOROUGH)}


@dataclass(frozen=True, eq=False)
class Example:
    """A problem on which a property fails, how it fails there, and whether smaller ones were looked for."""

    problem: Problem
    failure: str
    smallest: bool = False

    def code(self) -> str:
        """A program that shows the failure: the problem, and the engine's answer beside the truth."""
        return f"# {self.failure}\n{self.problem.code()}"

    @property
    def size(self) -> int:
        """How many numbers a reader has to look at."""
        return sum(array.size for array in self.problem.arrays().values())


@dataclass(frozen=True, eq=False)
class Row:
    """What a run saw of one row of a property under one kind of truncation.

    ``cases``: problems on which it was decided. ``nonzero``: those in which the truth, the block's where the
    row is about one block, is not zero. ``undetermined``: those in which what had to be accepted
    is not small beside the truth, so that holding there is no evidence. ``failures``: refutations.
    """

    name: str
    truncation: str
    cases: int = 0
    nonzero: int = 0
    undetermined: int = 0
    failures: int = 0
    example: Example | None = None

    @property
    def verdict(self) -> str:
        """holds, refuted, or not exercised: a row that no nonzero case decided has shown nothing."""
        if self.failures:
            return "refuted"
        return "holds" if self.nonzero else "not exercised"


@dataclass(frozen=True, eq=False)
class Verification:
    """The outcome of a run."""

    profile: Profile
    seed: int
    seconds: float
    cases: int
    rows: tuple[Row, ...]

    @property
    def verdict(self) -> str:
        """refuted if any row is; not exercised if any row was not; else verified."""
        verdicts = {row.verdict for row in self.rows}
        for bad in ("refuted", "not exercised"):
            if bad in verdicts:
                return bad
        return "verified"


Counts: TypeAlias = dict[tuple[str, str], Row]
Task: TypeAlias = tuple[Engine, tuple[Property, ...], int, int, int]
Progress: TypeAlias = Callable[[int, int], object]


def verify(
    engine: Engine,
    profile: Profile = QUICK,
    *,
    seed: int = 0,
    properties: Sequence[Property] = PROPERTIES,
    progress: Progress | None = None,
) -> Verification:
    """Judge any function ``Problem -> Gradients`` by every property.

    ``progress`` is called with the cases done and the cases in all. Where the platform can fork, the cases
    are spread over its cores; the result is the same.
    """
    started = time.monotonic()
    sizes = [BLOCK] * (profile.cases // BLOCK)
    sizes += [profile.cases % BLOCK] if profile.cases % BLOCK else []
    blocks = [(engine, tuple(properties), size, seed, i) for i, size in enumerate(sizes)]
    counts: Counts = {}
    done = 0
    for counted, size in zip(_spread(_block, blocks), sizes, strict=True):
        counts = _added(counts, counted)
        done += size
        if progress is not None:
            progress(done, profile.cases)
    rows = [
        counts.get((name, policy), Row(name, policy))
        for check in properties
        for name in check.rows
        for policy in POLICIES
    ]
    rows = _with_smallest_examples(engine, rows, properties)
    return Verification(profile, seed, time.monotonic() - started, done, tuple(rows))


def _block(task: Task) -> Counts:
    """The counts of one block of cases."""
    engine, properties, size, run_seed, number = task
    counts: Counts = {}

    @seed(f"{run_seed} {number}")
    @settings(
        max_examples=size,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(problems())
    def every_property(problem: Problem) -> None:
        nonlocal counts
        counts = _added(counts, _case(engine, problem, properties))

    every_property()
    return counts


def _case(engine: Engine, problem: Problem, properties: Sequence[Property]) -> Counts:
    """The counts of one case: for each row one, however many findings it has."""
    trial = Trial(engine, Truth(problem))
    policy, _ = problem.policy
    counts: Counts = {}
    for check in properties:
        for finding in findings(trial, check):
            key = (finding.row, policy)
            counts[key] = _joined(counts.get(key, Row(*key)), finding, problem)
    return counts


def _joined(row: Row, finding: Finding, problem: Problem) -> Row:
    """A case's row with one more finding: a failure if any is, nonzero if any is, undetermined if any is."""
    failed = finding.wrong is not None
    first = failed and row.example is None
    return replace(
        row,
        cases=1,
        nonzero=max(row.nonzero, int(finding.nonzero)),
        undetermined=max(row.undetermined, int(not finding.determined)),
        failures=max(row.failures, int(failed)),
        example=Example(problem, str(finding.wrong)) if first else row.example,
    )


def _added(counts: Counts, more: Counts) -> Counts:
    """The sums of two counts; of two examples the smaller stays."""
    total = dict(counts)
    for key, row in more.items():
        old = total.get(key, Row(*key))
        examples = [example for example in (old.example, row.example) if example is not None]
        total[key] = replace(
            old,
            cases=old.cases + row.cases,
            nonzero=old.nonzero + row.nonzero,
            undetermined=old.undetermined + row.undetermined,
            failures=old.failures + row.failures,
            example=min(examples, key=lambda example: example.size, default=None),
        )
    return total


def _spread(work: Callable[[Task], Counts], tasks: Sequence[Task]) -> Iterator[Counts]:
    """``map(work, tasks)``, in order, over the cores where processes can be forked.

    A forked process inherits its tasks, so an engine may be any function, a closure as well.
    """
    cores = min(len(tasks), os.cpu_count() or 1)
    if cores < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, tasks)
        return
    context = multiprocessing.get_context("fork")
    workers = []
    for core in range(cores):
        receive, send = context.Pipe(duplex=False)
        worker = context.Process(target=_work, args=(work, tasks[core::cores], send), daemon=True)
        with warnings.catch_warnings():
            # Python warns of forking beside threads. Those here are BLAS's, which forks safely.
            warnings.simplefilter("ignore", DeprecationWarning)
            worker.start()
        send.close()
        workers.append((worker, receive))
    try:
        for i in range(len(tasks)):
            result = workers[i % cores][1].recv()
            if isinstance(result, Exception):
                raise result
            yield result
    finally:
        for worker, receive in workers:
            receive.close()
            worker.terminate()
            worker.join()


def _work(work: Callable[[Task], Counts], tasks: Sequence[Task], send: Connection) -> None:
    for task in tasks:
        try:
            send.send(work(task))
        except Exception as error:
            send.send(error)


def _with_smallest_examples(engine: Engine, rows: Sequence[Row], properties: Sequence[Property]) -> list[Row]:
    """The rows, with a shrunk example for the first refuted row of each property."""
    shrunk = {}
    for check in properties:
        refuted = [row for row in rows if row.name in check.rows and row.verdict == "refuted"]
        if refuted:
            shrunk[id(refuted[0])] = _smallest(engine, refuted[0], check)
    return [replace(row, example=shrunk.get(id(row), row.example)) for row in rows]


def _smallest(engine: Engine, row: Row, check: Property) -> Example | None:
    """The smallest problem that Hypothesis finds on which the row fails, or the one that the run met."""

    def failure(problem: Problem) -> str | None:
        trial = Trial(engine, Truth(problem))
        wrong = [f.wrong for f in findings(trial, check) if f.row == row.name and f.wrong is not None]
        return str(wrong[0]) if wrong else None

    # Whole numbers first: most faults show on them, and an example in small integers can be checked by hand.
    for numbers in (whole_numbers(), NUMBERS):
        try:
            problem = find(
                problems(policy=row.truncation, numbers=numbers, most_steps=12),
                lambda problem: failure(problem) is not None,
                settings=settings(
                    max_examples=SHRINKING,
                    database=None,
                    deadline=None,
                    derandomize=True,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        except NoSuchExample:
            continue
        return Example(problem, failure(problem) or "", smallest=True)
    return row.example
