"""The run of a function's backward: drawn calls, the tally, and what is said of one that is wrong."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis.errors import HypothesisException

from verification.asked.draws import TIMES
from verification.comparison import compare
from verification.drawing import each_drawn, smallest_drawn
from verification.fresh import Spread, staffed
from verification.judging.beside import Beside, beside
from verification.judging.diagnosis import Diagnosis
from verification.judging.engine import InvalidAnswer
from verification.judging.judgement import Example, Judgement, Row
from verification.judging.of_function import AUTOGRAD, Call, Engine, calls, findings
from verification.judging.picture import RIGHT, Picture
from verification.judging.properties import FORM, Finding
from verification.judging.run import BLOCK, Progress
from verification.judging.tally import Tally, of_lost
from verification.truth.of_function import differentiable, expected
from verification.workers import Lost

# Seconds for which a smaller call is looked for, and calls at most.
SECONDS = 5.0
TRIED = 300

# Calls among which the largest that is wrong is looked for, for a picture.
PICTURED = 20

# A constant factor is told as such if every entry is off by it to this much.
ALIKE = 1e-3


def judge(engine: Engine, cases: int, seed_: int, progress: Progress | None) -> Judgement:
    """The verdict on the backward, from so many drawn calls; raises as ``run.judge`` does."""
    with staffed() as spread:
        return _judged_by(spread, engine, cases, seed_, progress)


def _judged_by(
    spread: Spread, engine: Engine, cases: int, seed_: int, progress: Progress | None
) -> Judgement:
    started = time.monotonic()
    starts = list(range(0, cases, BLOCK))

    def look(start: int, channel: Any) -> Tally:
        return _look(Guarded(engine, channel), f"{seed_} {start}", min(BLOCK, cases - start), channel)

    tally = Tally()
    with closing(spread(look, starts)) as outcomes:
        for outcome in outcomes:
            tally += of_lost(outcome) if isinstance(outcome, Lost) else outcome
            refuted = any(row.failures for row in tally.rows.values())
            if progress is not None:
                progress(tally.cases, tally.cases if refuted else cases)
            if refuted:
                break
    return judgement_of(spread, engine, tally, seed_, started)


def judgement_of(spread: Spread, engine: Engine, tally: Tally, seed_: int, started: float) -> Judgement:
    """What a tally comes to, explained where it is refuted; ``started``: by ``time.monotonic``."""
    diagnosis, example, shown = _explained(spread, engine, tally)
    return Judgement(
        model="function",
        scope=f"gradients of {', '.join(engine.names) or 'every argument'} by autograd of the forward",
        seed=seed_,
        seconds=time.monotonic() - started,
        cases=tally.cases,
        live=tally.live,
        rows=tuple(tally.rows.values()),
        seen={},
        missing=tuple(_missing(tally)),
        not_asked=("the forward itself",),
        diagnosis=diagnosis,
        example=example,
        picture=shown,
    )


class Guarded:
    """An engine whose answers are watched by the process that started this one."""

    def __init__(self, engine: Engine, channel: Any) -> None:
        self.forward, self.arguments = engine.forward, engine.arguments
        self.names, self.name, self.program = engine.names, engine.name, engine.program
        self.answer = channel.guarded(engine.answer)


def _look(engine: Engine, seed_: str, count: int, channel: Any) -> Tally:
    """The tally of so many drawn calls."""
    tally = Tally()

    def look(call: Call) -> None:
        nonlocal tally
        channel.tell(shapes_in_words(engine, call))
        tally += tally_of(engine, call)

    each_drawn(calls(engine), seed_, count, look)
    return tally


def shapes_in_words(engine: Engine, call: Call) -> str:
    """The shapes of the arguments, in a line."""
    return ", ".join(f"{engine.name(i)} {np.shape(a)}" for i, a in enumerate(call.arguments))


def tally_of(engine: Engine, call: Call) -> Tally:
    """The tally of one call: each row is one case, however many findings it has."""
    rows: dict[tuple[str, str, str], Row] = {}
    refuted = None
    for found in findings(engine, call):
        key = (found.property, found.part, "")
        row = rows.get(key, Row(*key[:2]))
        evidence = max(row.evidence, int(found.nonzero and found.determined))
        rows[key] = Row(*key[:2], 1, evidence, max(row.failures, int(found.wrong is not None)))
        if found.wrong is not None and refuted is None:
            refuted = {"call": call}, found
    live = any(row.evidence for row in rows.values())
    return Tally(rows, 1, int(live), refuted=refuted)


def _missing(tally: Tally) -> Iterator[str]:
    """Arguments whose gradient was evidence too seldom."""
    rows = {part: row for (property_, part, _), row in tally.rows.items() if property_ == AUTOGRAD}
    if not rows:
        yield "an argument of floating point"
    for part, row in rows.items():
        if row.evidence < TIMES:
            yield f"{AUTOGRAD} {part}"


def _explained(
    spread: Spread, engine: Engine, tally: Tally
) -> tuple[Diagnosis | None, Example | None, Picture | None]:
    """What is wrong, the smallest call that shows it, found in a process of its own, and wrong numbers."""
    if not any(row.failures for row in tally.rows.values()):
        return None, None, None
    if tally.refuted is None:
        return (
            Diagnosis("form", sentence=f"The backward does not answer in form: it {tally.lost}."),
            None,
            None,
        )
    given_, found = tally.refuted

    def work(task: str, channel: Any) -> Any:
        channel.tell(task)
        guarded = Guarded(engine, channel)
        return _picture(guarded, given_["call"]) if task == "picture" else _smallest(guarded, found)

    shrunk, drawn = spread(work, ["smaller calls", "picture"])
    shown = None if isinstance(drawn, Lost) or found.property == FORM else drawn
    smaller = None if isinstance(shrunk, Lost) else shrunk
    call, found = smaller or (given_["call"], found)
    wrong = tuple(part for (name, part, _), row in tally.rows.items() if name == AUTOGRAD and row.failures)
    stage = "form" if found.property == FORM else "backward" if wrong else "conduct"
    # It is that of one argument.
    factor = _factor(engine, call, found) if len(wrong) == 1 else ""
    sentence = {
        "form": f"The backward does not answer in form: it {found.wrong}.",
        "backward": f"{_gradients(wrong)} wrong{factor}.",
        "conduct": f"{found.wrong}: {found.property} alone is refuted.",
    }[stage]
    example = Example(None, found.property, found.part, found.wrong or "", "", smaller is not None)
    example = replace(example, code=code_of(engine, call, found))
    return Diagnosis(stage, wrong, sentence=sentence), example, shown


def _gradients(names: Sequence[str]) -> str:
    """'The gradient of x is', 'The gradients of x, y are'."""
    return f"The gradient{'s' * (len(names) > 1)} of {', '.join(names)} {'are' if len(names) > 1 else 'is'}"


def _picture(engine: Engine, found: Call) -> Picture:
    """Wrong gradients beside the right ones, of the largest call that is tried and wrong."""
    shown = _wrong_beside(engine, found)
    largest = size_of(found) if shown else 0

    def look(call: Call) -> None:
        nonlocal shown, largest, found
        if size_of(call) > largest and (numbers := _wrong_beside(engine, call)):
            shown, largest, found = numbers, size_of(call), call

    each_drawn(calls(engine), "picture", PICTURED, look)
    return Picture(shapes_in_words(engine, found), numbers=shown) if shown else Picture(instead=RIGHT)


def _wrong_beside(engine: Engine, call: Call) -> tuple[Beside, ...]:
    """The wrong gradients of a call; none where it gets no answer."""
    try:
        got = engine.answer(call.replaced(np.copy))
    except InvalidAnswer:
        return ()
    truth = expected(engine.forward, call.arguments, call.cotangents)
    return tuple(
        beside(engine.name(i), "", got[i], each.truth, each.bound)
        for i, each in truth.items()
        if compare("", got[i], each.truth, each.bound)
    )


def _smallest(engine: Engine, found: Finding) -> tuple[Call, Finding] | None:
    """The smallest call found on which the same property fails, and how it does there; or None."""
    ends = time.monotonic() + SECONDS
    best: tuple[Call, Finding] | None = None

    def fails(call: Call) -> bool:
        nonlocal best
        if time.monotonic() > ends:
            return False
        same = (f for f in findings(engine, call) if f.wrong and f.property == found.property)
        wrong = next(same, None)
        if wrong is not None and (best is None or size_of(call) <= size_of(best[0])):
            best = call, wrong
        return wrong is not None

    # Nothing was found; or what was found no longer fails, for time is up or the engine keeps state.
    with suppress(HypothesisException):
        smallest_drawn(calls(engine), fails, TRIED)
    return best


def size_of(call: Call) -> int:
    """How many numbers a reader has to look at."""
    return sum(np.size(argument) for argument in call.arguments)


def _factor(engine: Engine, call: Call, found: Finding) -> str:
    """What a wrong gradient is instead, where that is a constant factor of what it should be."""
    i = _number(engine, call, found)
    if found.property != AUTOGRAD or i is None:
        return ""
    truth = expected(engine.forward, call.arguments, call.cotangents)[i].truth
    got = engine.answer(call)[i]
    if not got.any():
        return " (all zero)"
    largest = np.unravel_index(np.argmax(np.abs(truth)), truth.shape)
    factor = complex(got[largest] / truth[largest])
    if abs(factor.imag) > ALIKE or not np.allclose(got, factor.real * truth, rtol=ALIKE, atol=0):
        return ""
    return (
        " (the sign is wrong)"
        if abs(factor.real + 1) < ALIKE
        else f" ({factor.real:.4g} times what it should be)"
    )


def _number(engine: Engine, call: Call, found: Finding) -> int | None:
    """The number of the argument that a finding is about."""
    numbers = [i for i, argument in enumerate(call.arguments) if differentiable(argument)]
    return next((i for i in numbers if engine.name(i) == found.part), None)


def code_of(engine: Engine, call: Call, found: Finding) -> str:
    """The program that fails."""
    truth = expected(engine.forward, call.arguments, call.cotangents)
    i = _number(engine, call, found)
    i = next(iter(truth)) if i is None else i
    return f"# {found.wrong}\n{engine.program(call, i, truth[i].truth, truth[i].bound)}"
