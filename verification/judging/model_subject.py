"""An engine of a model as a subject: its designed, fixed and drawn cases, and their explanations."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeAlias

from verification.diagnosis.diagnosis import Diagnosis, diagnose
from verification.diagnosis.picture import GotAgainstWant, Picture, picture, wrong_beside
from verification.diagnosis.probe import look_at
from verification.diagnosis.shown import wrong_in
from verification.diagnosis.where import Elsewhere
from verification.judging import run
from verification.judging.contract import contract
from verification.judging.judgement import Example
from verification.judging.keeping import Shelf, shelf_of
from verification.judging.plan import Plan
from verification.judging.profile import Profile
from verification.judging.remarks import in_words
from verification.judging.run import CaseBlock
from verification.judging.sampled import Designed, RowId, Sample, truth_of_row
from verification.judging.shrinking import Shrunk, size_of, smallest, smallest_showing
from verification.judging.tally import Tally, tally_of
from verification.judging.training import NO_TRAINING, TrainingCalls, training_of
from verification.models.case import Case, name_of
from verification.models.code import Code
from verification.models.model import Model
from verification.models.truncation import kind_of
from verification.processes.hosts import Host
from verification.processes.workers import Worker
from verification.properties.engine import Begun, Engine
from verification.properties.findings import (
    PROPERTIES,
    applicable,
    findings,
    prepared,
    truth_for,
    truth_of,
)
from verification.properties.gradients import AUTOGRAD, FORWARD
from verification.properties.per_step import views
from verification.properties.property import Finding
from verification.properties.training import CALLS_OF_TRAINING, Recorded, findings_of
from verification.properties.trial import CaseTruth
from verification.sampling import products
from verification.sampling.at_random import AtRandom
from verification.sampling.claim import Claim
from verification.sampling.design import Design
from verification.sampling.draws import TIMES
from verification.sampling.exclusions import too_large
from verification.sampling.fractions import in_fractions
from verification.sampling.resolving import narrowed
from verification.sampling.sample import in_floats
from verification.sampling.scope import Scope
from verification.truth.memo import Memory, nothing

# One of this many drawn cases in a campaign is of Fractions.
EXACT_EVERY = 10

# So many numbers may the cases of a block have that are held with their truths, each of which takes some
# dozens of bytes a number; those of a larger block are read again, one by one.
HELD = 2**20

# A case without its model, whose functions cannot be sent between processes.
Packed: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class RunCase:
    """A case with its truth. ``row``: the row of a designed sample that it meets if it is informative.

    ``turns``: the names of the properties that are checked on it; None for all that apply. ``drawn`` and
    ``fixed``: its sizes, in one of the two, by its origin (as in ``Judgement``). ``recorded``: the call of a
    training run that it was.
    """

    truth: CaseTruth
    row: RowId | None = None
    turns: tuple[str, ...] | None = None
    drawn: Counter[str] = field(default_factory=Counter)
    fixed: Counter[str] = field(default_factory=Counter)
    recorded: Recorded | None = None


@dataclass(frozen=True, eq=False)
class OfModel:
    """An adapter's engine of a model. ``shelf``: the store of truths, if there is one.

    ``training``: the stored calls that are checked beside the cases. ``secret``: numbers of a secret, from
    which the designed cases come as well.
    """

    engine: Engine
    shelf: Shelf | None = None
    training: TrainingCalls = NO_TRAINING
    secret: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.engine.model.name

    def scope(self, tally: Tally) -> str:
        """What is claimed, in words, and how large the sizes became together in cases that were evidence."""
        model, claim = self.engine.model, self.engine.claim
        met = {number for of, number in tally.rows_covered if of == products.OF}
        rows = [row for number, row in enumerate(products.rows_of_products(model, claim)) if number in met]
        return "; ".join(filter(None, (claim.in_words(), products.in_words(model, rows))))

    def not_checked(self, pace: float) -> tuple[str, ...]:
        """What is not claimed, which sizes are not combined, and which checks a slow engine does not get."""
        model, claim = self.engine.model, self.engine.claim
        said = (*claim.not_checked(model), *too_large(model, claim), *self.training.not_checked)
        return (*said, *Plan(self.engine, pace).left_out)

    @property
    def views(self) -> Mapping[str, str]:
        """How lag by lag sees each block."""
        return views(self.engine.model, self.engine.claim)

    def guarded(self, worker: Worker) -> "OfModel":
        """The same, with guarded calls, in the task's host if there is one."""
        engine = self.engine if worker.host is None else self.engine.hosted(worker.host)
        return replace(self, engine=Guarded(engine, worker))

    @property
    def functions(self) -> tuple[Any, ...]:
        """What a host runs."""
        return self.engine.functions

    def keeping(self, folder: Path) -> "OfModel":
        """The same, with truths stored in a folder, if the model's code determines what it computes."""
        return replace(self, shelf=shelf_of(self.engine.model, folder))

    def beside(self, folder: Path) -> "OfModel":
        """The same, with the calls that were stored in a folder; raises ValueError if there are none."""
        return replace(self, training=training_of(self.engine, folder))

    def samples(self, profile: Profile) -> tuple[Sample, ...]:
        """The designed sample in floating point, and for an engine that claims exactness one in Fractions."""
        model, claim = self.engine.model, self.engine.claim
        claimed = (in_floats, in_fractions) if claim.exact else (in_floats,)
        rows = Design.rows if self.shelf is None else partial(self.shelf.rows, claim)
        return tuple(Sample(self._secretly(each), model, claim, profile.strength, rows) for each in claimed)

    def secretly(self, secret: tuple[int, ...]) -> "OfModel":
        """The same, whose designed cases come from a secret's numbers as well."""
        return replace(self, secret=secret)

    def _secretly(self, designed: Designed) -> Designed:
        def with_secret(model: Model, claim: Claim) -> Design:
            return replace(designed(model, claim), secret=self.secret)

        return with_secret if self.secret else designed

    def opening(self, samples: Sequence[Sample]) -> Iterator[CaseBlock]:
        """A few cases, which show how long a call takes."""
        return Plan(self.engine).opening(samples)

    def blocks(
        self, samples: Sequence[Sample], profile: Profile, seed: int, pace: float = 0.0
    ) -> Iterator[CaseBlock]:
        """The calls of a training run, and then everything after the opening."""
        yield from self.training.blocks()
        yield from Plan(self.engine, pace).blocks(samples, profile, seed)

    def sought(self, tally: Tally, pace: float = 0.0) -> Iterator[CaseBlock]:
        """Cases for what the contract asks and the run has met too rarely; none if all were declined."""
        all_declined = 0 < tally.cases == tally.declined.total()
        return iter(()) if all_declined else Plan(self.engine, pace).sought(tally.seen)

    def portions(self, sample: Sample, numbers: Sequence[int], pace: float = 0.0) -> Iterator[CaseBlock]:
        """Rows of a sample, in blocks that are small at first."""
        return Plan(self.engine, pace).portions(sample, numbers)

    def cases(self, block: CaseBlock) -> Iterator[RunCase]:
        """Every case of a block. Stored truths are read before the engine can do anything in this process."""
        if self.shelf is None:
            yield from self._made(block, nothing)
            return
        memory, held, room = self.shelf.opened(), list[RunCase](), HELD
        for each in self._made(block, memory):
            prepared(self.engine.claim, each.truth, each.turns)
            memory.keep()
            room -= size_of(each.truth.case)
            held = [*held, each] if room >= 0 else []
        yield from held or self._made(block, self.shelf.known)

    def _made(self, block: CaseBlock, memory: Memory) -> Iterator[RunCase]:
        model, claim = self.engine.model, self.engine.claim
        design = self._secretly(block.designed)(model, claim)
        for number, row in block.rows:
            truth = truth_of_row(design, row, number, claim.blocks, memory)
            yield RunCase(truth, (design.of, number), row.turns, fixed=Counter(truth.case.sizes))
        turns = iter(block.turns)
        for each in block.fixed:
            case = each.make()
            whole = (
                truth_of(case, memory) if each.property is None else truth_for(each.property, case, memory)
            )
            yield RunCase(whole, turns=next(turns, None), fixed=Counter(case.sizes))
        for number in block.calls:
            recorded = self.training.recorded(number)
            # Again with the properties of that case, and no others.
            again = (FORWARD.name, AUTOGRAD.name)
            yield RunCase(truth_of(recorded.case, memory), turns=again, recorded=recorded)
        if not (block.rows or block.fixed or block.calls):
            from verification.sampling.drawing import all_drawn

            for case in all_drawn(block.drawn(model, claim), block.seed, block.size):
                yield RunCase(truth_of(case, memory), turns=next(turns, None), drawn=Counter(case.sizes))

    @cached_property
    def _elsewhere(self) -> Elsewhere:
        return Elsewhere(self.engine)

    @cached_property
    def _at_random(self) -> AtRandom:
        return AtRandom(in_floats(self.engine.model, self.engine.claim))

    @cached_property
    def _in_fractions_at_random(self) -> AtRandom:
        return AtRandom(in_fractions(self.engine.model, self.engine.claim))

    def at(self, place: run.SeededCase) -> RunCase:
        """One of ten in Fractions, for an engine that claims exactness; all others in floating point."""
        exact = self.engine.claim.exact and place.number % EXACT_EVERY == 0
        made = self._in_fractions_at_random if exact else self._at_random
        return RunCase(truth_of(made.case(place.rng())))

    def in_words(self, case: RunCase) -> str:
        """The sizes and the number type."""
        return sizes_in_words(case.truth.case)

    def pack(self, case: RunCase) -> Packed:
        """The case without its model."""
        return pack(case.truth.case)

    def tally(self, case: RunCase) -> Tally:
        """The result of every property on a case, with its sizes and the row that it meets."""
        engine, truth = self.engine, case.truth
        found = [*findings(engine, truth, turns=case.turns)]
        # An error that a call here reproduces tells more of a fault than that it occurred once.
        found += [] if case.recorded is None else findings_of(case.recorded, truth)
        tally = tally_of(found, lambda: self.pack(case), kind_of(truth.case.truncation))
        if case.recorded is not None:
            return replace(tally, calls=Counter({sizes_in_words(truth.case): 1}))
        tally = replace(tally, drawn=case.drawn, fixed=case.fixed)
        if tally.declined or not truth.informative(engine.claim.blocks):
            return tally
        met = [entry.name for entry in contract(engine.claim) if entry.met(truth.case)]
        rows = frozenset([] if case.row is None else [case.row])
        return replace(tally, informative=1, seen=Counter(met), rows_covered=rows)

    def missing(self, tally: Tally) -> Iterator[str]:
        """Entries of the contract that were met too rarely, and properties of parts without evidence."""
        claim = self.engine.claim
        evidence: Counter[tuple[str, str]] = Counter()
        for (name, part, _), row in tally.rows.items():
            evidence[name, part] += row.evidence
        for entry in contract(claim):
            if tally.seen[entry.name] < entry.least:
                yield entry.name
        for each in PROPERTIES:
            for part in each.evidence(claim):
                if evidence[each.name, part] < TIMES:
                    yield f"{each.name} {part}"

    def unshown(self, tally: Tally) -> Iterator[str]:
        """Properties that have shown nothing yet; a run that ends early may leave some for a slow engine."""
        shown = {name for name, *_ in tally.rows}
        yield from (each.name for each in applicable(self.engine.claim) if each.name not in shown)

    def remarks(self, tally: Tally) -> Iterator[str]:
        """Remarks on functions that are accurate relative to 1 only, and those that a property notes."""
        yield from in_words(tally.remarks, self.engine.claim.functions)
        yield from tally.noted

    def _case(self, packed: Packed) -> Case:
        return Case(self.engine.model, **packed)

    def size(self, packed: Packed) -> int:
        """The number of numbers in the blocks."""
        return size_of(self._case(packed))

    def diagnosis(self, packed: Packed, finding: Finding, tally: Tally) -> Diagnosis:
        """Where the fault is."""
        return diagnose(self.engine, finding, self._case(packed), self._elsewhere)

    def smallest(self, packed: Packed, finding: Finding) -> Shrunk:
        """The smallest case with the same failure."""
        return _packed(smallest(self.engine, self._case(packed), finding))

    def numbers(self, packed: Packed) -> tuple[GotAgainstWant, ...]:
        """Wrong parts of the forward, or else of the gradients; none of Fractions."""
        case = self._case(packed)
        return () if case.dtype.hasobject else tuple(wrong_beside(look_at(self.engine, case)))

    def wrong(self, packed: Packed) -> frozenset[str]:
        """The parts that are wrong on a case."""
        return wrong_in(self.engine, self._case(packed))

    def showing(self, diagnosis: Diagnosis) -> Shrunk | None:
        """The smallest case that shows what a diagnosis says."""
        found = smallest_showing(self.engine, diagnosis)
        return None if found is None else _packed(found)

    def picture(self, packed: Packed) -> Picture:
        """The lag map, and wrong numbers."""
        return picture(self.engine, self._case(packed), self._elsewhere)

    def example(self, found: Shrunk) -> Example:
        """A case with its program."""
        return example_of(self.engine, replace(found, case=self._case(found.case)))


