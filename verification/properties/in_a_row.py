"""Many calls in a row on a small problem, or many forwards before their backwards: the last is as right as
the first. And a backward in another thread. Checked once in a run.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from verification.models.case import Case, in_domains
from verification.models.stored import dtype_of
from verification.processes import leaks
from verification.processes.leaks import Reading
from verification.processes.processor import spent
from verification.properties.calling import PendingBackward, begin, relaid, run_again, run_case
from verification.properties.interleaved import INTERLEAVED_CALLS, going_back_too, of_other_data
from verification.properties.libraries import called_libraries
from verification.properties.property import About, Alone, Checked, NotChecked, Property, Remark
from verification.properties.trial import Trial, agreement, said, saying
from verification.properties.truth import Truth
from verification.sampling.claim import Claim
from verification.truth.memo import nothing

# The number of calls, and of forwards before their backwards: of a pipeline's micro-batches.
CALLS, FORWARDS = 1000, 64

# Up to which call it goes on with small ones, and in what numbers those are said that a slow engine gets.
MOST, ROUND = 20_000, (10_000, 5_000, 2_000, 1_000)

# After how many of the thousand calls, and of those that follow, it is seen what they leave behind.
SEEN, SEEN_LATER = 10, 500

# The seconds after which a slow engine is not called again, of a thousand calls and of those after them;
# waiting for a device counts.
SECONDS = 3.0


def calls_in_a_row(trial: Trial) -> Checked:
    """A thousand calls, and then small ones, up to the twenty thousandth; garbage and leaks are counted.

    A slow engine gets fewer, and the finding says how many. So does one that leaks so much that a next call
    may fail by it. What each call leaves behind is a remark, and so is a library that differentiates.
    """
    truth, some = trial.truth, trial.some
    with trial.engine.place.counted():
        # The answer to the case itself is the first.
        readings = [trial.engine.place.reading(1)]
        for make in (_of_every_type, _of_one_step):
            for part, wrong, expected in make(trial, readings):
                yield part, wrong, expected
                if wrong:
                    return
        made, leaked = readings[-1].calls, leaks.rates(readings)
    if leaked:
        yield (
            "",
            Remark(f"each call leaves behind {leaks.in_words(leaked)}, in {made:,} calls in a row"),
            some,
        )
    if made < MOST:
        yield "", NotChecked(f"more than {_at_least(made):,} of {MOST:,} calls in a row"), some
    yield from called_libraries(trial)
    yield from ((name, None, truth.forward[name]) for name in trial.answer.forward)
    yield from ((name, None, expected) for name, expected in truth.blocks.items())


def _of_every_type(trial: Trial, readings: list[Reading]) -> Checked:
    """A thousand calls: with these numbers, with others, and with the same shapes in every other claimed
    type. The compared answer follows a call in another type, if one is claimed.
    """
    engine, case = trial.engine, trial.truth.case
    turns = [in_domains(relaid(case, np.negative)), *in_other_types(case, engine.claim), case]
    first, ends = trial.answer.parts(), spent() + SECONDS
    for number in range(2, CALLS + 2):
        turn = turns[number % len(turns) - 2]
        with saying(f"at call {number}, in {turn.dtype}{_so_far(readings)}"):
            answer = run_case(engine, turn)
        if turn is case and any(not np.array_equal(got, first[p]) for p, got in answer.parts().items()):
            yield from said(f"at call {number} in a row", agreement(answer, trial.truth))
        is_over = spent() > ends
        if number % SEEN == 1 or is_over:
            readings.append(engine.place.reading(number))
            if is_over or leaks.is_much(readings):
                return


def _of_one_step(trial: Trial, readings: list[Reading]) -> Checked:
    """The same call on and on after the thousand, of one step where the engine takes that."""
    engine, case, known = trial.engine, trial.truth.case, list[bytes]()
    if engine.claim.steps[0] == 1 and not engine.claim.compiled:
        case = case.of_steps(slice(0, 1))
    assert isinstance(trial.truth, Truth)  # as of every case in numbers that round
    truth, ends = replace(trial.truth, case=case, memory=nothing), spent() + SECONDS
    while CALLS < (made := readings[-1].calls) < MOST and spent() < ends and not leaks.is_much(readings):
        belongings = engine.place.belongings()
        with saying(f"after {made:,} calls in a row{_so_far(readings)}"):
            more, answer = run_again(engine, case, known, min(SEEN_LATER, MOST - made), belongings)
        readings.append(engine.place.reading(made + more))
        how = f"at call {made + more:,} in a row"
        yield from (("", f"{how}: {change}", trial.some) for change in belongings.found)
        if answer is not None:
            yield from said(how, agreement(answer, truth))


def _so_far(readings: Sequence[Reading]) -> str:
    """What each call has left behind by then, as a clause, where something fails that may be due to it."""
    leaked = leaks.rates(readings)
    return f", where each call leaves behind {leaks.in_words(leaked)}" if leaked else ""


def _at_least(made: int) -> int:
    """The same number, or if it is large one that it is no less than: what a run reaches varies."""
    return next((few for few in ROUND if few <= made), made)


def forwards_in_a_row(trial: Trial) -> Checked:
    """A forward and sixty-three of other data, and then their backwards, of which the first is compared.

    A slow engine gets fewer, and the finding says how many.
    """
    engine, truth, ends = trial.engine, trial.truth, spent() + SECONDS
    first, others = begin(engine, truth.case), list[PendingBackward]()
    other = of_other_data(truth.case)
    while len(others) < FORWARDS - 1:
        with saying(f"at forward {len(others) + 2} in a row"):
            others.append(begin(engine, other))
        if spent() > ends:
            yield "", NotChecked(f"more than {len(others) + 1} of {FORWARDS} forwards in a row"), trial.some
            break
    what = f"a backward after {len(others)} other forwards"
    with going_back_too(*others), saying(what):
        answer = first.back()
    yield from said(what, agreement(answer, truth))
    for each in others:
        with saying("a backward of many forwards in a row"):
            each.back()


def another_thread(trial: Trial) -> Checked:
    """A backward in another thread than its forward: PyTorch has threads of its own for all backwards."""
    what = "a backward in another thread than its forward"
    forward = begin(trial.engine, trial.truth.case)
    with saying(what):
        answer = forward.back(elsewhere=True)
    yield from said(what, agreement(answer, trial.truth))


def in_other_types(case: Case, claim: Claim) -> list[Case]:
    """The case in every other claimed type of its kind, real or complex."""
    types = [dtype_of(name) for name in claim.dtypes]
    return [case.astype(each) for each in types if each.kind == case.dtype.kind and each != case.dtype]


CALLS_IN_A_ROW = Property(
    "calls in a row",
    "after a thousand calls in every claimed type, and 20,000 small ones, a call is as right as the first",
    About.ONCE,
    calls_in_a_row,
    alone=Alone("conduct", "one call by itself is right, and many in a row are not"),
)
FORWARDS_IN_A_ROW = Property(
    "forwards in a row",
    "sixty-four forwards before their backwards: each goes back by its own",
    About.ONCE,
    forwards_in_a_row,
    applies=INTERLEAVED_CALLS.applies,
    alone=Alone("conduct", "a few forwards at once are right, and many are not"),
)
ANOTHER_THREAD = Property(
    "another thread",
    "a backward in another thread than its forward gives the same",
    About.ONCE,
    another_thread,
    applies=lambda claim: claim.capabilities.in_two and "another thread" not in claim.declines,
    alone=Alone("conduct", "in one thread it is right, and what a forward saves is not found in another"),
)
