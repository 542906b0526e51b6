"""The checks of a fault in compiled code: a few cases, 50 digits, and numbers that are not finite.

Each is compiled in a process of its own, once its lines are in place.
"""

from collections.abc import Iterator, Sequence

from benchmarks.evidence.mutants.compiled.cases import CompiledCase, cases_of, computed
from benchmarks.evidence.mutants.compiled.numbers import SPECIAL
from benchmarks.evidence.mutants.compiled.planting import planted
from benchmarks.evidence.mutants.fault import Fault
from benchmarks.evidence.mutants.judging import Failure, Result
from benchmarks.evidence.mutants.patch import StaleMutant
from benchmarks.evidence.mutants.run import MutantsResult, Progress, judged
from verification.adapters.rnn.cells import compile_loops
from verification.diagnosis.diagnosis import diagnose
from verification.judging.model_subject import example_of
from verification.judging.shrinking import Shrunk
from verification.properties.findings import applicable, findings


def judge(fault: Fault) -> Result:
    """Does what it names catch it, and if not, does anything; and where a diagnosis puts it."""
    named = fault.caught_by
    with planted(fault):
        _compile(fault)
        example = None if named is None else _first(fault.cell, named)
        if named is None or example is None:
            found = ((name, _first(fault.cell, name)) for name in _names(fault.cell))
            return Result(fault, {name: each for name, each in found if each is not None})
        case = example.packed
        if case is None:
            return Result(fault, {named: example})
        engine = next(each.engine for each in cases_of(fault.cell) if each.truth.case is case)
        return Result(fault, {named: example}, diagnose(engine, example.finding, case))


def run(
    faults: Sequence[Fault], equivalents: Sequence[Fault], progress: Progress | None = None
) -> MutantsResult:
    """Judge every fault; ``progress`` is called with those done and all of them."""

    def known() -> None:
        for cell in dict.fromkeys(fault.cell for fault in (*faults, *equivalents)):
            computed(cell)

    return judged(judge, known, faults, equivalents, progress)


def _compile(fault: Fault) -> None:
    """``StaleMutant`` where the text cannot be compiled: anything would refute it, which says nothing."""
    try:
        compile_loops(fault.cell, ("float64",))
    except Exception as error:
        if type(error).__module__.startswith("numba"):
            raise StaleMutant(f"mutant {fault.name!r}: it cannot be compiled") from error
        # Any other error shows when the code is called.


def _names(cell: str) -> tuple[str, ...]:
    """The names of all checks of a cell's compiled code."""
    names = dict.fromkeys(p.name for each in cases_of(cell) for p in applicable(each.engine.claim))
    return (*names, *SPECIAL)


def _first(cell: str, name: str) -> Failure | None:
    """The first example by which a property refutes a cell's compiled text, or else one without an answer."""
    if name in SPECIAL:
        wrong = SPECIAL[name](cell)
        return None if wrong is None else Failure(None, *wrong)
    unanswered = None
    for example in _refutations(cases_of(cell), name):
        if example.finding.property == name:
            return example
        unanswered = unanswered or example
    return unanswered


def _refutations(cases: Sequence[CompiledCase], name: str) -> Iterator[Failure]:
    for one in cases:
        engine, truth = one.engine, one.truth
        for finding in findings(engine, truth, (name,)):
            if finding.wrong is not None:
                yield Failure(truth.case, finding, example_of(engine, Shrunk(truth.case, finding)).code)
