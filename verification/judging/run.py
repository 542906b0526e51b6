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
from typing import Any, TypeAlias, TypeVar

from hypothesis.strategies import SearchStrategy

from verification.arrays import Array
from verification.asked.admitting import admits
from verification.asked.case import Case, name_of
from verification.asked.claim import Claim
from verification.asked.draws import TIMES, cases
from verification.asked.fractions import exact_cases, in_fractions
from verification.asked.model import Model
from verification.asked.numbering import Row as SampleRow
from verification.asked.policies import kind_of
from verification.asked.resolving import narrowed
from verification.asked.sample import in_floats
from verification.asked.scope import Scope
from verification.drawing import each_drawn
from verification.fresh import Spread, staffed
from verification.judging.apart import shown, views
from verification.judging.contract import contract
from verification.judging.diagnosis import Diagnosis, diagnose
from verification.judging.engine import Engine, Fixed
from verification.judging.exactness import EXACT
from verification.judging.findings import LAG_BY_LAG, PLAIN, UNITS_PERMUTE, Judged, findings, truth_of
from verification.judging.fixed import WholeTruth
from verification.judging.judgement import Example, Judgement, Row
from verification.judging.picture import Picture, picture
from verification.judging.profile import Profile
from verification.judging.properties import Finding, permuted
from verification.judging.sampled import Coverage, Designed, Place, Sample, in_portions, truth_of_row
from verification.judging.shrinking import size_of, smallest
from verification.judging.tally import Refuted, Tally, of_lost
from verification.truth.long import is_long, readable
from verification.truth.parts import OUTPUTS
from verification.workers import Lost

# Cases that one Hypothesis run draws.
BLOCK = 30

# Fixed cases in a block: each may take as long as some hundred drawn ones.
FIXED_BLOCK = 8

Progress: TypeAlias = Callable[[int, int], object]


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
    tally, coverage = tallied(spread, engine, profile, seed, progress)
    return judgement_of(spread, engine, tally, coverage, seed, started)


def tallied(
    spread: Spread, engine: Engine, profile: Profile, seed: int, progress: Progress | None
) -> tuple[Tally, tuple[Coverage, ...]]:
    """What the designed, the fixed and the drawn cases came to, and what was met of the designed sample."""
    samples = samples_of(engine, profile)
    tally = looked(spread, list(_blocks(engine, samples, profile, seed)), Tally(), progress)
    for sample in samples:
        sample.meet(tally.rows_met)
        while not tally.is_refuted and (more := sample.more()):
            tally = looked(spread, list(_portions(engine, sample, more)), tally, progress)
            sample.meet(tally.rows_met)
    # A run that has ended early has met little, and to count what it has not takes minutes.
    return tally, () if tally.is_refuted else tuple(each for sample in samples for each in sample.coverage())


def samples_of(engine: Engine, profile: Profile) -> tuple[Sample, ...]:
    """The designed sample in floating point, and that in Fractions of an engine that claims to be exact."""
    claimed = (in_floats, in_fractions) if engine.claim.exact else (in_floats,)
    return tuple(Sample(designed, engine.model, engine.claim, profile.strength) for designed in claimed)


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
        declined=dict(tally.declined),
        drawn=dict(tally.drawn),
        fixed=dict(tally.fixed),
        views={view.block: view.words for view in views(engine.model, engine.claim)},
    )
    if judgement.verdict != "refuted":
        return judgement
    diagnosis, example, shown = _explained(spread, engine, tally)
    seconds = time.monotonic() - started
    return replace(judgement, seconds=seconds, diagnosis=diagnosis, example=example, picture=shown)


def looked(spread: Spread, blocks: list["Block"], tally: Tally, progress: Progress | None) -> Tally:
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
class Block:
    """Cases to look at: these rows of a design, these fixed ones, or so many drawn from a seed."""

    engine: Engine
    seed: str
    size: int
    rows: tuple[tuple[int, SampleRow], ...] = ()
    designed: Designed = in_floats
    fixed: tuple[Fixed, ...] = ()
    drawn: Callable[[Model, Claim], SearchStrategy[Case]] = cases


