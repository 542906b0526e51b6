"""A run: the cases of an engine, the search for the smallest failure, and the judgement.

Every engine is a *subject* here, whatever its adapter: it has cases, checks them, and explains a failure.
Cases come in blocks, each run by a worker with a host for the engine (``verification.processes.workers``).
The run ends after the first block, in their order, with a refutation; then it searches the smallest case that
shows it, and the place of the fault. With a time limit, or on an interruption, it ends early, and its
judgement says how far it has come.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias

import numpy as np

from verification.diagnosis.diagnosis import Diagnosis
from verification.diagnosis.picture import GotAgainstWant, Picture
from verification.diagnosis.shown import is_shown
from verification.judging.judgement import Example, Judgement
from verification.judging.profile import Profile
from verification.judging.sampled import Coverage, Designed, Sample
from verification.judging.shrinking import Shrunk
from verification.judging.standing import Reached, RunStanding
from verification.judging.tally import Tally, of_lost
from verification.models.case import Case
from verification.models.model import Model
from verification.processes.workers import Lost, Spread, Worker, pooled
from verification.properties.engine import FixedCase
from verification.properties.property import FORM, Finding
from verification.sampling.claim import Claim
from verification.sampling.draws import cases
from verification.sampling.numbering import Row
from verification.sampling.sample import in_floats
from verification.sampling.secret import Secret
from verification.text import counted, message_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

# The most cases that one Hypothesis run draws.
BLOCK = 30

Progress: TypeAlias = Callable[[int, int], object]


@dataclass(frozen=True, eq=False)
class CaseBlock:
    """Cases to run: these rows of a design, these fixed ones, or so many drawn from a seed.

    ``turns``: the properties of each case that is no row; all, if it is empty. ``calls``: calls of a training
    run, by their numbers.
    """

    size: int
    seed: str = ""
    rows: tuple[tuple[int, Row], ...] = ()
    designed: Designed = in_floats
    fixed: tuple[FixedCase, ...] = ()
    drawn: "Callable[[Model, Claim], SearchStrategy[Case]]" = cases
    turns: tuple[tuple[str, ...], ...] = ()
    calls: tuple[int, ...] = ()


class SeededCase(Protocol):
    """Identifies one of the cases that are drawn from a seed; ``str`` gives a unique name."""

    @property
    def number(self) -> int:
        """Its index in its block."""

    def rng(self) -> np.random.Generator:
        """The generator that it is drawn from."""


class Subject(Protocol):
    """An engine with its cases. A case is *packed* into a form that can be sent between processes.

    Methods with a body are those of an engine without samples, whose failures have no further explanation.
    """

    @property
    def name(self) -> str:
        """The name of the model that it is compared with."""

    def scope(self, tally: Tally) -> str:
        """The claim, in words, and how large sizes were together."""

    def not_checked(self, pace: float) -> tuple[str, ...]:
        """What is left unchecked for an engine that takes so many seconds for a call, in words."""

    @property
    def views(self) -> Mapping[str, str]:
        """How lag by lag sees each block, in words."""
        return {}

    @property
    def functions(self) -> tuple[Any, ...]:
        """What a host runs of the engine; empty for one that runs where its cases are made."""
        return ()

    def guarded(self, worker: Worker) -> Self:
        """The same, with calls that are guarded by the process that started this one."""

    def secretly(self, numbers: tuple[int, ...]) -> Self:
        """The same, whose designed cases, if it has any, come from these numbers as well."""
        return self

    def keeping(self, folder: Path) -> Self:
        """The same, with truths that are stored in a folder, if it has any."""
        return self

    def samples(self, profile: Profile) -> tuple[Sample, ...]:
        """The designed samples; informative cases have to meet every row."""
        return ()

    def opening(self, samples: Sequence[Sample]) -> Iterable[CaseBlock]:
        """The first few cases, which show how long a call takes."""
        return ()

    def blocks(
        self, samples: Sequence[Sample], profile: Profile, seed: int, pace: float = 0.0
    ) -> Iterable[CaseBlock]:
        """All further blocks, in order; ``pace``: seconds of a call."""

    def portions(self, sample: Sample, numbers: Sequence[int], pace: float = 0.0) -> Iterable[CaseBlock]:
        """The rows of a sample with these numbers, in blocks that are small at first."""
        return ()

    def cases(self, block: CaseBlock) -> Iterable[Any]:
        """Every case of a block with its truth, computed when it is its turn."""

    def at(self, place: SeededCase) -> Any:
        """The case of a campaign with this identity, with its truth; the same whenever it is drawn."""

    def in_words(self, case: Any) -> str:
        """The sizes of such a case, on one line."""

    def tally(self, case: Any) -> Tally:
        """The result of its properties."""

    def pack(self, case: Any) -> Any:
        """The case alone, packed."""
        return case

    def sought(self, tally: Tally, pace: float = 0.0) -> Iterable[CaseBlock]:
        """Further cases for what was met too rarely."""
        return ()

    def missing(self, tally: Tally) -> Iterable[str]:
        """What was met too rarely to be evidence."""

    def unshown(self, tally: Tally) -> Iterable[str]:
        """Properties of which no case has shown anything yet."""
        return ()

    def remarks(self, tally: Tally) -> Iterable[str]:
        """What could be more accurate, but is not wrong."""
        return ()

    def size(self, packed: Any) -> int:
        """How many numbers of a case a reader has to look at."""

    def diagnosis(self, packed: Any, finding: Finding, tally: Tally) -> Diagnosis:
        """The place of the fault that a case shows."""

    def smallest(self, packed: Any, finding: Finding) -> Shrunk:
        """The smallest case found that shows the same, packed."""

    def numbers(self, packed: Any) -> tuple[GotAgainstWant, ...]:
        """The wrong numbers of a case, beside the right ones; none if it gets no answer."""

    def wrong(self, packed: Any) -> frozenset[str]:
        """The parts of an answer that are wrong on a case."""
        return frozenset()

    def showing(self, diagnosis: Diagnosis) -> Shrunk | None:
        """The smallest case found that shows what a diagnosis says, packed; or None."""
        return None

    def picture(self, packed: Any) -> Picture:
        """The picture of an engine that is wrong on a case."""

    def example(self, found: Shrunk) -> Example:
        """The case with a program that fails as its finding says."""


class Interrupted(KeyboardInterrupt):
    """The user has ended a run; ``judgement`` is about what was seen until then."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__(str(judgement))
        self.judgement = judgement


