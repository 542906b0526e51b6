"""What a campaign has to know of an engine, whichever door it came through."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeAlias

from verification.asked.at_random import AtRandom
from verification.asked.case import Case
from verification.asked.fractions import exact_cases
from verification.campaign.blocks import Place
from verification.doors.function import Differentiated
from verification.drawing import one_drawn
from verification.fresh import Spread, staffed
from verification.judge import scoped
from verification.judging import function_run, of_function, run
from verification.judging.engine import Engine
from verification.judging.findings import truth_of
from verification.judging.judgement import Judgement
from verification.judging.profile import Profile
from verification.judging.properties import Finding
from verification.judging.run import Progress
from verification.judging.sampled import Coverage
from verification.judging.shrinking import size_of
from verification.judging.tally import Refuted, Tally

# The designed sample alone, as ``judge`` asks it: what is drawn is drawn in blocks.
SAMPLE = Profile("sample", cases=0, exact_cases=0)

# Of so many cases one is of Fractions, of an engine that claims to be exact in them.
EXACT = 10

# Stands between the designed sample and the processes that its portions are spread over.
Keeping: TypeAlias = Callable[[Spread], Spread]


class Subject(Protocol):
    """An engine, its cases, and how it is judged."""

    def guarded(self, channel: Any) -> "Subject":
        """The same, whose calls are watched by the process that started this one."""

    def sampled(self, keeping: Keeping, progress: Progress) -> tuple[Tally, tuple[Coverage, ...]]:
        """What comes before all blocks: the designed sample, where there is one."""

    def case(self, place: Place) -> Any:
        """The case at a place."""

    def size(self, case: Any) -> int:
        """How many numbers a reader has to look at."""

    def in_words(self, case: Any) -> str:
        """The sizes, in a line."""

    def tally(self, case: Any) -> Tally:
        """What the case comes to."""

    def refuted(self, case: Any, finding: Finding) -> Refuted:
        """The case and what was found, as a run keeps them."""

    def size_of_refuted(self, refuted: Refuted) -> int:
        """The size of a case that a run has kept."""

    def judgement(self, tally: Tally, coverage: tuple[Coverage, ...], seed: int, started: float) -> Judgement:
        """What a tally comes to, explained where it is refuted."""

    def program(self, case: Any, finding: Finding) -> str:
        """A program that fails as the finding says."""


@dataclass(frozen=True, eq=False)
class OfModel:
    """An engine of a model."""

    engine: Engine

    @cached_property
    def _drawn(self) -> AtRandom:
        return AtRandom(self.engine.model, self.engine.claim)

    def guarded(self, channel: Any) -> "OfModel":
        return OfModel(run.Guarded(self.engine, channel))

    def sampled(self, keeping: Keeping, progress: Progress) -> tuple[Tally, tuple[Coverage, ...]]:
        with staffed() as spread:
            return run.tallied(keeping(spread), self.engine, SAMPLE, 0, progress)

    def case(self, place: Place) -> Case:
        model, claim = self.engine.model, self.engine.claim
        if claim.exact and place.number % EXACT == 0:
            return one_drawn(exact_cases(model, claim), str(place))
        return self._drawn.case(place.rng())

    def size(self, case: Case) -> int:
        return size_of(case)

    def in_words(self, case: Case) -> str:
        return run.sizes_in_words(case)

    def tally(self, case: Case) -> Tally:
        return run.tally_of(self.engine, truth_of(case))

    def refuted(self, case: Case, finding: Finding) -> Refuted:
        return run.packed(case), finding

    def size_of_refuted(self, refuted: Refuted) -> int:
        return self.size(Case(self.engine.model, **refuted[0]))

    def judgement(self, tally: Tally, coverage: tuple[Coverage, ...], seed: int, started: float) -> Judgement:
        with staffed() as spread:
            return run.judgement_of(spread, self.engine, tally, coverage, seed, started)

    def program(self, case: Case, finding: Finding) -> str:
        return run.example_of(self.engine, case, finding, False).code


@dataclass(frozen=True, eq=False)
class OfFunction:
    """Any function with its backward, whose arguments Hypothesis draws."""

    engine: of_function.Engine

    def guarded(self, channel: Any) -> "OfFunction":
        return OfFunction(function_run.Guarded(self.engine, channel))

    def sampled(self, keeping: Keeping, progress: Progress) -> tuple[Tally, tuple[Coverage, ...]]:
        return Tally(), ()

    def case(self, place: Place) -> of_function.Call:
        return one_drawn(of_function.calls(self.engine), str(place))

    def size(self, case: of_function.Call) -> int:
        return function_run.size_of(case)

    def in_words(self, case: of_function.Call) -> str:
        return function_run.shapes_in_words(self.engine, case)

    def tally(self, case: of_function.Call) -> Tally:
        return function_run.tally_of(self.engine, case)

    def refuted(self, case: of_function.Call, finding: Finding) -> Refuted:
        return {"call": case}, finding

    def size_of_refuted(self, refuted: Refuted) -> int:
        return self.size(refuted[0]["call"])

    def judgement(self, tally: Tally, coverage: tuple[Coverage, ...], seed: int, started: float) -> Judgement:
        with staffed() as spread:
            return function_run.judgement_of(spread, self.engine, tally, seed, started)

    def program(self, case: of_function.Call, finding: Finding) -> str:
        return function_run.code_of(self.engine, case, finding)


def subject_of(engine: Any) -> Subject:
    """Of what a door returned; a plain function ``Problem -> Gradients`` is one of the vanilla model."""
    if isinstance(engine, Differentiated):
        return OfFunction(engine)
    return OfModel(engine if hasattr(engine, "judged") else scoped(engine))