def of_model(engine: Any, model: Model | None, scope: Scope | None) -> OfModel:
    """An adapter's engine, a dataclass, as a subject, within a scope that may be narrower than its own.

    Raises ValueError for a model that is not the engine's own, and for a scope that is wider than its claim.
    """
    if model is not None and model.name != engine.model.name:
        raise ValueError(f"model: {model.name}, needed the engine's own, {engine.model.name}")
    return OfModel(replace(engine, claim=narrowed(engine.claim, scope, engine.model)))


class Guarded:
    """An engine with guarded calls."""

    def __init__(self, engine: Engine, worker: Worker) -> None:
        self._engine, self._worker = engine, worker
        self.model, self.claim, self.code = engine.model, engine.claim, engine.code
        self.arrays, self.arguments, self.fixed = engine.arrays, engine.arguments, engine.fixed
        self.place, self.functions = engine.place, engine.functions
        self.answer = worker.guarded(engine.answer)
        self._begin = worker.guarded(engine.begin)

    def repeat(self, case: Case, goes_on: Callable[[Any], bool]) -> Any:
        """Many calls, guarded as one."""
        return self._worker.guarded(partial(self._engine.repeat, goes_on=goes_on))(case)

    def begin(self, case: Case) -> Begun:
        """The forward alone; both passes are guarded."""
        forward, back = self._begin(case)
        return forward, self._worker.guarded(back)

    def wanting(self, blocks: tuple[str, ...], unused: tuple[str, ...]) -> "Guarded":
        """The same, which is told the wanted gradients and the used outputs."""
        return Guarded(self._engine.wanting(blocks, unused), self._worker)

    def hosted(self, host: Host) -> "Guarded":
        """The same in a host."""
        return Guarded(self._engine.hosted(host), self._worker)

    def otherwise(self, model: Model, arrays: Mapping[str, Any] | None) -> "Guarded":
        return Guarded(self._engine.otherwise(model, arrays), self._worker)

    def reordered(self, arguments: tuple[str, ...]) -> "Guarded":
        return Guarded(self._engine.reordered(arguments), self._worker)


def pack(case: Case) -> Packed:
    """A case without its model."""
    return {field.name: getattr(case, field.name) for field in fields(case) if field.name != "model"}


def _packed(found: Shrunk) -> Shrunk:
    return replace(found, case=pack(found.case))


def sizes_in_words(case: Case) -> str:
    """The sizes and the number type, in a line."""
    sizes = ", ".join(f"{name} {size}" for name, size in case.sizes.items())
    return f"{sizes}, {name_of(case.dtype)}"


def example_of(engine: Engine, found: Shrunk) -> Example:
    """A case with a finding, as an example with its program."""
    case, finding = found.case, found.finding
    # The answer of a recorded call is in its file.
    whose = "call" if finding.property == CALLS_OF_TRAINING.name else "case"
    check_call = Code(("check",), "", f"check(engine, {finding.property!r}, {whose})\n")
    code = f"# {finding.wrong}\n{engine.code(case) + check_call}"
    wrong = finding.wrong or ""
    return Example(case, finding.property, finding.part, wrong, code, found.larger, found.numbers)