@dataclass(frozen=True)
class Watch:
    """The progress of a run, and its end: ``until``, by ``time.monotonic``.

    ``progress`` is called with the cases done and with all of them, ``reached`` with each milestone and a
    refutation.
    """

    progress: Progress | None = None
    reached: Reached | None = None
    until: float = inf

    @property
    def is_over(self) -> bool:
        """Is there no time left?"""
        return time.monotonic() >= self.until


@dataclass(frozen=True, eq=False)
class Results:
    """The results of cases, and what they met of the designed samples; ``ended``: why not all were run.

    ``pace``: the seconds of a call for which they were chosen.
    """

    tally: Tally
    coverage: tuple[Coverage, ...] = ()
    standing: RunStanding | None = None
    ended: str = ""
    pace: float = 0.0


def judge(
    subject: Subject,
    profile: Profile,
    seed: int = 0,
    progress: Progress | None = None,
    *,
    seconds: float | None = None,
    reached: Reached | None = None,
    sandbox: bool = False,
    secret: Secret | None = None,
) -> Judgement:
    """Checks every property on the subject's cases, or on those that fit into so many seconds.

    ``sandbox``: the engine's process is in one (``verification.processes.sandbox``). ``secret``: from which
    cases come as well as from the seed.

    Raises ``verification.processes.sending.Unsendable``, a ValueError, for an engine that cannot be sent to a
    process of its own; Interrupted, a KeyboardInterrupt, with the judgement so far.
    """
    started = time.monotonic()
    watch = Watch(progress, reached, inf if seconds is None else started + seconds)
    drawn = seed
    if secret is not None:
        subject, drawn = subject.secretly(secret.numbers), secret.seed(seed)
    with pooled(subject.functions, sandbox) as spread:
        seen = tallied(spread, subject, profile, drawn, watch)
        found = judgement_of(spread, subject, seen, profile.strength, seed, started)
    found = replace(found, secret="" if secret is None else secret.name)
    if seen.ended == INTERRUPTED:
        raise Interrupted(found)
    return found


# Why a run has ended early.
INTERRUPTED, NO_TIME_LEFT = "interrupted", "no time was left"


def tallied(
    spread: Spread, subject: Subject, profile: Profile, seed: int, watch: Watch | None = None
) -> Results:
    """The results of the designed, the fixed and the drawn cases, and what was met of the designed sample."""
    samples, watch = subject.samples(profile), watch or Watch()
    standing = RunStanding(samples, time.monotonic(), watch.reached)
    run, pace = CaseRun(spread, subject, watch, standing), 0.0
    try:
        run.look(subject.opening(samples))
        pace = run.tally.pace
        run.look(subject.blocks(samples, profile, seed, pace))
        for sample in samples:
            while run.goes_on and (more := sample.more()):
                run.look(subject.portions(sample, more, pace))
        run.look(subject.sought(run.tally, pace))
    except KeyboardInterrupt:
        return Results(run.tally, (), standing, INTERRUPTED, pace)
    if not run.goes_on:
        # It has met little, and counting what it has not met takes minutes.
        return Results(run.tally, (), standing, "" if run.tally.is_refuted else NO_TIME_LEFT, pace)
    coverage = tuple(each for sample in samples for each in sample.coverage())
    return Results(run.tally, coverage, standing, pace=pace)


