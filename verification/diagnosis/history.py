"""History: answers that differ from call to call, independent of size, numbers and layout.

The failing case is run again, by an engine that has not been called in this process. If it is right then, the
fault does not depend on the case. The search then is for what an engine has kept:

    results for arrays, as in a cache by address: a call with other numbers in the same arrays
    results for the numbers of one block, as in a cache by U: a call in which all else differs
    memory that it has not written: a call after much memory was filled and freed
    all else, by the properties that are about other calls
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from verification.diagnosis.probe import Seen, healthy_case, is_answer_off, is_off, look, look_at
from verification.diagnosis.stages import Diagnosis, bug_first
from verification.diagnosis.words import joined, verb, wrong_in_words
from verification.models.arrays import Array
from verification.models.case import Case, in_domains
from verification.processes.invalid import InvalidAnswer, Unsupported
from verification.properties.calling import is_large, relaid, run_case
from verification.properties.conduct import REUSED_ARRAYS, in_arrays_of
from verification.properties.engine import Engine
from verification.properties.findings import BY_NAME, PROPERTIES, findings, truth_of
from verification.properties.property import About, Finding
from verification.truth.parts import OUTPUTS

# What one call says, and what calls on the case itself do.
OF_THE_CASE = (About.FORM, About.CALL, About.STEPS, About.TRUNCATION, About.SCALE)

# Arrays that are filled and given back, for each that an answer has: more than any allocator keeps by size.
FILLED = 16

# What numbers are next to others by, for which nothing has been kept.
NEXT = 1.001

# A number that no answer has by chance.
MARK = 12345.0

DIFFER = "answers differ from call to call"


def of_training(engine: Engine, finding: Finding) -> Diagnosis:
    """The diagnosis of a training run's call that is right when it is run by itself."""
    wrong = f"{finding.wrong}; the same call by itself is right"
    if finding.changed:
        names, are = joined(finding.changed), "were" if len(finding.changed) > 1 else "was"
        bug = f"between its forward and its backward {names} {are} changed in place, and read after that"
    else:
        bug = f"the bug is in state that is kept between calls{kept_in_words(engine)}"
    return Diagnosis("conduct", sentence=bug_first(bug, wrong))


def of_history(engine: Engine, finding: Finding, case: Case) -> Diagnosis | None:
    """The diagnosis of a failure that does not occur again; to be called before everything else."""
    if _comes_again(engine, finding, case):
        return None
    unwritten = None if case.dtype.hasobject else of_unwritten(engine, look_at(engine, case))
    if unwritten is not None:
        return unwritten
    bug = f"{DIFFER}, and this one is right where it is the first{_more_in_words(engine)}"
    return Diagnosis("conduct", sentence=bug_first(bug, f"{finding.wrong}"))


def of_what_is_kept(engine: Engine, finding: Finding) -> Diagnosis | None:
    """The diagnosis of an engine that answers from stale results, and is right without any."""
    kept = "" if finding.property == REUSED_ARRAYS.name else kept_in_words(engine)
    return Diagnosis("conduct", sentence=bug_first(DIFFER + kept, f"{finding.wrong}")) if kept else None


def of_other_answers(engine: Engine, small: Sequence[Seen]) -> Diagnosis | None:
    """The diagnosis of an engine that is right on a small case in one call, and wrong in another."""
    for seen in reversed(small) if any(each.wrong for each in small) else ():
        unwritten = of_unwritten(engine, seen)
        if unwritten is not None and {*seen.blocks, *seen.forward} <= {*unwritten.blocks}:
            return unwritten
        again = look(engine, seen.truth)
        if again.wrong != seen.wrong:
            wrong = seen if seen.wrong else again
            what = "it does not answer in form" if wrong.raised else wrong_in_words(wrong)
            wrong_then = f"{what} in one of two calls for the same numbers"
            sentence = bug_first(DIFFER + _more_in_words(engine), wrong_then)
            return Diagnosis("conduct", wrong.blocks, sentence=sentence)
    return None


