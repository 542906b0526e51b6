"""The suite: every property on many drawn problems, and the smallest problem for each that fails.

A case is one problem under every property. The cases come in blocks, each drawn by Hypothesis from a seed of
its own, so that a run's result depends on its seed and profile and not on how many processes shared the work.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from rnn.checks import checked_count
from verification.answer import TimedOut
from verification.designed.judged import DESIGNED
from verification.drawing import each_drawn
from verification.exactness import EXACTNESS
from verification.exercise import CONTRACT, LEAST, live, seen
from verification.larger import LARGER_PROBLEMS, OWN_POLICIES
from verification.problem import Engine, Gradients, Problem, Unsupported
from verification.properties import BITS, PROPERTIES, Finding, Property, findings
from verification.quoting import shown
from verification.shrinking import smallest
from verification.timeout import MAX_LOST, CallTimeout
from verification.trial import Trial, Truth
from verification.workers import Channel, Lost, spread

# Everything that is asked of any engine.
EVERY_PROPERTY = (*PROPERTIES, *EXACTNESS, LARGER_PROBLEMS, DESIGNED)

# What is asked of ``rnn``, which claims more: the same bits however it is called, and policies of one's own.
ASKED_OF_RNN = (*EVERY_PROPERTY, BITS, OWN_POLICIES)

# Cases that one Hypothesis run draws: enough for it to vary its draws, few enough to show progress.
BLOCK = 100

# Fixed problems in a block: each may take as long as some hundred drawn ones.
FIXED_BLOCK = 3


@dataclass(frozen=True)
class Profile:
    """How thorough a run is: how many cases in floating point, and how many of each exact kind.

    ``faults``: on how many problems a fault is planted, for the detection curve. ``explained``: is every
    mutant reported with its smallest example and diagnosis? ``strength``: of how many factors all possible
    levels meet in a live case of the designed sample.
    """

    name: str
    cases: int
    exact_cases: int
    faults: int = 0
    explained: bool = False
    strength: int = 3

    def __post_init__(self) -> None:
        for name in ("cases", "exact_cases", "faults"):
            checked_count(name, getattr(self, name), least=0)


QUICK = Profile("quick", cases=500, exact_cases=200, faults=50)
THOROUGH = Profile("thorough", cases=60_000, exact_cases=20_000, faults=300, explained=True, strength=4)
PROFILES = {profile.name: profile for profile in (QUICK, THOROUGH)}


@dataclass(frozen=True, eq=False)
class Example:
    """A problem on which a property fails, how it fails there, and whether smaller ones were looked for.

    ``unanswered``: the engine does not answer the problem in form, and fails by that whatever is asked.
    """

    problem: Problem
    failure: str
    smallest: bool = False
    unanswered: bool = False

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
    """The outcome of a run.

    ``cases`` is less than the profile's where the engine kept not coming back. ``declined``: in how many of
    them the engine said that it does not do this (``Unsupported``), by what it said. ``drawn`` and ``fixed``:
    the largest T, N, D, H and K of the problems that were drawn, and of those that are fixed.
    """

    profile: Profile
    seed: int
    seconds: float
    cases: int
    live: int
    rows: tuple[Row, ...]
    seen: Mapping[str, int]
    declined: Mapping[str, int] = field(default_factory=dict)
    drawn: Mapping[str, int] = field(default_factory=dict)
    fixed: Mapping[str, int] = field(default_factory=dict)

    @property
    def policies(self) -> tuple[str, ...]:
        """The kinds of truncation that its rows are about."""
        return tuple(dict.fromkeys(row.truncation for row in self.rows))

    @property
    def missing(self) -> tuple[str, ...]:
        """The entries of the exercise contract that too few live cases met."""
        return tuple(entry.name for entry in CONTRACT if self.seen.get(entry.name, 0) < LEAST)

    @property
    def idle(self) -> tuple[str, ...]:
        """What was not exercised, in words: what the engine declined, rows, and entries of the contract."""
        declined = [f"{cases} cases declined: {said}" for said, cases in self.declined.items()]
        rows = [f"{row.name} under {row.truncation}" for row in self.rows if row.verdict == "not exercised"]
        return (*declined, *rows, *self.missing)

    @property
    def verdict(self) -> str:
        """refuted if a row is; not exercised if anything was not; else verified."""
        if any(row.verdict == "refuted" for row in self.rows):
            return "refuted"
        return "not exercised" if self.idle else "verified"


@dataclass(frozen=True, eq=False)
class Tally:
    """What some cases came to: the rows by name and truncation, and the exercise contract's counts.

    ``live``: cases in which agreement means something; ``seen``: in how many of those each entry was met.
    ``lost``: cases in which the engine did not come back; ``declined``, ``drawn`` and ``fixed``: as in
    ``Verification``.
    """

    rows: Mapping[tuple[str, str], Row] = field(default_factory=dict)
    live: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    cases: int = 0
    lost: int = 0
    declined: Counter[str] = field(default_factory=Counter)
    drawn: Counter[str] = field(default_factory=Counter)
    fixed: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Tally") -> "Tally":
        rows = dict(self.rows)
        for key, row in other.rows.items():
            rows[key] = rows[key] + row if key in rows else row
        return Tally(
            rows,
            self.live + other.live,
            self.seen + other.seen,
            self.cases + other.cases,
            self.lost + other.lost,
            self.declined + other.declined,
            self.drawn | other.drawn,
            self.fixed | other.fixed,
        )


@dataclass(frozen=True, eq=False)
class Block:
    """Cases ``start`` to ``start + size`` of some properties: drawn problems, or these ``fixed`` ones."""

    engine: Engine
    properties: tuple[Property, ...]
    start: int
    size: int
    seed: int
    fixed: tuple[Problem, ...] = ()


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
    are spread over its cores; the result is the same. An engine that does not return, or ends its process,
    is refuted by that, and asked no more once it has done so in ``timeout.MAX_LOST`` cases. What it prints
    there is discarded.

    Raises TypeError or ValueError for an argument that is not what is named here, before any work.
    """
    _refuse("engine", engine, callable(engine), "a function Problem -> Gradients")
    _refuse("profile", profile, isinstance(profile, Profile), "a Profile such as verification.QUICK")
    seed = checked_count("seed", seed, least=0)
    judges = isinstance(properties, Sequence) and all(isinstance(each, Property) for each in properties)
    _refuse("properties", properties, bool(judges and properties), "a sequence of at least one Property")
    _refuse(
        "progress", progress, progress is None or callable(progress), "a function of two numbers, or None"
    )
    started = time.monotonic()
    blocks = list(_blocks(engine, profile, seed, properties))
    total = sum(block.size for block in blocks)
    tally, done = Tally(), 0
    with closing(spread(_judge, blocks)) as tallies:
        for block, counted in zip(blocks, tallies, strict=True):
            tally += _of_lost(block, counted) if isinstance(counted, Lost) else counted
            done += block.size
            given_up = tally.lost >= MAX_LOST
            if progress is not None:
                progress(done, done if given_up else total)
            if given_up:
                break
    rows = [
        tally.rows.get((name, policy), Row(name, policy))
        for check in properties
        for name in check.rows
        for policy in check.policies
    ]
    # To look for a smaller one is to wait again, at each.
    rows = rows if tally.lost else _with_smallest_examples(engine, rows, properties)
    seconds = time.monotonic() - started
    return Verification(
        profile,
        seed,
        seconds,
        tally.cases,
        tally.live,
        tuple(rows),
        tally.seen,
        tally.declined,
        tally.drawn,
        tally.fixed,
    )


