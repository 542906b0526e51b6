"""The whole catalogue before the deck: who was caught, by what, and who was not."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from verification.adapters.rnn.scoping import as_rnn
from verification.diagnosis.diagnosis import diagnose
from verification.evidence.mutants.catalogue import CATALOGUE, EQUIVALENT
from verification.evidence.mutants.deck import JUDGES, Example, Kill, deck, judge
from verification.evidence.mutants.mutant import Mutant
from verification.evidence.mutants.patch import engine
from verification.judging.shrinking import smallest
from verification.processes.tasks import each

# Mutants that one process judges: enough that forking costs little, few enough to show progress.
BATCH = 10

THE_RIGHT_ONE = Mutant("the right engine", "Nothing is edited.", "rnn", (), None)

Progress = Callable[[int, int], object]


@dataclass(frozen=True, eq=False)
class MutantsResult:
    """What became of every mutant, of every edit that is no fault, and in how many seconds."""

    kills: tuple[Kill, ...]
    equivalents: tuple[Kill, ...]
    seconds: float

    @property
    def total(self) -> int:
        """How many engines were wrong on purpose."""
        return len(self.kills)

    @property
    def killed(self) -> int:
        """How many of them the property that they name caught."""
        return self.total - len(self.survivors)

    @property
    def survivors(self) -> tuple[Kill, ...]:
        """Those that the property that they name did not catch, whatever others did."""
        return tuple(kill for kill in self.kills if not kill.by_name)

    @property
    def accused(self) -> tuple[Kill, ...]:
        """The edits that are no fault, and that a property took for one."""
        return tuple(kill for kill in self.equivalents if kill.caught)

    @property
    def by_property(self) -> Counter[str]:
        """How many mutants each property caught that names it."""
        return Counter(str(kill.mutant.caught_by) for kill in self.kills if kill.by_name)

    @property
    def holds(self) -> bool:
        """Is every wrong engine caught, and no right one accused?"""
        return not self.survivors and not self.accused


def run(
    progress: Progress | None = None,
    *,
    mutants: Sequence[Mutant] = CATALOGUE,
    equivalents: Sequence[Mutant] = EQUIVALENT,
    names: Sequence[str] = JUDGES,
) -> MutantsResult:
    """Judge every mutant; ``progress`` is called with the mutants done and the mutants in all."""
    started = time.monotonic()
    # The right engine comes first. With it every truth is computed, once for all the processes that follow.
    judge(THE_RIGHT_ONE, deck(), names)
    # An edit that is no fault is asked everything, which takes as long as a batch of mutants.
    batches: list[tuple[Mutant, ...]] = [(edit,) for edit in equivalents]
    batches += [tuple(mutants[start : start + BATCH]) for start in range(0, len(mutants), BATCH)]
    kills: list[Kill] = []
    for batch in each(lambda batch: [judge(mutant, deck(), names) for mutant in batch], batches):
        kills += batch
        if progress is not None:
            progress(len(kills), len(mutants) + len(equivalents))
    cut = len(equivalents)
    return MutantsResult(tuple(kills[cut:]), tuple(kills[:cut]), time.monotonic() - started)


def explained(result: MutantsResult, progress: Progress | None = None) -> MutantsResult:
    """The same result, with every mutant's smallest example and its diagnosis."""
    started = time.monotonic()
    kills = []
    for kill in each(lambda kill: diagnosed(shrunk(kill)), result.kills):
        kills.append(kill)
        if progress is not None:
            progress(len(kills), result.total)
    return replace(result, kills=tuple(kills), seconds=result.seconds + time.monotonic() - started)


def diagnosed(kill: Kill) -> Kill:
    """The same kill, with what a diagnosis says of the mutant."""
    example = kill.example
    if example is None:
        return kill
    return replace(kill, diagnosis=diagnose(as_rnn(engine(kill.mutant)), example.finding, example.case))


def shrunk(kill: Kill) -> Kill:
    """The same kill, with the smallest example that is found for the property that it names."""
    name = kill.mutant.caught_by
    if name is None or not kill.by_name:
        return kill
    first = kill.caught[name]
    found = smallest(as_rnn(engine(kill.mutant)), first.case, first.finding)
    return kill if found is None else replace(kill, caught=dict(kill.caught) | {name: Example(*found)})