def of_unwritten(engine: Engine, seen: Seen) -> Diagnosis | None:
    """The diagnosis of an engine that returns memory it has not written; None if it does not."""
    arrays = {**seen.values, **seen.got}
    after = []
    for number in (np.nan, MARK):
        _fill(arrays.values(), number)
        again = look(engine, seen.truth)
        after.append({**again.values, **again.got})
    names: Sequence[str] = [name for name in arrays if all(name in each for each in after)]
    names = [name for name in names if np.any(np.isnan(after[0][name]) & (after[1][name] == MARK))]
    if not names:
        return None
    are = "are" if OUTPUTS in names else verb(names)
    sentence = (
        f"{joined(names)} {are} not written everywhere, as if made by np.empty: what was in memory "
        "before is answered, which is right at times."
    )
    return Diagnosis("conduct", tuple(names), sentence=sentence)


def kept_in_words(engine: Engine) -> str:
    """The clause on which results it reuses; "" where that is not seen, or every call is wrong."""
    case = healthy_case(engine)
    scales = (0.5 + 0.01 * i for i in range(100))

    def after(name: str) -> bool:
        """Is a call wrong after one that has its numbers of a block, and right with others next to them?"""
        before, now = (_scaled(case, next(scales)) for _ in range(2))
        same, others = (
            replace(now, blocks={**now.blocks, name: array})
            for array in (before.blocks[name], _times(before.blocks[name], NEXT))
        )
        run_case(engine, before)
        return is_off(engine, same) and not is_off(engine, others)

    try:
        run_case(engine, _scaled(case, next(scales)))
        if is_off(engine, _scaled(case, next(scales))):
            return ""
        before, now = (_scaled(case, next(scales)) for _ in range(2))
        if is_answer_off(in_arrays_of(engine, before, now), now):
            return "; what it computed for arrays is answered when their numbers have changed"
        # Without blocks of zeros, which stay as they are.
        kept = " or ".join(name for name, array in case.blocks.items() if array.any() and after(name))
    except (InvalidAnswer, Unsupported):
        return ""
    return f"; what it computed for the numbers of {kept} is answered for the same ones again" if kept else ""


def _comes_again(engine: Engine, finding: Finding, case: Case) -> bool:
    """Is the failure found again? True, unchecked, for what another call on the case cannot show."""
    about = BY_NAME[finding.property].about
    if about not in OF_THE_CASE or finding.lost:
        return True
    is_quick = about is About.CALL and case.lengths is None and not case.dtype.hasobject
    if is_quick and (is_off(engine, case) or is_large(case)):
        return True
    found = findings(engine, truth_of(case), (finding.property,))
    return any(each.wrong is not None and each.property == finding.property for each in found)


def _more_in_words(engine: Engine) -> str:
    """The results it reuses, or the properties of further calls that a small case refutes; or ""."""
    if look_at(engine, healthy_case(engine)).wrong:
        return ""
    if kept := kept_in_words(engine):
        return kept
    of_calls = tuple(each.name for each in PROPERTIES if each.about is About.CONDUCT)
    found = findings(engine, truth_of(healthy_case(engine)), of_calls)
    names = list(dict.fromkeys(each.property for each in found if each.wrong is not None))
    return f"; {joined([f'“{name}”' for name in names])} {verb(names)} refuted" if names else ""


def _scaled(case: Case, factor: float) -> Case:
    return in_domains(relaid(case, lambda array: _times(array, factor)))


def _times(array: Array, factor: float) -> Array:
    return (array * factor).astype(array.dtype)


def _fill(arrays: Iterable[Array], number: float) -> None:
    """Fills memory of the sizes of these arrays with a number, and frees it."""
    filled = [np.full_like(array, number) for array in arrays for _ in range(FILLED)]
    filled.clear()
