"""History: answers that differ from call to call, which no size, number or layout tells.

What a run found is asked once more, of an engine that nothing has been asked in this process: what does not
come again is no matter of its case. Then it is looked for what an engine has kept:

    what it computed for arrays, as a cache by address: a call in the same arrays with other numbers
    what it computed for the numbers of one block, as a cache by U: a call in which nothing else is as before
    what was in memory that it has not written: a call after much of it was filled and given back
    all else, by the properties that are about other calls
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from verification.diagnosis.probe import Seen, healthy_case, is_off, look, look_at
from verification.diagnosis.stages import Diagnosis
from verification.diagnosis.words import joined, verb, wrong_in_words
from verification.models.arrays import Array
from verification.models.case import Case, in_domains
from verification.properties.asking import ask, is_large, relaid
from verification.properties.conduct import REUSED_ARRAYS
from verification.properties.engine import Engine, InvalidAnswer, Unsupported
from verification.properties.findings import BY_NAME, PROPERTIES, findings, truth_of
from verification.properties.property import About, Finding

# What one call says, and what calls on the case itself do.
OF_THE_CASE = (About.FORM, About.CALL, About.STEPS, About.TRUNCATION, About.SCALE)

# Arrays that are filled and given back, for each that an answer has: more than any allocator keeps by size.
FILLED = 16

DIFFER = "answers differ from call to call"


def of_history(engine: Engine, finding: Finding, case: Case) -> Diagnosis | None:
    """What is wrong where what a run found on a case does not come again; to be asked before all else."""
    if _comes_again(engine, finding, case):
        return None
    unwritten = of_unwritten(engine, case)
    if unwritten is not None:
        return unwritten
    clause = f"{finding.wrong}: {DIFFER}: this one is right where it is the first"
    kept = _kept_in_words(engine) or _refuted_in_words(engine)
    return Diagnosis("conduct", sentence=f"{clause}{kept}.")


def of_what_is_kept(engine: Engine, finding: Finding) -> Diagnosis | None:
    """What is wrong with an engine that keeps what it computed for the numbers of some block."""
    kept = _kept_in_words(engine)
    return Diagnosis("conduct", sentence=f"{finding.wrong}: {DIFFER}{kept}.") if kept else None


def of_other_answers(engine: Engine, small: Sequence[Seen]) -> Diagnosis | None:
    """What is wrong with an engine that is right on a small case at one time, and wrong at another."""
    for seen in reversed(small) if any(each.wrong for each in small) else ():
        again = look(engine, seen.truth)
        if again.wrong != seen.wrong:
            wrong = seen if seen.wrong else again
            what = "it does not answer in form" if wrong.raised else wrong_in_words(wrong)
            clause = f"{what} in one of two calls for the same numbers: {DIFFER}"
            kept = _kept_in_words(engine) or _refuted_in_words(engine)
            return Diagnosis("conduct", wrong.blocks, sentence=f"{clause}{kept}.")
    return None


def of_unwritten(engine: Engine, case: Case) -> Diagnosis | None:
    """What is wrong where memory held other numbers before, and not otherwise; None where nothing is."""
    if case.dtype.hasobject:
        return None
    first = look_at(engine, case)
    # What was just given back holds the right numbers, and one who is wrong at every second call is so now.
    if first.wrong or look(engine, first.truth).wrong or not first.values:
        return None
    _fill((*first.values.values(), *first.got.values()))
    seen = look(engine, first.truth)
    if not seen.wrong or seen.raised:
        return None
    names = seen.forward or seen.blocks
    clause = f"{joined(names)} {verb(names)} not written everywhere, as if made by np.empty"
    sentence = f"{clause}: what was in memory before is answered, which is right now and then."
    return Diagnosis("conduct", seen.blocks, sentence=sentence)


def kept_for(engine: Engine) -> tuple[str, ...]:
    """The blocks for whose numbers it keeps what it computed: with these alone as before it is wrong."""
    case = healthy_case(engine)
    scales = (0.5 + 0.01 * i for i in range(100))

    def after(name: str | None) -> bool:
        """Is a call wrong after one that has its numbers of a block, and no other?"""
        before, now = (_scaled(case, next(scales)) for _ in range(2))
        if name is not None:
            now = replace(now, blocks={**now.blocks, name: before.blocks[name]})
        ask(engine, before)
        return is_off(engine, now)

    try:
        # Without blocks of zeros, which stay as they are.
        names = [name for name, array in case.blocks.items() if array.any()]
        return () if after(None) else tuple(name for name in names if after(name))
    except (InvalidAnswer, Unsupported):
        return ()


def _comes_again(engine: Engine, finding: Finding, case: Case) -> bool:
    """Is what was found wrong once more, as the first that is asked? Of what takes long to tell, it is."""
    about = BY_NAME[finding.property].about
    if about not in OF_THE_CASE or finding.lost:
        return True
    is_told = about is About.CALL and case.lengths is None and not case.dtype.hasobject
    if is_told and (is_off(engine, case) or is_large(case)):
        return True
    found = findings(engine, truth_of(case), (finding.property,))
    return any(each.wrong is not None and each.property == finding.property for each in found)


def _kept_in_words(engine: Engine) -> str:
    """What it answers again, behind that answers differ; "" where that is not seen."""
    if any(_refuted(engine, (REUSED_ARRAYS.name,))):
        return "; what it computed for arrays is answered when their numbers have changed"
    kept = " or ".join(kept_for(engine))
    return f"; what it computed for the numbers of {kept} is answered for the same ones again" if kept else ""


def _refuted_in_words(engine: Engine) -> str:
    """The properties of other calls that a small case refutes."""
    names = [*_refuted(engine, tuple(each.name for each in PROPERTIES if each.about is About.CONDUCT))]
    return f"; {joined([f'“{name}”' for name in names])} {verb(names)} refuted" if names else ""


def _refuted(engine: Engine, names: tuple[str, ...]) -> Iterator[str]:
    found = findings(engine, truth_of(healthy_case(engine)), names)
    yield from dict.fromkeys(each.property for each in found if each.wrong is not None)


def _scaled(case: Case, factor: float) -> Case:
    return in_domains(relaid(case, lambda array: (array * factor).astype(array.dtype)))


def _fill(arrays: Iterable[Array]) -> None:
    """Memory of the sizes of these is filled with what is no number, and given back."""
    filled = [np.full_like(array, np.nan) for array in arrays for _ in range(FILLED)]
    filled.clear()