def _refuse(name: str, value: object, fits: bool, needed: str) -> None:
    """Raises TypeError for an argument that does not fit."""
    if not fits:
        raise TypeError(f"{name}: {shown(value)}, needed {needed}")


def _blocks(engine: Engine, profile: Profile, seed: int, properties: Sequence[Property]) -> Iterator[Block]:
    """Blocks of cases: of fixed problems, then for each way of drawing; each case for all its properties."""
    for make in dict.fromkeys(check.fixed for check in properties):
        checks = tuple(check for check in properties if check.fixed is make)
        fixed = make()
        for start in range(0, len(fixed), FIXED_BLOCK):
            some = fixed[start : start + FIXED_BLOCK]
            yield Block(engine, checks, start, len(some), seed, some)
    drawn = [check for check in properties if check.problems is not None]
    for draw in dict.fromkeys(check.problems for check in drawn):
        checks = tuple(check for check in drawn if check.problems is draw)
        cases = profile.cases if checks[0].ordinary else profile.exact_cases
        for start in range(0, cases, BLOCK):
            yield Block(engine, checks, start, min(BLOCK, cases - start), seed)


def _judge(block: Block, channel: Channel) -> Tally:
    """The tally of one block of cases."""
    engine = channel.guarded(block.engine)
    tally = Tally()

    def every_property(problem: Problem) -> None:
        nonlocal tally
        if tally.lost < MAX_LOST:
            channel.tell(problem)
            tally += case(engine, Truth(problem), block.properties, channel)
            sizes = Counter(problem.sizes)
            tally += Tally(fixed=sizes) if block.fixed else Tally(drawn=sizes)

    if block.fixed:
        for problem in block.fixed:
            every_property(problem)
    else:
        _draw(block, every_property)
    return tally


def _draw(block: Block, look: Callable[[Problem], None]) -> None:
    """Look at every problem that Hypothesis draws for a block."""
    strategy = block.properties[0].problems
    assert strategy is not None

    each_drawn(strategy(), f"{block.seed} {block.start}", block.size, look)


