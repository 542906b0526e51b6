"""One mutant before the cases: the properties that refute it, and by which of them first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.evidence.mutants.cases import fixed_truths
from benchmarks.evidence.mutants.fault import Fault
from benchmarks.evidence.mutants.patch import StaleMutant, engine
from verification.adapters.problem import CAPABILITIES, ProblemAdapter
from verification.adapters.rnn.manual import manual
from verification.adapters.rnn.scoping import OF_RNN, as_rnn
from verification.diagnosis.diagnosis import Diagnosis
from verification.models import vanilla
from verification.models.case import Case
from verification.properties.findings import PROPERTIES, applicable, findings
from verification.properties.property import FORM, Finding
from verification.properties.trial import CaseTruth
from verification.sampling.resolving import resolved

# What ``rnn`` claims, read off its scope. An adapter would check the model as well, for half a second at the
# start of every command.
_CLAIM = resolved(OF_RNN, vanilla, CAPABILITIES)

# The properties that are checked for ``rnn``, by name, and so for its mutants.
JUDGES = tuple(each.name for each in PROPERTIES if each is not FORM and each.applies(_CLAIM))

# What says that a mutant is no fault of the kind that it is meant to be: it breaks off.
BROKEN = ("raised NameError", "raised UnboundLocalError")


@dataclass(frozen=True, eq=False)
class Failure:
    """A case on which a property fails, and what it found there.

    ``program`` shows it where it is no case of the vanilla model, and None where it is no case at all.
    """

    packed: Case | None
    finding: Finding
    program: str = ""

    @property
    def case(self) -> Case:
        """The case, whose model is the one and not a copy from another process."""
        assert self.packed is not None  # as of every example of the engine's own
        return replace(self.packed, model=vanilla)

    @property
    def failure(self) -> str:
        """How it fails, in a line."""
        return f"{f'{self.finding.property} {self.finding.part}'.strip()}: {self.finding.wrong}"

    def code(self) -> str:
        """The case as a program."""
        return self.program or str(as_rnn(manual).code(self.case))


@dataclass(frozen=True, eq=False)
class Result:
    """A fault before the cases: the properties that caught it, each with the first of its examples.

    Once the named property has caught it, the others are checked on that problem alone. ``diagnosis`` where
    one was made.
    """

    fault: Fault
    caught: Mapping[str, Failure]
    diagnosis: Diagnosis | None = None

    @property
    def by_name(self) -> bool:
        """Did the property that the fault names catch it?"""
        return self.fault.caught_by in self.caught

    @property
    def example(self) -> Failure | None:
        """The named property's example, or another's, or None if nothing caught it."""
        return self.caught.get(self.fault.caught_by or "", next(iter(self.caught.values()), None))

    @property
    def place(self) -> str:
        """Where the fault was found: as the diagnosis says, or of what has no case the function and its type.

        "" where nothing was made of it.
        """
        if self.diagnosis is not None:
            return self.diagnosis.place
        if self.example is None or self.example.packed is not None:
            return ""
        return " ".join(self.example.finding.part.split()[:2])


def judge(mutant: Fault, cases: Sequence[CaseTruth], names: Sequence[str]) -> Result:
    """Which properties, by name, catch the mutant, and by which problem first."""
    if mutant.cell != vanilla.name:
        raise ValueError(
            f"mutant {mutant.name!r}: cell {mutant.cell!r}, needed {vanilla.name!r}, whose cases it is asked"
        )
    if mutant.caught_by is not None and mutant.caught_by not in names:
        raise ValueError(
            f"mutant {mutant.name!r}: caught by {mutant.caught_by!r}, needed one of {', '.join(names)}"
        )
    wrong = as_rnn(engine(mutant))
    for name in [name for name in names if name == mutant.caught_by]:
        for truth in _refutable(wrong, truths(name, cases), name):
            if name in (found := refutations(wrong, truth, names)):
                return Result(mutant, {name: found[name]} | found)
    caught: dict[str, Failure] = {}
    for truth in (*cases, *(each for fixed in fixed_truths().values() for each in fixed)):
        caught = refutations(wrong, truth, names) | caught
    return Result(mutant, {name: caught[name] for name in names if name in caught})


def _refutable(wrong: ProblemAdapter, judged: Sequence[CaseTruth], name: str) -> Iterator[CaseTruth]:
    """Where the property itself refutes the engine, or else where it does not answer in form."""
    unanswered = []
    for truth in judged:
        example = refutations(wrong, truth, (name,)).get(name)
        if example is not None and example.finding.unanswered:
            unanswered.append(truth)
        elif example is not None:
            yield truth
            return
    yield from unanswered[:1]


def truths(name: str, cases: Sequence[CaseTruth]) -> Sequence[CaseTruth]:
    """What the property looks at: the cases, or fixed problems of its own."""
    return fixed_truths().get(name, cases)


def refutations(wrong: ProblemAdapter, truth: CaseTruth, names: Sequence[str]) -> dict[str, Failure]:
    """How each of these properties refutes the engine on a problem, those that do, by name.

    An answer that is not in form fails every property, unless the mutant itself breaks off.
    """
    properties = applicable(wrong.claim) if truth.only is None else (truth.only,)
    checked = tuple(each.name for each in properties if each.name in names)
    found: dict[str, Failure] = {}
    for finding in findings(wrong, truth, checked) if checked else ():
        if finding.wrong is None:
            continue
        if finding.wrong.startswith(BROKEN):
            raise StaleMutant(f"it {finding.wrong}, so that anything refutes it")
        unanswered = finding.property == FORM.name
        for name in checked if unanswered else (finding.property,):
            found.setdefault(
                name, Failure(truth.case, replace(finding, property=name, unanswered=unanswered))
            )
    return found
