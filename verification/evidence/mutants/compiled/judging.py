"""A fault of the compiled text before what is asked of it: a deck of cases, 50 digits, and what is no number.

Each is compiled in a process of its own, once its lines are in place.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verification.adapters.rnn.cells import compile_loops
from verification.diagnosis.diagnosis import diagnose
from verification.evidence.mutants.compiled.deck import SHARED, Asked, computed, deck
from verification.evidence.mutants.compiled.numbers import SPECIAL
from verification.evidence.mutants.compiled.planting import planted
from verification.evidence.mutants.deck import Example, Kill
from verification.evidence.mutants.mutant import Mutant
from verification.evidence.mutants.patch import Disarmed
from verification.evidence.mutants.run import MutantsResult, Progress
from verification.judging.model_subject import example_of
from verification.processes.tasks import each
from verification.properties.findings import asked_of, findings


@dataclass(frozen=True)
class Fault:
    """A mutant of the compiled text, and the cell in whose gradients it shows."""

    mutant: Mutant
    cell: str = SHARED


def judge(fault: Fault) -> Kill:
    """Does what it names catch it, and if not, does anything; and where a diagnosis puts it."""
    named = fault.mutant.caught_by
    with planted(fault.mutant):
        _compile(fault)
        example = None if named is None else _first(fault.cell, named)
        if named is None or example is None:
            found = ((name, _first(fault.cell, name)) for name in _names(fault.cell))
            return Kill(fault.mutant, {name: each for name, each in found if each is not None})
        case = example.packed
        if case is None:
            return Kill(fault.mutant, {named: example})
        engine = next(asked.engine for asked in deck(fault.cell) if asked.truth.case is case)
        return Kill(fault.mutant, {named: example}, diagnose(engine, example.finding, case))


def run(
    faults: Sequence[Fault], equivalents: Sequence[Fault], progress: Progress | None = None
) -> MutantsResult:
    """Judge every fault; ``progress`` is called with those done and all of them."""
    started = time.monotonic()
    for cell in dict.fromkeys(fault.cell for fault in (*faults, *equivalents)):
        computed(cell)
    kills: list[Kill] = []
    every = [*equivalents, *faults]
    for kill in each(judge, every):
        kills.append(kill)
        if progress is not None:
            progress(len(kills), len(every))
    cut = len(equivalents)
    return MutantsResult(tuple(kills[cut:]), tuple(kills[:cut]), time.monotonic() - started)


def _compile(fault: Fault) -> None:
    """``Disarmed`` where the text cannot be compiled: anything would refute it, which says nothing."""
    try:
        compile_loops(fault.cell, ("float64",))
    except Exception as error:
        if type(error).__module__.startswith("numba"):
            raise Disarmed(f"mutant {fault.mutant.name!r}: it cannot be compiled") from error
        # What it does wrong, it is asked.


def _names(cell: str) -> tuple[str, ...]:
    """All that is asked of a cell's compiled text."""
    asked = dict.fromkeys(p.name for each in deck(cell) for p in asked_of(each.engine.claim))
    return (*asked, *SPECIAL)


def _first(cell: str, name: str) -> Example | None:
    """The first example by which a property refutes a cell's compiled text."""
    if name in SPECIAL:
        wrong = SPECIAL[name](cell)
        return None if wrong is None else Example(None, *wrong)
    return next(_refutations(deck(cell), name), None)


def _refutations(asked: Sequence[Asked], name: str) -> Iterator[Example]:
    for one in asked:
        engine, truth = one.engine, one.truth
        for finding in findings(engine, truth, (name,)):
            if finding.wrong is not None:
                yield Example(truth.case, finding, example_of(engine, truth.case, finding, False).code)
