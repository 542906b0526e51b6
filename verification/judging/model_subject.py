"""An engine of a model as a subject: its designed, fixed and drawn cases, and what is said of them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, TypeAlias

from verification.diagnosis.diagnosis import Diagnosis, diagnose
from verification.diagnosis.picture import Picture, picture
from verification.judging import run
from verification.judging.contract import contract
from verification.judging.judgement import Example
from verification.judging.profile import Profile
from verification.judging.run import BLOCK, Block
from verification.judging.sampled import Place, Sample, in_portions, truth_of_row
from verification.judging.shrinking import size_of, smallest
from verification.judging.tally import Tally, tally_of
from verification.models.arrays import Array
from verification.models.case import Case, name_of
from verification.models.model import Model
from verification.models.truncation import kind_of
from verification.properties.apart import shown, views
from verification.properties.engine import Engine, Fixed
from verification.properties.exactness import EXACT
from verification.properties.findings import LAG_BY_LAG, PLAIN, UNITS_PERMUTE, Judged, findings, truth_of
from verification.properties.fixed import WholeTruth
from verification.properties.properties import Finding, permuted
from verification.sampling.admitting import admits
from verification.sampling.at_random import AtRandom
from verification.sampling.claim import Claim
from verification.sampling.drawing import each_drawn, one_drawn
from verification.sampling.draws import TIMES
from verification.sampling.fractions import exact_cases, in_fractions
from verification.sampling.gaps import between, rows_between
from verification.sampling.resolving import narrowed
from verification.sampling.sample import in_floats
from verification.sampling.scope import Scope
from verification.truth.long import is_long, readable
from verification.truth.parts import OUTPUTS

# Fixed cases in a block: each may take as long as some hundred drawn ones.
FIXED_BLOCK = 8

# Of so many drawn one by one, one is of Fractions.
EXACT_EVERY = 10

# A case without its model, whose functions cannot be sent between processes.
Packed: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class OfModel:
    """What a door returned that has a model."""

    engine: Engine

    @property
    def name(self) -> str:
        """Of the model."""
        return self.engine.model.name

    @property
    def scope(self) -> str:
        """What is claimed, in words."""
        return self.engine.claim.in_words()

    @property
    def not_asked(self) -> tuple[str, ...]:
        """What is not claimed."""
        return self.engine.claim.not_asked(self.engine.model)

    @property
    def views(self) -> Mapping[str, str]:
        """How lag by lag sees each block."""
        return {view.block: view.words for view in views(self.engine.model, self.engine.claim)}

    def guarded(self, channel: Any) -> "OfModel":
        """The same, whose calls are watched."""
        return OfModel(Guarded(self.engine, channel))

    def samples(self, profile: Profile) -> tuple[Sample, ...]:
        """That in floating point, and that in Fractions of an engine that claims to be exact."""
        model, claim = self.engine.model, self.engine.claim
        claimed = (in_floats, in_fractions) if claim.exact else (in_floats,)
        return tuple(Sample(designed, model, claim, profile.strength) for designed in claimed)

    def blocks(self, samples: Sequence[Sample], profile: Profile, seed: int) -> Iterator[Block]:
        """Small designed cases first, for a fault that shows on those is told by them."""
        portions, *others = (list(self.portions(each, range(len(each.rows)))) for each in samples)
        yield from portions[:1]
        yield from self.drawn(profile, seed)
        for more in others:
            yield from more
        fixed = tuple(each for each in self.engine.fixed if _is_asked(self.engine.claim, each))
        for start in range(0, len(fixed), FIXED_BLOCK):
            some = fixed[start : start + FIXED_BLOCK]
            yield Block(len(some), fixed=some)
        yield from portions[1:]

    def drawn(self, profile: Profile, seed: int) -> Iterator[Block]:
        """Cases that are drawn: all of a run that its seed decides."""
        for start in range(0, profile.cases, BLOCK):
            yield Block(min(BLOCK, profile.cases - start), f"{seed} {start}")
        for start in range(0, profile.exact_cases if self.engine.claim.exact else 0, BLOCK):
            size = min(BLOCK, profile.exact_cases - start)
            yield Block(size, f"{seed} exact {start}", drawn=exact_cases)
        yield from self._between(profile, seed)

    def _between(self, profile: Profile, seed: int) -> Iterator[Block]:
        """Sizes between those of the designed sample, of no more cases than are drawn."""
        model, claim = self.engine.model, self.engine.claim
        numbered = [*rows_between(model, claim, seed).items()][: profile.cases]
        for portion in in_portions([row for _, row in numbered], between(model, claim)):
            yield Block(len(portion), rows=tuple(numbered[i] for i in portion), designed=between)

    def portions(self, sample: Sample, numbers: Sequence[int]) -> Iterator[Block]:
        """Rows of a sample, in blocks of about the same work."""
        rows = [sample.rows[number] for number in numbers]
        for portion in in_portions(rows, sample.design):
            some = tuple((numbers[i], rows[i]) for i in portion)
            yield Block(len(portion), rows=some, designed=sample.designed)

    def each(self, block: Block, look: Callable[[str, Callable[[], Tally]], None]) -> None:
        """Look at every case of a block."""

        def at(truth: Judged, place: Place | None = None, drawn: bool = False) -> None:
            look(self.in_words(truth), lambda: self._counted(truth, place, drawn))

        model, claim = self.engine.model, self.engine.claim
        design = block.designed(model, claim)
        for number, row in block.rows:
            at(truth_of_row(design, row, number, claim.blocks), (design.of, number))
        for each in block.fixed:
            case = each.make()
            at(WholeTruth(case, each.property) if each.property else truth_of(case))
        if not (block.rows or block.fixed):
            strategy = block.drawn(model, claim)
            each_drawn(strategy, block.seed, block.size, lambda case: at(truth_of(case), drawn=True))

    @cached_property
    def _at_random(self) -> AtRandom:
        return AtRandom(self.engine.model, self.engine.claim)

    def at(self, place: run.Place) -> Judged:
        """One of ten in Fractions, of an engine that claims to be exact; all others in floating point."""
        model, claim = self.engine.model, self.engine.claim
        if claim.exact and place.number % EXACT_EVERY == 0:
            return truth_of(one_drawn(exact_cases(model, claim), str(place)))
        return truth_of(self._at_random.case(place.rng()))

    def in_words(self, case: Judged) -> str:
        """The sizes and the number type."""
        return sizes_in_words(case.case)

    def pack(self, case: Judged) -> Packed:
        """The case without its model."""
        return pack(case.case)

    def _counted(self, truth: Judged, place: Place | None, drawn: bool) -> Tally:
        """The tally of a case, with its sizes and the row that it meets."""
        tally, sizes, none = self.tally(truth), Counter(truth.case.sizes), Counter[str]()
        met = frozenset([place] if place is not None and tally.live else [])
        return replace(tally, rows_met=met, drawn=sizes if drawn else none, fixed=none if drawn else sizes)

    def tally(self, truth: Judged) -> Tally:
        """What a case comes to under every property."""
        engine, case = self.engine, truth.case
        tally = tally_of(findings(engine, truth), lambda: self.pack(truth), kind_of(case.policy))
        if tally.declined or not truth.live(engine.claim.blocks):
            return tally
        met = [entry.name for entry in contract(engine.claim) if entry.met(case)]
        return replace(tally, live=1, seen=Counter(met))

    def missing(self, tally: Tally) -> Iterator[str]:
        """Entries of the contract, and properties of parts without evidence."""
        claim = self.engine.claim
        evidence: Counter[tuple[str, str]] = Counter()
        for (name, part, _), row in tally.rows.items():
            evidence[name, part] += row.evidence
        for entry in contract(claim):
            if tally.seen[entry.name] < entry.least:
                yield entry.name
        needed = [*PLAIN, LAG_BY_LAG] if "every" not in claim.losses else [*PLAIN]
        for name in [*needed, *([EXACT] if claim.exact else [])]:
            for part in (OUTPUTS,) if name == "forward" else claim.blocks:
                if evidence[name, part] < TIMES:
                    yield f"{name} {part}"

    def _case(self, packed: Packed) -> Case:
        return Case(self.engine.model, **packed)

    def size(self, packed: Packed) -> int:
        """How many numbers the blocks have."""
        return size_of(self._case(packed))

    def diagnosis(self, packed: Packed, finding: Finding, tally: Tally) -> Diagnosis:
        """Where the fault is."""
        return diagnose(self.engine, finding, self._case(packed))

    def smallest(self, packed: Packed, finding: Finding) -> tuple[Packed, Finding] | None:
        """The smallest case that fails alike."""
        found = smallest(self.engine, self._case(packed), finding)
        return None if found is None else (pack(found[0]), found[1])

    def picture(self, packed: Packed) -> Picture:
        """The lag map, and wrong numbers."""
        return picture(self.engine, self._case(packed))

    def example(self, packed: Packed, finding: Finding, smallest: bool) -> Example:
        """A case with its program."""
        return example_of(self.engine, self._case(packed), finding, smallest)


def of_model(engine: Any, model: Model | None, scope: Scope | None) -> OfModel:
    """What a door returned, a dataclass, within a scope that may be narrower than its own.

    Raises ValueError for a model that is not the engine's own, and for a scope that is wider than its claim.
    """
    if model is not None and model.name != engine.model.name:
        raise ValueError(f"model: {model.name}, needed the engine's own, {engine.model.name}")
    return OfModel(replace(engine, claim=narrowed(engine.claim, scope, engine.model)))


class Guarded:
    """An engine whose calls are watched by the process that started this one."""

    def __init__(self, engine: Engine, channel: Any) -> None:
        self._engine, self._channel = engine, channel
        self.model, self.claim, self.program = engine.model, engine.claim, engine.program
        self.arrays, self.fixed = engine.arrays, engine.fixed
        self.answer = channel.guarded(engine.answer)

    def otherwise(self, model: Model, arrays: Mapping[str, Any] | None) -> "Guarded":
        return Guarded(self._engine.otherwise(model, arrays), self._channel)


def pack(case: Case) -> Packed:
    """A case without its model."""
    return {field.name: getattr(case, field.name) for field in fields(case) if field.name != "model"}


def _is_asked(claim: Claim, fixed: Fixed) -> bool:
    """Does it claim the case, and equality where that is asked for?"""
    return (claim.exact or not fixed.property) and admits(claim, fixed.make())


def sizes_in_words(case: Case) -> str:
    """The sizes and the number type, in a line."""
    sizes = ", ".join(f"{name} {size}" for name, size in case.sizes.items())
    return f"{sizes}, {name_of(case.dtype)}"


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