def _of_lost(block: Block, lost: Lost) -> Tally:
    """The tally of a block that nothing came of: one case, and the property at which it was refuted."""
    cases = f"cases {block.start} to {block.start + block.size - 1} of {block.properties[0].name} and others"
    if lost.told is None:
        raise RuntimeError(f"{cases}: the work {lost.how}, before the engine was asked anything")
    policy, _ = lost.told.policy
    example = Example(lost.told, f"{lost.how}; with it {cases} are lost")
    rows = {
        (name, policy): Row(name, policy, cases=1, failures=1, example=example)
        for name in block.properties[lost.step].rows
    }
    return Tally(rows, cases=1, lost=1)


def case(
    engine: Engine, truth: Truth, properties: Sequence[Property], channel: Channel | None = None
) -> Tally:
    """The tally of one case: for each row one, however many findings it has.

    ``channel.step`` is the number of the property that is asked.
    """
    channel = channel or Channel()
    trial = Trial(engine, truth)
    policy, _ = truth.problem.policy
    rows: dict[tuple[str, str], Row] = {}
    lost, declined = False, set()
    for number, check in enumerate(properties):
        channel.step.value = number
        try:
            for finding in findings(trial, check):
                key = (finding.row, policy)
                rows[key] = _joined(rows.get(key, Row(*key)), finding, truth.problem)
                lost |= isinstance(finding.wrong, TimedOut)
        except Unsupported as error:
            declined.add(str(error))
    # The contract is about the problems that every engine meets; the exact ones come on top of them. Without
    # an answer there is no agreement.
    answered = not declined and isinstance(trial.outcome, Gradients)
    counts = properties[0].ordinary and answered and live(truth)
    found = Tally(rows, cases=1, lost=int(lost), declined=Counter(declined))
    return replace(found, live=1, seen=Counter(seen(truth))) if counts else found


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
        example=_example(problem, finding) if first else row.example,
    )


@dataclass(frozen=True, eq=False)
class Search:
    """For a smaller example of one row: of any failure, or of a problem that is not answered in form."""

    engine: Engine
    check: Property
    row: Row
    unanswered: bool

    def serves(self, check: Property, row: Row) -> bool:
        """Is what it finds an example of this row, too? What is not answered refutes every row."""
        if not self.unanswered:
            return row is self.row
        alike = check.problems is self.check.problems and row.truncation == self.row.truncation
        return alike and _is_unanswered(row)


def _is_unanswered(row: Row) -> bool:
    return row.example is not None and row.example.unanswered


def _with_smallest_examples(engine: Engine, rows: Sequence[Row], properties: Sequence[Property]) -> list[Row]:
    """The rows, with a shrunk example for the first refuted row of each property.

    A problem that is not answered is shrunk once, for all the rows of all properties that draw alike.
    """
    check_of = {name: check for check in properties for name in check.rows}
    searches: list[Search] = []
    for check in properties:
        # A fixed problem stands for itself where none is drawn.
        if check.problems is None:
            continue
        first = next((row for row in rows if row.name in check.rows and row.example is not None), None)
        if first is not None and not any(search.serves(check, first) for search in searches):
            searches.append(Search(engine, check, first, _is_unanswered(first)))
    found = list(zip(searches, spread(_smallest, searches), strict=True))

    def shrunk(row: Row) -> Row:
        examples = (example for search, example in found if search.serves(check_of[row.name], row))
        smaller = [example for example in examples if isinstance(example, Example)]
        return replace(row, example=smaller[0]) if smaller else row

    return [shrunk(row) for row in rows]


def _smallest(search: Search, channel: Channel) -> Example | None:
    """The smallest problem that Hypothesis finds on which the row fails, or None."""
    engine, timeouts = channel.guarded(search.engine), 0

    def failure(problem: Problem) -> Example | None:
        """How the row fails, other than by a timeout; CallTimeout after too many of those."""
        nonlocal timeouts
        trial = Trial(engine, Truth(problem))
        try:
            found = [finding for finding in _sought(trial, search) if finding.wrong is not None]
        except Unsupported:
            return None
        timeouts += any(isinstance(finding.wrong, TimedOut) for finding in found)
        if timeouts >= MAX_LOST:
            raise CallTimeout
        answered = (finding for finding in found if not isinstance(finding.wrong, TimedOut))
        first = next(answered, None)
        return None if first is None else replace(_example(problem, first), smallest=True)

    try:
        problem = smallest(search.check, search.row.truncation, lambda problem: failure(problem) is not None)
        return None if problem is None else failure(problem)
    except CallTimeout:
        return None


def _sought(trial: Trial, search: Search) -> Iterator[Finding]:
    """What a problem shows of what is searched for."""
    if search.unanswered and isinstance(trial.outcome, Gradients):
        return
    for finding in findings(trial, search.check):
        if finding.row == search.row.name:
            yield finding


def _example(problem: Problem, finding: Finding) -> Example:
    return Example(problem, str(finding.wrong), unanswered=finding.unanswered)
