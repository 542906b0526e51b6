"""The run: an engine before its cases, and what came of it in one word and in many.

Cases come in blocks, each drawn by Hypothesis from a seed of its own and looked at in a process of its own,
or, of an engine that must not be forked, in one of a few that are kept (``verification.fresh``).
The run ends after the first block, in their order, that holds a refutation; then the smallest case that
shows it is looked for, and the place of the fault.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol, TypeAlias, TypeVar

from hypothesis.strategies import SearchStrategy

from verification.arrays import Array
from verification.asked.case import Case
from verification.asked.claim import Claim
from verification.asked.draws import TIMES, cases
from verification.asked.fractions import exact_cases
from verification.asked.model import Model
from verification.asked.numbering import Row as SampleRow
from verification.asked.resolving import narrowed
from verification.asked.sample import designed
from verification.asked.scope import Scope
from verification.drawing import each_drawn
from verification.fresh import Spread, staffed
from verification.judging.apart import shown, views
from verification.judging.contract import contract
from verification.judging.diagnosis import Diagnosis, diagnose
from verification.judging.engine import Engine
from verification.judging.exactness import EXACT, ExactTruth
from verification.judging.findings import LAG_BY_LAG, PLAIN, UNITS_PERMUTE, findings, truth_of
from verification.judging.judgement import Example, Judgement, Row
from verification.judging.properties import Finding, Truth, permuted
from verification.judging.ragged import RaggedTruth
from verification.judging.sampled import Coverage, Sample, in_portions, truth_of_row
from verification.judging.shrinking import size_of, smallest
from verification.judging.tally import Refuted, Tally, of_lost
from verification.truth.parts import OUTPUTS
from verification.workers import Lost

# A profile's cases are drawn in this share, beside those of the designed sample.
SHARE = 5

# Cases that one Hypothesis run draws.
BLOCK = 30

Progress: TypeAlias = Callable[[int, int], object]
Judged: TypeAlias = Truth | RaggedTruth | ExactTruth


class Profile(Protocol):
    """How thorough a run is."""

    @property
    def cases(self) -> int:
        """How many cases the vanilla suite draws; here it is a ``SHARE``-th."""

    @property
    def strength(self) -> int:
        """Of how many factors all possible levels meet in a live case."""


def judge(engine: Engine, profile: Profile, *, seed: int = 0, progress: Progress | None = None) -> Judgement:
    """Every property on the cases that the engine's claim admits.

    Raises ``verification.sending.Unsendable``, a ValueError, for an engine that cannot be
    sent to fresh processes.
    """
    with staffed() as spread:
        return _judged_by(spread, engine, profile, seed, progress)


def _judged_by(
    spread: Spread, engine: Engine, profile: Profile, seed: int, progress: Progress | None
) -> Judgement:
    started = time.monotonic()
    drawn = max(1, profile.cases // SHARE)
    tally, coverage = tallied(spread, engine, profile.strength, drawn, seed, progress)
    return judgement_of(spread, engine, tally, coverage, seed, started)


def tallied(
    spread: Spread, engine: Engine, strength: int, drawn: int, seed: int, progress: Progress | None
) -> tuple[Tally, tuple[Coverage, ...]]:
    """What the designed sample and so many drawn cases came to, and what was met of the sample."""
    rows = designed(engine.model, engine.claim, strength)
    sample = Sample(engine.model, engine.claim, strength, rows)
    tally = _looked(spread, list(_blocks(engine, sample, drawn, seed)), Tally(), progress)
    sample.meet(tally.rows_met)
    while not tally.is_refuted and (more := sample.more()):
        tally = _looked(spread, list(_portions(engine, sample, more)), tally, progress)
        sample.meet(tally.rows_met)
    # A run that has ended early has met little, and to count what it has not takes minutes.
    return tally, () if tally.is_refuted else sample.coverage()


def judgement_of(
    spread: Spread, engine: Engine, tally: Tally, coverage: tuple[Coverage, ...], seed: int, started: float
) -> Judgement:
    """What a tally comes to, explained where it is refuted; ``started``: by ``time.monotonic``."""
    judgement = Judgement(
        model=engine.model.name,
        scope=engine.claim.in_words(),
        seed=seed,
        seconds=time.monotonic() - started,
        cases=tally.cases,
        live=tally.live,
        rows=tuple(tally.rows.values()),
        seen=dict(tally.seen),
        missing=(*_missing(engine, tally), *(f"{each}" for each in coverage if each.missing)),
        not_asked=engine.claim.not_asked(engine.model),
        coverage=coverage,
        views={view.block: view.words for view in views(engine.model, engine.claim)},
    )
    if judgement.verdict != "refuted":
        return judgement
    diagnosis, example = _explained(spread, engine, tally)
    seconds = time.monotonic() - started
    return replace(judgement, seconds=seconds, diagnosis=diagnosis, example=example)


def _looked(spread: Spread, blocks: list["_Block"], tally: Tally, progress: Progress | None) -> Tally:
    """The tally with that of the blocks, up to the first that holds a refutation."""
    total = tally.cases + sum(block.size for block in blocks)
    with closing(spread(_look, blocks)) as outcomes:
        for outcome in outcomes:
            tally += of_lost(outcome) if isinstance(outcome, Lost) else outcome
            if progress is not None:
                progress(tally.cases, tally.cases if tally.is_refuted else total)
            if tally.is_refuted:
                break
    return tally


E = TypeVar("E", bound=Any)


def judged(
    engine: E,
    profile: Profile,
    *,
    model: Model | None = None,
    scope: Scope | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Judgement:
    """The verdict on what a door returned, a dataclass, within a scope that may be narrower than its own."""
    if model is not None and model.name != engine.model.name:
        raise ValueError(f"model: {model.name}, needed the engine's own, {engine.model.name}")
    claim = narrowed(engine.claim, scope, engine.model)
    return judge(replace(engine, claim=claim), profile, seed=seed, progress=progress)


@dataclass(frozen=True, eq=False)
class _Block:
    """Cases to look at: these rows of the sample, or so many drawn from a seed."""

    engine: Engine
    seed: str
    size: int
    rows: tuple[tuple[int, SampleRow], ...] = ()
    drawn: Callable[[Model, Claim], SearchStrategy[Case]] = cases


def _blocks(engine: Engine, sample: Sample, drawn: int, seed: int) -> Iterator[_Block]:
    # Small ones first, for a fault that shows on those is told by them.
    portions = list(_portions(engine, sample, range(len(sample.rows))))
    yield from portions[:1]
    for start in range(0, drawn, BLOCK):
        yield _Block(engine, f"{seed} {start}", min(BLOCK, drawn - start))
    if engine.claim.exact and drawn:
        yield _Block(engine, f"{seed} exact", min(BLOCK, drawn), drawn=exact_cases)
    yield from portions[1:]


def _portions(engine: Engine, sample: Sample, numbers: Sequence[int]) -> Iterator[_Block]:
    """The rows of these numbers, in blocks of about the same work."""
    rows = [sample.rows[number] for number in numbers]
    for portion in in_portions(rows, engine.model, engine.claim):
        yield _Block(engine, "", len(portion), tuple((numbers[i], rows[i]) for i in portion))


def _look(block: _Block, channel: Any) -> Tally:
    """The tally of a block."""
    engine = Guarded(block.engine, channel)
    tally = Tally()

    def look(truth: Judged) -> Tally:
        channel.tell(sizes_in_words(truth.case))
        return tally_of(engine, truth)

    for number, row in block.rows:
        found = look(truth_of_row(row, number, engine.model, engine.claim))
        tally += replace(found, rows_met=frozenset([number] if found.live else []))
    if block.rows:
        return tally

    def look_at(case: Case) -> None:
        nonlocal tally
        tally += look(truth_of(case))

    each_drawn(block.drawn(engine.model, engine.claim), block.seed, block.size, look_at)
    return tally


class Guarded:
    """An engine whose calls are watched by the process that started this one."""

    def __init__(self, engine: Engine, channel: Any) -> None:
        self._engine, self._channel = engine, channel
        self.model, self.claim, self.program = engine.model, engine.claim, engine.program
        self.arrays = engine.arrays
        self.answer = channel.guarded(engine.answer)

    def otherwise(self, model: Model, arrays: Mapping[str, Any] | None) -> "Guarded":
        return Guarded(self._engine.otherwise(model, arrays), self._channel)


def tally_of(engine: Engine, truth: Judged) -> Tally:
    """The tally of one case under every property: each row is one case, however many findings it has."""
    case = truth.case
    rows: dict[tuple[str, str], Row] = {}
    refuted: Refuted | None = None
    for finding in findings(engine, truth):
        key = (finding.property, finding.part)
        row = rows.get(key, Row(*key))
        wrong = finding.wrong is not None
        evidence = finding.nonzero and finding.determined
        rows[key] = replace(
            row,
            cases=1,
            evidence=max(row.evidence, int(evidence)),
            failures=max(row.failures, int(wrong)),
        )
        if wrong and refuted is None:
            refuted = packed(case), finding
    live = truth.live(engine.claim.blocks)
    met = [entry.name for entry in contract(engine.claim) if entry.met(case)] if live else []
    return Tally(rows, 1, int(live), Counter(met), refuted=refuted)


def packed(case: Case) -> dict[str, Any]:
    """A case without its model, whose functions cannot be sent between processes."""
    return {field.name: getattr(case, field.name) for field in fields(case) if field.name != "model"}


def sizes_in_words(case: Case) -> str:
    """The sizes and the number type, in a line."""
    sizes = ", ".join(f"{name} {size}" for name, size in case.sizes.items())
    return f"{sizes}, {case.dtype.name}"


def _missing(engine: Engine, tally: Tally) -> Iterator[str]:
    """What was met too seldom: entries of the contract, and properties of parts without evidence."""
    for entry in contract(engine.claim):
        if tally.seen[entry.name] < entry.least:
            yield entry.name
    needed = [*PLAIN, LAG_BY_LAG] if "every" not in engine.claim.losses else [*PLAIN]
    for name in [*needed, *([EXACT] if engine.claim.exact else [])]:
        for part in (OUTPUTS,) if name == "forward" else engine.claim.blocks:
            row = tally.rows.get((name, part))
            if row is None or row.evidence < TIMES:
                yield f"{name} {part}"


def _explained(spread: Spread, engine: Engine, tally: Tally) -> tuple[Diagnosis, Example | None]:
    """Where the fault is, and the smallest case that shows it; each found in a process of its own."""
    if tally.refuted is None:
        return Diagnosis("form", sentence=f"The engine does not answer in form: it {tally.lost}."), None
    numbers, finding = tally.refuted
    case = Case(engine.model, **numbers)

    def work(task: str, channel: Any) -> Any:
        guarded = Guarded(engine, channel)
        channel.tell(task)
        if task == "diagnosis":
            return diagnose(guarded, finding, case)
        found = smallest(guarded, case, finding)
        return None if found is None else (packed(found[0]), found[1])

    diagnosis, shrunk = spread(work, ["diagnosis", "example"])
    if isinstance(diagnosis, Lost):
        diagnosis = Diagnosis("form", sentence=f"The engine does not answer in form: it {diagnosis.how}.")
    if isinstance(shrunk, Lost) or shrunk is None:
        return diagnosis, example_of(engine, case, finding, False)
    smaller = Case(engine.model, **shrunk[0])
    if size_of(smaller) > size_of(case):
        return diagnosis, example_of(engine, case, finding, True)
    return diagnosis, example_of(engine, smaller, shrunk[1], True)


def example_of(engine: Engine, case: Case, finding: Finding, is_smallest: bool) -> Example:
    """A case on which something was found, as an example with its program."""
    truth = truth_of(case)
    blocks = engine.claim.blocks
    part = finding.part if finding.part in (*truth.forward, *blocks) else blocks[0]
    asked: tuple[Case, Array, float | Array] = (case, *truth.want(part))
    if finding.property == LAG_BY_LAG:
        asked = shown(case, engine.claim, part)
    elif finding.property == UNITS_PERMUTE:
        asked = permuted(case, part, truth.want(part))
    other, want, bound = asked
    code = engine.program(other, part, want, bound, finding.property)
    code = f"# {finding.wrong}\n{code}"
    return Example(case, finding.property, finding.part, finding.wrong or "", code, is_smallest)