class CaseRun:
    """A subject with one block after another; ``tally``: the results of all cases so far."""

    def __init__(
        self,
        spread: Spread,
        subject: Subject,
        watch: Watch | None = None,
        standing: RunStanding | None = None,
    ) -> None:
        self.tally = Tally()
        self._spread, self._subject = spread, subject
        self._watch, self._standing = watch or Watch(), standing or RunStanding((), 0.0)
        self._left = False

    @property
    def goes_on(self) -> bool:
        """Is nothing refuted, and nothing left out?"""
        return not (self.tally.is_refuted or self._left)

    def look(self, given: Iterable[CaseBlock]) -> None:
        """Runs the blocks, up to the first with a refutation, or until no time is left."""
        if not self.goes_on:
            return
        blocks, before = _Blocks(given), self.tally.cases
        with closing(self._spread(partial(_look, self._subject, self._watch.until), blocks)) as outcomes:
            for outcome in outcomes:
                more = of_lost(outcome) if isinstance(outcome, Lost) else outcome
                self.tally += more
                refuted = self.tally.is_refuted
                if self._watch.progress is not None:
                    total = self.tally.cases if refuted else before + blocks.cases
                    self._watch.progress(self.tally.cases, total)
                if refuted:
                    _, finding = self.tally.refuted or (None, Finding(FORM.name, "", f"it {self.tally.lost}"))
                    self._standing.refute(finding, self.tally.cases)
                else:
                    self._standing.meet(self.tally.rows_covered, self.tally.sampled)
                if refuted or self._watch.is_over:
                    break
        self._left = not (self.tally.is_refuted or blocks.are_done(self.tally.cases - before))


class _Blocks:
    """Blocks, each made when it is run: to make all takes longer than a wrong engine needs to be found."""

    def __init__(self, given: Iterable[CaseBlock]) -> None:
        self._given = iter(given)
        self._ahead = deque[CaseBlock]()
        self._passed = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> CaseBlock:
        block = self._ahead.popleft() if self._ahead else next(self._given)
        self._passed += block.size
        return block

    @property
    def cases(self) -> int:
        """The number of cases of all blocks; makes those that are left."""
        self._ahead.extend(self._given)
        return self._passed + sum(block.size for block in self._ahead)

    def are_done(self, cases: int) -> bool:
        """Are so many cases all? Makes one block more at most, for a run whose time is over."""
        if cases < self._passed:
            return False
        self._ahead.extend(islice(self._given, 1))
        return not self._ahead


def _look(subject: Subject, until: float, block: CaseBlock, worker: Worker) -> Tally:
    """The tally of a block, or of its cases that have ended by that time."""
    subject, tally = subject.guarded(worker), Tally()
    with worker.ending(until):
        for case in subject.cases(block):
            worker.tell(subject.in_words(case))
            tally += replace(subject.tally(case), pace=worker.quickest)
            # Calling an engine again that did not return may take as long again; and each fixed case stands
            # for itself, of which one may take seconds.
            if tally.lost or (block.fixed and tally.is_refuted) or time.monotonic() >= until:
                break
    return tally


def judgement_of(
    spread: Spread, subject: Subject, seen: Results, strength: int, seed: int, started: float
) -> Judgement:
    """The judgement on what was seen, with an explanation if it is refuted; ``started``: by
    ``time.monotonic``.

    ``strength``: of how many factors all levels were to be met.
    """
    tally, coverage, standing = seen.tally, seen.coverage, seen.standing or RunStanding((), started)
    declined = [f"{counted(count, 'case')} declined: {said}" for said, count in tally.declined.items()]
    unmet, least = [f"{each}" for each in coverage if each.missing], list[str]()
    if seen.ended:
        unmet += [f"{share}" for share in standing.shares[:1] if not share.whole]
        least += [each for sample in standing.samples for each in sample.least_met()]
        least += [f"{name} (no case)" for name in subject.unshown(tally)]
    judgement = Judgement(
        model=subject.name,
        scope=subject.scope(tally),
        seed=seed,
        seconds=time.monotonic() - started,
        cases=tally.sampled,
        informative=tally.informative,
        calls=dict(tally.calls),
        rows=tuple(tally.rows.values()),
        seen=dict(tally.seen),
        missing=(*declined, *subject.missing(tally), *unmet),
        not_checked=(*subject.not_checked(seen.pace), *tally.not_checked),
        coverage=coverage,
        strength=len(standing.whole) if seen.ended else strength,
        shares=standing.shares,
        milestones=tuple(standing.milestones),
        ended=seen.ended,
        least_met=tuple(least),
        declined=dict(tally.declined),
        drawn=dict(tally.drawn),
        fixed=dict(tally.fixed),
        remarks=tuple(subject.remarks(tally)),
        views=subject.views,
    )
    if judgement.word != "refuted":
        return judgement
    diagnosis, example, shown = _explained(spread, subject, tally)
    seconds = time.monotonic() - started
    return replace(judgement, seconds=seconds, diagnosis=diagnosis, example=example, picture=shown)