def _blocks(engine: Engine, samples: Sequence[Sample], profile: Profile, seed: int) -> Iterator[Block]:
    # Small ones first, for a fault that shows on those is told by them.
    portions, *others = (list(_portions(engine, each, range(len(each.rows)))) for each in samples)
    yield from portions[:1]
    yield from blocks_of_seed(engine, profile, seed)
    for more in others:
        yield from more
    fixed = tuple(each for each in engine.fixed if _is_asked(engine.claim, each))
    for start in range(0, len(fixed), FIXED_BLOCK):
        some = fixed[start : start + FIXED_BLOCK]
        yield Block(engine, "", len(some), fixed=some)
    yield from portions[1:]


def blocks_of_seed(engine: Engine, profile: Profile, seed: int) -> Iterator[Block]:
    """Cases that are drawn: all of a run that its seed decides."""
    for start in range(0, profile.cases, BLOCK):
        yield Block(engine, f"{seed} {start}", min(BLOCK, profile.cases - start))
    for start in range(0, profile.exact_cases if engine.claim.exact else 0, BLOCK):
        size = min(BLOCK, profile.exact_cases - start)
        yield Block(engine, f"{seed} exact {start}", size, drawn=exact_cases)


def _is_asked(claim: Claim, fixed: Fixed) -> bool:
    """Does it claim the case, and equality where that is asked for?"""
    return (claim.exact or not fixed.property) and admits(claim, fixed.make())


def _portions(engine: Engine, sample: Sample, numbers: Sequence[int]) -> Iterator[Block]:
    """The rows of these numbers, in blocks of about the same work."""
    rows = [sample.rows[number] for number in numbers]
    for portion in in_portions(rows, sample.design):
        some = tuple((numbers[i], rows[i]) for i in portion)
        yield Block(engine, "", len(portion), some, sample.designed)


def _look(block: Block, channel: Any) -> Tally:
    """The tally of a block."""
    engine = Guarded(block.engine, channel)
    tally = Tally()

    def look(truth: Judged, place: Place | None = None, drawn: bool = False) -> None:
        nonlocal tally
        if tally.lost:
            # To ask it again may be to wait again.
            return
        channel.tell(sizes_in_words(truth.case))
        found, sizes = tally_of(engine, truth), Counter(truth.case.sizes)
        met = frozenset([place] if place is not None and found.live else [])
        none = Counter[str]()
        tally += replace(found, rows_met=met, drawn=sizes if drawn else none, fixed=none if drawn else sizes)

    design = block.designed(engine.model, engine.claim)
    for number, row in block.rows:
        look(truth_of_row(design, row, number, engine.claim.blocks), (design.of, number))
    for each in block.fixed:
        case = each.make()
        look(WholeTruth(case, each.property) if each.property else truth_of(case))
    if not (block.rows or block.fixed):
        strategy = block.drawn(engine.model, engine.claim)
        each_drawn(strategy, block.seed, block.size, lambda case: look(truth_of(case), drawn=True))
    return tally


class Guarded:
    """An engine whose calls are watched by the process that started this one."""

    def __init__(self, engine: Engine, channel: Any) -> None:
        self._engine, self._channel = engine, channel
        self.model, self.claim, self.program = engine.model, engine.claim, engine.program
        self.arrays, self.fixed = engine.arrays, engine.fixed
        self.answer = channel.guarded(engine.answer)

    def otherwise(self, model: Model, arrays: Mapping[str, Any] | None) -> "Guarded":
        return Guarded(self._engine.otherwise(model, arrays), self._channel)


def tally_of(engine: Engine, truth: Judged) -> Tally:
    """The tally of one case under every property: each row is one case, however many findings it has."""
    case, kind = truth.case, kind_of(truth.case.policy)
    rows: dict[tuple[str, str, str], Row] = {}
    refuted: Refuted | None = None
    declined, lost = Counter[str](), ""
    for finding in findings(engine, truth):
        if finding.declined:
            declined[finding.declined] += 1
            continue
        key = (finding.property, finding.part, kind)
        rows[key] = _joined(rows.get(key, Row(*key[:2], truncation=kind)), finding)
        if finding.wrong is not None and refuted is None:
            refuted = packed(case), finding
        lost = lost or (finding.wrong or "" if finding.lost else "")
    live = not declined and truth.live(engine.claim.blocks)
    met = [entry.name for entry in contract(engine.claim) if entry.met(case)] if live else []
    return Tally(rows, 1, int(live), Counter(met), refuted=refuted, lost=lost, declined=declined)


