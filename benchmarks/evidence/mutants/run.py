"""The whole catalogue before the cases: who was caught, by what, and who was not."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace

from benchmarks.evidence.mutants.cases import all_cases
from benchmarks.evidence.mutants.catalogue import CATALOGUE, EQUIVALENT
from benchmarks.evidence.mutants.fault import Fault
from benchmarks.evidence.mutants.judging import JUDGES, Failure, Result, judge
from benchmarks.evidence.mutants.patch import engine
from benchmarks.tasks import each
from verification.adapters.rnn.scoping import as_rnn
from verification.diagnosis.diagnosis import diagnose
from verification.judging.shrinking import smallest

# Mutants that one process judges: enough that forking costs little, few enough to show progress.
BATCH = 10

THE_RIGHT_ONE = Fault("the right engine", "Nothing is edited.", "rnn", (), None)

Progress = Callable[[int, int], object]


@dataclass(frozen=True, eq=False)
class MutantsResult:
    """What became of every mutant, of every edit that is no fault, and in how many seconds."""

    results: tuple[Result, ...]
    equivalents: tuple[Result, ...]
    seconds: float

    @property
    def total(self) -> int:
        """How many engines were wrong on purpose."""
        return len(self.results)

    @property
    def killed(self) -> int:
        """How many of them the property that they name caught."""
        return self.total - len(self.survivors)

    @property
    def survivors(self) -> tuple[Result, ...]:
        """Those that the property that they name did not catch, whatever others did."""
        return tuple(one for one in self.results if not one.by_name)

    @property
    def accused(self) -> tuple[Result, ...]:
        """The edits that are no fault, and that a property took for one."""
        return tuple(one for one in self.equivalents if one.caught)

    @property
    def misplaced(self) -> tuple[Result, ...]:
        """Those that were found at another place than the one that they name."""
        return tuple(one for one in self.results if one.place not in ("", one.fault.place))

    @property
    def by_property(self) -> Counter[str]:
        """How many mutants each property caught that names it."""
        return Counter(str(one.fault.caught_by) for one in self.results if one.by_name)

    @property
    def holds(self) -> bool:
        """Is every wrong engine caught and placed, and no right one accused?"""
        return not (self.survivors or self.misplaced or self.accused)


def run(
    progress: Progress | None = None,
    *,
    mutants: Sequence[Fault] = CATALOGUE,
    equivalents: Sequence[Fault] = EQUIVALENT,
    names: Sequence[str] = JUDGES,
) -> MutantsResult:
    """Judge every mutant; ``progress`` is called with the mutants done and the mutants in all."""

    def known() -> None:
        if len(mutants) + len(equivalents) > 1:
            # With the right engine every truth is computed, once for all the processes that follow.
            judge(THE_RIGHT_ONE, all_cases(), names)

    return judged(lambda one: judge(one, all_cases(), names), known, mutants, equivalents, progress, BATCH)


def judged(
    judge: Callable[[Fault], Result],
    known: Callable[[], object],
    mutants: Sequence[Fault],
    equivalents: Sequence[Fault],
    progress: Progress | None = None,
    batch: int = 1,
) -> MutantsResult:
    """Every fault and edit by ``judge``, over the cores, once ``known`` has made what they share."""
    started = time.monotonic()
    known()
    # An edit that is no fault gets every check, which takes as long as a batch of mutants.
    batches: list[tuple[Fault, ...]] = [(edit,) for edit in equivalents]
    batches += [tuple(mutants[start : start + batch]) for start in range(0, len(mutants), batch)]
    results: list[Result] = []
    try:
        for some in each(lambda faults: [judge(fault) for fault in faults], batches):
            results += some
            if progress is not None:
                progress(len(results), len(mutants) + len(equivalents))
    except BrokenProcessPool as error:
        first = (*equivalents, *mutants)[len(results)].name
        raise RuntimeError(f"a process ended by itself: there is no verdict from “{first}” on") from error
    cut = len(equivalents)
    return MutantsResult(tuple(results[cut:]), tuple(results[:cut]), time.monotonic() - started)


def explained(result: MutantsResult, progress: Progress | None = None) -> MutantsResult:
    """The same result, with every mutant's smallest example and its diagnosis."""
    started = time.monotonic()
    results = []
    # As a verdict does: the case that was found is diagnosed, and not the smallest, which shows less.
    for one in each(lambda one: shrunk(diagnosed(one)), result.results):
        results.append(one)
        if progress is not None:
            progress(len(results), result.total)
    return replace(result, results=tuple(results), seconds=result.seconds + time.monotonic() - started)


def diagnosed(one: Result) -> Result:
    """The same result, with what a diagnosis says of the mutant."""
    example = one.example
    if example is None:
        return one
    return replace(one, diagnosis=diagnose(as_rnn(engine(one.fault)), example.finding, example.case))


def shrunk(one: Result) -> Result:
    """The same result, with the smallest example that is found for the property that it names."""
    name = one.fault.caught_by
    if name is None or not one.by_name:
        return one
    first = one.caught[name]
    found = smallest(as_rnn(engine(one.fault)), first.case, first.finding)
    return replace(one, caught=dict(one.caught) | {name: Failure(found.case, found.finding)})
