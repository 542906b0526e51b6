"""A function and its backward as a subject: drawn calls, and the explanation of a wrong one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from autograd.tracer import isbox

from verification.diagnosis.diagnosis import Diagnosis
from verification.diagnosis.picture import RIGHT, GotAgainstWant, Picture, beside
from verification.diagnosis.words import off_by
from verification.judging.judgement import Example
from verification.judging.profile import Profile
from verification.judging.run import BLOCK, CaseBlock, SeededCase, Subject
from verification.judging.sampled import Sample
from verification.judging.shrinking import Shrunk, smallest_of
from verification.judging.tally import Tally, tally_of
from verification.models.code import Code
from verification.processes.invalid import InvalidAnswer, LostProcess, TimedOut, Unsupported
from verification.processes.timeout import ANSWER
from verification.processes.workers import Worker
from verification.properties.of_function import BY_NAME, Call, FunctionEngine, FunctionTrial, calls, findings
from verification.properties.property import About, Finding
from verification.sampling.drawing import all_drawn, one_drawn
from verification.sampling.draws import TIMES
from verification.truth.comparison import compare

# Calls among which the largest wrong one is searched for, for a picture.
PICTURED = 20


@dataclass(frozen=True, eq=False)
class OfFunction(Subject):
    """The engine of the adapter for functions. Its cases are calls, which can be sent as they are."""

    engine: FunctionEngine
    name = "function"

    def not_checked(self, pace: float) -> tuple[str, ...]:
        """The forward is taken as right."""
        return ("the forward itself",)

    def scope(self, tally: Tally) -> str:
        """The gradients that are checked; the arguments that have none, as whole numbers, are not named."""
        met = {part for name, part, _ in tally.rows if BY_NAME[name].about is About.CALL}
        names = [name for name in self.engine.names if name in met or not met]
        return f"gradients of {', '.join(names) or 'every argument'} by autograd of the forward"

    def guarded(self, worker: Worker) -> "OfFunction":
        """The same, with guarded calls."""
        engine = self.engine if worker.host is None else self.engine.hosted(worker.host)
        return OfFunction(GuardedFunction(engine, worker))

    @property
    def functions(self) -> tuple[Any, ...]:
        """What a host runs."""
        return self.engine.functions

    def blocks(
        self, samples: Sequence[Sample], profile: Profile, seed: int, pace: float = 0.0
    ) -> Iterator[CaseBlock]:
        """Blocks of drawn calls."""
        # With fewer there is no evidence; a profile may ask for none at all.
        cases = max(TIMES, profile.cases) if profile.cases else 0
        for start in range(0, cases, BLOCK):
            yield CaseBlock(min(BLOCK, cases - start), f"{seed} {start}")

    def cases(self, block: CaseBlock) -> list[Call]:
        """Every call of a block."""
        return all_drawn(calls(self.engine), block.seed, block.size)

    def at(self, place: SeededCase) -> Call:
        """A drawn call."""
        return one_drawn(calls(self.engine), str(place))

    def in_words(self, case: Call) -> str:
        """The shapes of the arguments."""
        return shapes_in_words(self.engine, case)

    def tally(self, call: Call) -> Tally:
        """The result of a call."""
        tally = tally_of([*findings(self.engine, call)], lambda: call)
        evidence = any(row.evidence for row in tally.rows.values())
        return replace(tally, informative=int(evidence and not tally.declined))

    def missing(self, tally: Tally) -> Iterator[str]:
        """Arguments whose gradient was evidence too rarely."""
        rows = [row for row in tally.rows.values() if BY_NAME[row.property].about is About.CALL]
        if not rows:
            yield "an argument of floating point"
        for row in rows:
            if row.evidence < TIMES:
                yield f"{row.property} {row.part}"

    def size(self, packed: Call) -> int:
        """The number of given numbers, without cotangents."""
        return size_of(packed)

    def diagnosis(self, packed: Call, finding: Finding, tally: Tally) -> Diagnosis:
        """The arguments whose gradients are wrong; for a single one, what it is instead."""
        if BY_NAME[finding.property].about is About.FORM:
            return Diagnosis("form", sentence=f"The backward does not answer in form: it {finding.wrong}.")
        refuted = [key for key, row in tally.rows.items() if row.failures]
        wrong = tuple(part for name, part, _ in refuted if BY_NAME[name].about is About.CALL)
        if not wrong:
            sentence = f"{finding.wrong}: {finding.property} alone is refuted."
            return Diagnosis("conduct", sentence=sentence)
        factor = _factor(self.engine, packed, finding) if len(wrong) == 1 else ""
        return Diagnosis("backward", wrong, sentence=f"{_gradients(wrong)} wrong{factor}.")

    def smallest(self, packed: Call, finding: Finding) -> Shrunk:
        """The smallest call found on which the same property fails."""

        def wrong_on(call: Call) -> Finding | None:
            found = findings(self.engine, call)
            return next((each for each in found if each.wrong and each.property == finding.property), None)

        return smallest_of(calls(self.engine), wrong_on, size_of, Shrunk(packed, finding))

    def numbers(self, packed: Call) -> tuple[GotAgainstWant, ...]:
        """The wrong gradients."""
        return _wrong_beside(self.engine, packed)

    def picture(self, packed: Call) -> Picture:
        """Wrong gradients beside the right ones, for the largest wrong call that is tried."""
        found = packed
        shown = _wrong_beside(self.engine, found)
        largest = size_of(found) if shown else 0
        for call in all_drawn(calls(self.engine), "picture", PICTURED):
            if size_of(call) > largest and (numbers := _wrong_beside(self.engine, call)):
                shown, largest, found = numbers, size_of(call), call
        if not shown:
            return Picture(instead=RIGHT)
        return Picture(shapes_in_words(self.engine, found), numbers=shown)

    def example(self, found: Shrunk) -> Example:
        """A call with its program."""
        finding = found.finding
        check_call = Code(("check",), "", f"check(engine, {finding.property!r}, case)\n")
        code = f"# {finding.wrong}\n{self.engine.code(found.case) + check_call}"
        wrong = finding.wrong or ""
        return Example(None, finding.property, finding.part, wrong, code, found.larger, found.numbers)


class GuardedFunction:
    """An engine with guarded calls; its forward is guarded, too."""

    def __init__(self, engine: FunctionEngine, worker: Worker) -> None:
        # It runs before there is a call that could be announced.
        worker.tell("its forward alone")
        begun = worker.guarded(engine.begin)

        def forward(*arguments: Any) -> Any:
            """Here, where it defines the truth, once it has come back where engines run."""
            if not any(map(isbox, arguments)):
                try:
                    engine.place.run(begun, Call(arguments, ()), lambda back: None, ANSWER)
                except TimedOut as late:
                    raise LostProcess(str(late)) from None
                except (InvalidAnswer, Unsupported):
                    # It raises here as well.
                    pass
            return engine.forward(*arguments)

        self.forward = forward
        self.arguments, self.names = engine.arguments, engine.names
        self.name, self.code, self.place = engine.name, engine.code, engine.place
        self.functions, self.hosted = engine.functions, engine.hosted
        self.answer = worker.guarded(engine.answer)
        begin = worker.guarded(engine.begin)
        self.begin = lambda call: worker.guarded(begin(call))


def shapes_in_words(engine: FunctionEngine, call: Call) -> str:
    """The shapes of the arguments, in a line."""
    return ", ".join(f"{engine.name(i)} {np.shape(a)}" for i, a in enumerate(call.arguments))


def _gradients(names: Sequence[str]) -> str:
    """'The gradient of x is', 'The gradients of x, y are'."""
    return f"The gradient{'s' * (len(names) > 1)} of {', '.join(names)} {'are' if len(names) > 1 else 'is'}"


def _wrong_beside(engine: FunctionEngine, call: Call) -> tuple[GotAgainstWant, ...]:
    """The wrong gradients of a call; none if it gets no answer."""
    trial = FunctionTrial(engine, call)
    try:
        got = trial.answer.blocks
    except (InvalidAnswer, Unsupported):
        return ()
    return tuple(
        beside(name, "", got[name], each.truth, each.bound)
        for name, each in trial.blocks.items()
        if compare("", got[name], each.truth, each.bound)
    )


def size_of(call: Call) -> int:
    """How many numbers a reader has to look at."""
    return sum(np.size(argument) for argument in call.arguments)


def _factor(engine: FunctionEngine, call: Call, found: Finding) -> str:
    """A constant factor by which a wrong gradient differs from the right one, in words."""
    trial = FunctionTrial(engine, call)
    if BY_NAME[found.property].about is not About.CALL or found.part not in trial.blocks:
        return ""
    truth, got = trial.blocks[found.part].truth, trial.answer.blocks[found.part]
    words = off_by(got, truth, {})
    return f" ({words})" if words else ""