@dataclass(frozen=True)
class _Failed:
    """An explanation that failed by a fault of this package; ``how`` is one line."""

    how: str


def _explained(spread: Spread, subject: Subject, tally: Tally) -> tuple[Diagnosis, Example | None, Picture]:
    """The place of the fault, a picture, and the smallest case that shows it, each from a process of its own.

    The verdict stands without any of them; one that fails says so in its place.
    """
    lost = Diagnosis("form", sentence=f"The engine does not answer in form: it {tally.lost}.")
    alone = Picture(instead="The picture was not drawn: an engine that does not come back is run no more.")
    if tally.refuted is None:
        return lost, None, alone
    packed, finding = tally.refuted
    if tally.lost:
        larger = f"an engine that {tally.lost} is run no more"
        return lost, _example(subject, Shrunk(packed, finding, larger)), alone
    explained, found = spread(partial(_explain, subject, tally), ["diagnosis", "example"])
    diagnosis, shown = (explained, alone) if isinstance(explained, Lost) else explained
    if isinstance(diagnosis, Lost):
        diagnosis = Diagnosis("form", sentence=f"The engine does not answer in form: it {diagnosis.how}.")
    elif isinstance(diagnosis, _Failed):
        sentence = (
            f"{finding.wrong}: “{finding.property}” is refuted. Its diagnosis failed by {diagnosis.how}."
        )
        diagnosis = Diagnosis("unexplained", sentence=sentence)
    if isinstance(shown, _Failed):
        shown = Picture(instead=f"The picture was not drawn: that failed by {shown.how}.")
    if isinstance(found, Lost | _Failed):
        how = "failed by" if isinstance(found, _Failed) else "ended: the engine"
        larger = f"the search for a smaller one {how} {found.how}"
        return diagnosis, _example(subject, Shrunk(packed, finding, larger)), shown
    smallest, wrong = found
    if not is_shown(diagnosis, wrong):
        # It would be shown beside a sentence about another fault.
        (other,) = spread(partial(_showing, subject), [diagnosis])
        smallest = other if isinstance(other, Shrunk) else smallest
    return diagnosis, _example(subject, smallest), shown


def _explain(subject: Subject, tally: Tally, what: str, worker: Worker) -> Any:
    """The smallest example; or the diagnosis and the picture, which run the same cases."""
    worker.tell(what)
    assert tally.refuted is not None  # or there is nothing to explain
    subject, (packed, finding) = subject.guarded(worker), tally.refuted
    if what == "example":
        return _unless_failed(lambda: _smallest(subject, packed, finding))
    diagnosis = _unless_failed(lambda: subject.diagnosis(packed, finding, tally))
    return diagnosis, _unless_failed(lambda: subject.picture(packed))


def _smallest(subject: Subject, packed: Any, finding: Finding) -> tuple[Shrunk, frozenset[str]]:
    """The smallest example, with what is wrong in it."""
    found = subject.smallest(packed, finding)
    return replace(found, numbers=subject.numbers(found.case)), subject.wrong(found.case)


def _showing(subject: Subject, diagnosis: Diagnosis, worker: Worker) -> Any:
    """The smallest example that shows what the diagnosis says, if there is one."""
    worker.tell("example")
    subject = subject.guarded(worker)

    def shown() -> Shrunk | None:
        found = subject.showing(diagnosis)
        return None if found is None else replace(found, numbers=subject.numbers(found.case))

    return _unless_failed(shown)


def _unless_failed(made: Callable[[], Any]) -> Any:
    try:
        return made()
    except Exception as error:
        return _Failed(message_of(error).partition("\n")[0])


def _example(subject: Subject, found: Shrunk) -> Example:
    finding = found.finding
    try:
        return subject.example(found)
    except Exception as error:
        code = f"# {finding.wrong}\n# The program was not written: that failed by {message_of(error)}.\n"
        return Example(None, finding.property, finding.part, finding.wrong or "", code, found.larger)
