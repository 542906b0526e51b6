"""The suite: every property on many drawn problems, and the smallest problem for each that fails.

A case is one problem under every property. The cases come in blocks, each drawn by Hypothesis from a seed of
its own, so that a run's result depends on its seed and profile and not on how many processes shared the work.
"""

import multiprocessing
import os
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import TypeAlias

from hypothesis import HealthCheck, Phase, given, seed, settings

from verification.exactness import EXACTNESS
from verification.exercise import CONTRACT, LEAST, live, seen
from verification.problem import Engine, Problem
from verification.properties import PROPERTIES, Finding, Property, findings
from verification.shrinking import smallest
from verification.strategies import POLICIES, problems
from verification.trial import Trial, Truth

# Everything that is asked of an engine.
EVERY_PROPERTY = (*PROPERTIES, *EXACTNESS)

# Cases that one Hypothesis run draws: enough for it to vary its draws, few enough to show progress.
BLOCK = 100


@dataclass(frozen=True)
class Profile:
    """How thorough a run is: how many cases in floating point, and how many of each exact kind.

    ``faults``: on how many problems a fault is planted, for the detection curve.
    """

    name: str
    cases: int
    exact_cases: int
    faults: int = 0


QUICK = Profile("quick", cases=1_200, exact_cases=200, faults=50)
THOROUGH = Profile("thorough", cases=84_000, exact_cases=8_000, faults=300)
PROFILES = {profile.name: profile for profile in (QUICK, THOROUGH)}


@dataclass(frozen=True, eq=False)
class Example:
    """A problem on which a property fails, how it fails there, and whether smaller ones were looked for."""

    problem: Problem
    failure: str
    smallest: bool = False

    def code(self) -> str:
        """A program that shows the failure: the problem, and the engine's answer beside the truth."""
        comment = "".join(f"# {line}\n" for line in self.failure.splitlines())
        return comment + self.problem.code()

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

    def __add__(self, other: "Row") -> "Row":
        """The sums of two rows of one name; of two examples the smaller stays."""
        examples = [row.example for row in (self, other) if row.example is not None]
        return replace(
            self,
            cases=self.cases + other.cases,
            nonzero=self.nonzero + other.nonzero,
            undetermined=self.undetermined + other.undetermined,
            failures=self.failures + other.failures,
            example=min(examples, key=lambda example: example.size, default=None),
        )


@dataclass(frozen=True, eq=False)
class Verification:
    """The outcome of a run."""

    profile: Profile
    seed: int
    seconds: float
    cases: int
    live: int
    rows: tuple[Row, ...]
    seen: Mapping[str, int]

    @property
    def missing(self) -> tuple[str, ...]:
        """The entries of the exercise contract that too few live cases met."""
        return tuple(entry.name for entry in CONTRACT if self.seen.get(entry.name, 0) < LEAST)

    @property
    def verdict(self) -> str:
        """refuted if a row is; not exercised if a row or an entry of the contract was not; else verified."""
        verdicts = {row.verdict for row in self.rows}
        if "refuted" in verdicts:
            return "refuted"
        return "not exercised" if "not exercised" in verdicts or self.missing else "verified"


@dataclass(frozen=True, eq=False)
class Tally:
    """What some cases came to: the rows by name and truncation, and the exercise contract's counts.

    ``live``: cases in which agreement means something; ``seen``: in how many of those each entry was met.
    """

    rows: Mapping[tuple[str, str], Row] = field(default_factory=dict)
    live: int = 0
    seen: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Tally") -> "Tally":
        rows = dict(self.rows)
        for key, row in other.rows.items():
            rows[key] = rows[key] + row if key in rows else row
        return Tally(rows, self.live + other.live, self.seen + other.seen)


Task: TypeAlias = tuple[Engine, tuple[Property, ...], int, str]
Progress: TypeAlias = Callable[[int, int], object]


def verify(
    engine: Engine,
    profile: Profile = QUICK,
    *,
    seed: int = 0,
    properties: Sequence[Property] = EVERY_PROPERTY,
    progress: Progress | None = None,
) -> Verification:
    """Judge any function ``Problem -> Gradients`` by every property.

    ``progress`` is called with the cases done and the cases in all. Where the platform can fork, the cases
    are spread over its cores; the result is the same.
    """
    started = time.monotonic()
    tasks = list(_tasks(engine, profile, seed, properties))
    total = sum(size for _, _, size, _ in tasks)
    tally, done = Tally(), 0
    for counted, (_, _, size, _) in zip(_spread(_block, tasks), tasks, strict=True):
        tally += counted
        done += size
        if progress is not None:
            progress(done, total)
    rows = [
        tally.rows.get((name, policy), Row(name, policy))
        for check in properties
        for name in check.rows
        for policy in POLICIES
    ]
    rows = _with_smallest_examples(engine, rows, properties)
    seconds = time.monotonic() - started
    return Verification(profile, seed, seconds, done, tally.live, tuple(rows), tally.seen)


def _tasks(engine: Engine, profile: Profile, seed: int, properties: Sequence[Property]) -> Iterator[Task]:
    """Blocks of cases, for each way of drawing problems, each case for all its properties."""
    for draw in dict.fromkeys(check.problems for check in properties):
        checks = tuple(check for check in properties if check.problems is draw)
        cases = profile.cases if draw is problems else profile.exact_cases
        for start in range(0, cases, BLOCK):
            yield engine, checks, min(BLOCK, cases - start), f"{seed} {start}"


def _block(task: Task) -> Tally:
    """The tally of one block of cases."""
    engine, properties, size, run_seed = task
    tally = Tally()

    @seed(run_seed)
    @settings(
        max_examples=size,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(properties[0].problems())
    def every_property(problem: Problem) -> None:
        nonlocal tally
        tally += case(engine, Truth(problem), properties)

    every_property()
    return tally


def case(engine: Engine, truth: Truth, properties: Sequence[Property]) -> Tally:
    """The tally of one case: for each row one, however many findings it has."""
    trial = Trial(engine, truth)
    policy, _ = truth.problem.policy
    rows: dict[tuple[str, str], Row] = {}
    for check in properties:
        for finding in findings(trial, check):
            key = (finding.row, policy)
            rows[key] = _joined(rows.get(key, Row(*key)), finding, truth.problem)
    # The contract is about the problems that every engine meets; the exact ones come on top of them.
    counts = properties[0].problems is problems and live(truth)
    return Tally(rows, 1, Counter(seen(truth))) if counts else Tally(rows)


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


def _spread(work: Callable[[Task], Tally], tasks: Sequence[Task]) -> Iterator[Tally]:
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


def _work(work: Callable[[Task], Tally], tasks: Sequence[Task], send: Connection) -> None:
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

    problem = smallest(check, row.truncation, lambda problem: failure(problem) is not None)
    return row.example if problem is None else Example(problem, failure(problem) or "", smallest=True)