def _joined(row: Row, finding: Finding) -> Row:
    """A case's row with one more finding: a failure if any is, evidence if any is."""
    evidence = finding.nonzero and finding.determined
    return replace(
        row,
        cases=1,
        evidence=max(row.evidence, int(evidence)),
        failures=max(row.failures, int(finding.wrong is not None)),
        nonzero=max(row.nonzero, int(finding.nonzero)),
        undetermined=max(row.undetermined, int(not finding.determined)),
    )


def packed(case: Case) -> dict[str, Any]:
    """A case without its model, whose functions cannot be sent between processes."""
    return {field.name: getattr(case, field.name) for field in fields(case) if field.name != "model"}


def sizes_in_words(case: Case) -> str:
    """The sizes and the number type, in a line."""
    sizes = ", ".join(f"{name} {size}" for name, size in case.sizes.items())
    return f"{sizes}, {name_of(case.dtype)}"


def _missing(engine: Engine, tally: Tally) -> Iterator[str]:
    """What was met too seldom: entries of the contract, and properties of parts without evidence.

    First what the engine said that it does not do.
    """
    for said, count in tally.declined.items():
        yield f"{count} cases declined: {said}"
    evidence: Counter[tuple[str, str]] = Counter()
    for (name, part, _), row in tally.rows.items():
        evidence[name, part] += row.evidence
    for entry in contract(engine.claim):
        if tally.seen[entry.name] < entry.least:
            yield entry.name
    needed = [*PLAIN, LAG_BY_LAG] if "every" not in engine.claim.losses else [*PLAIN]
    for name in [*needed, *([EXACT] if engine.claim.exact else [])]:
        for part in (OUTPUTS,) if name == "forward" else engine.claim.blocks:
            if evidence[name, part] < TIMES:
                yield f"{name} {part}"


def _explained(
    spread: Spread, engine: Engine, tally: Tally
) -> tuple[Diagnosis, Example | None, Picture | None]:
    """Where the fault is, the smallest case that shows it, and a picture; each from a process of its own."""
    lost = Diagnosis("form", sentence=f"The engine does not answer in form: it {tally.lost}.")
    if tally.refuted is None:
        return lost, None, None
    numbers, finding = tally.refuted
    case = Case(engine.model, **numbers)
    if tally.lost:
        return lost, example_of(engine, case, finding, False), None

    def work(task: str, channel: Any) -> Any:
        guarded = Guarded(engine, channel)
        channel.tell(task)
        if task == "diagnosis":
            return diagnose(guarded, finding, case)
        if task == "picture":
            return picture(guarded, case)
        found = smallest(guarded, case, finding)
        return None if found is None else (packed(found[0]), found[1])

    diagnosis, shrunk, drawn = spread(work, ["diagnosis", "example", "picture"])
    shown = None if isinstance(drawn, Lost) else drawn
    if isinstance(diagnosis, Lost):
        diagnosis = Diagnosis("form", sentence=f"The engine does not answer in form: it {diagnosis.how}.")
    if isinstance(shrunk, Lost) or shrunk is None:
        return diagnosis, example_of(engine, case, finding, False), shown
    smaller = Case(engine.model, **shrunk[0])
    if size_of(smaller) > size_of(case):
        return diagnosis, example_of(engine, case, finding, True), shown
    return diagnosis, example_of(engine, smaller, shrunk[1], True), shown


def example_of(engine: Engine, case: Case, finding: Finding, is_smallest: bool) -> Example:
    """A case on which something was found, as an example with its program."""
    whole = finding.property in {each.property for each in engine.fixed}
    truth: Judged = WholeTruth(case, finding.property) if whole else truth_of(case)
    blocks = engine.claim.blocks
    part = finding.part if finding.part in (*truth.forward, *blocks) else blocks[0]
    asked: tuple[Case, Array, float | Array] = (case, *truth.want(part))
    if finding.property == LAG_BY_LAG:
        asked = shown(case, part, finding.wrong or "")
    elif finding.property == UNITS_PERMUTE:
        asked = permuted(case, part, truth.want(part))
    other, want, bound = asked
    want = want if is_long(other) else readable(want)
    code = engine.program(other, part, want, bound, finding.property)
    code = f"# {finding.wrong}\n{code}"
    return Example(case, finding.property, finding.part, finding.wrong or "", code, is_smallest)
