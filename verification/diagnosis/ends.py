"""Records that end early: what an engine does at their ends instead.

Libraries sort such records by length and have to sort them back, drop those that have ended, and carry states
past their ends. Each alternative is the result of one mistake in that (``verification.diagnosis.as_if``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from verification.diagnosis.alternatives import Alternative
from verification.diagnosis.as_if import close
from verification.diagnosis.coded import Coded, mistake
from verification.diagnosis.probe import Seen
from verification.diagnosis.words import joined
from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, final_cotangents, outputs_cotangent
from verification.models.model import Use
from verification.properties.ragged import RaggedTruth
from verification.truth import replay

WENT_ON = mistake("other ends", "no record ended early")


def explained_by_ends(seen: Seen) -> Coded | None:
    """What explains the wrong parts of an answer on records that end early, behind "as if"; or None."""
    case = seen.truth.case
    for words, records in _orders(case):
        if _is_in_order(seen, records):
            return words
    if not seen.forward:
        return next((words for words, made in _alternatives(case) if _fits(seen, made())), None)
    whole = replay.forward(replace(case, lengths=None))
    went_on = all(close(seen, seen.values[name], _cut(case, name, whole[name])) for name in seen.forward)
    return WENT_ON if went_on else None


def fault_in_words(seen: Seen, explanation: str | None) -> str:
    """The place of a bug at the ends of records; ``explanation``: behind "as if"."""
    if not seen.forward and all(_is_beyond_alone(seen, name) for name in seen.blocks):
        blocks = joined(seen.blocks)
        return f"what follows a record's end has no effect, and the gradient of {blocks} has to be 0 there"
    return f"the bug is at the end of records{f', as if {explanation}' if explanation else ''}"


def _is_beyond_alone(seen: Seen, name: str) -> bool:
    """Are only the gradients of padding wrong, which must be zero?"""
    case = seen.truth.case
    if case.model.block(name).use is not Use.INPUT:
        return False
    due = seen.want(name)
    return bool(np.max(np.abs(seen.got[name] - due)[~case.ended], initial=0) <= seen.bound(name))


def _cut(case: Case, name: str, array: Array) -> Array:
    """A part of a forward; of outputs only those before a record's end, because padding is not compared."""
    return case.to_ends(array) if name in case.model.outputs else array


def _orders(case: Case) -> Iterator[tuple[Coded, Array]]:
    """The record whose numbers stand in each record's place."""
    lengths = np.asarray(case.lengths)
    for order in (np.argsort(-lengths, kind="stable"), np.argsort(lengths, kind="stable")):
        for words, records in (
            ("records were sorted by length and not sorted back", order),
            ("records that are sorted by length were sorted once more, and not back", order[order]),
        ):
            yield mistake("other records", words), records


def _is_in_order(seen: Seen, records: Array) -> bool:
    """Would all wrong parts be right with the records in this order?"""
    case = seen.truth.case
    if seen.forward:
        due = {name: seen.truth.forward[name].truth[records] for name in seen.forward}
        pairs = [(seen.values[name], _cut(case, name, array)) for name, array in due.items()]
    else:
        uses = {case.model.block(name).use for name in seen.blocks}
        if not uses <= {Use.STATE, Use.INPUT}:
            return False
        pairs = [(seen.got[name], seen.want(name)[records]) for name in seen.blocks]
    return all(close(seen, got, due) for got, due in pairs)


def _fits(seen: Seen, gradients: Mapping[str, Array]) -> bool:
    """Does every block agree with the alternative, and no wrong block also with the truth?"""
    return all(close(seen, got, gradients[name]) for name, got in seen.got.items()) and not all(
        close(seen, gradients[name], seen.want(name)) for name in seen.blocks
    )


def _alternatives(case: Case) -> Iterator[Alternative]:
    """Other gradients: those of other cotangents, where a case has some, and with other ends."""
    if isinstance(case.objective, Cotangents):
        yield from _of_cotangents(case)
    else:
        yield WENT_ON, partial(replay.gradient, replace(case, lengths=None))
    for words, more in (("each record ended a step earlier", -1), ("each record went on for a step more", 1)):
        ends = [length + more if 0 < length + more <= case.steps else length for length in case.lengths or ()]
        yield mistake("other ends", words), partial(_of, replace(case, lengths=tuple(ends)))


def _of_cotangents(case: Case) -> Iterator[Alternative]:
    """Gradients of other cotangents."""
    outputs, state = outputs_cotangent(case), final_cotangents(case)
    ended = np.asarray(case.lengths) < case.steps

    def of(outputs: Array, state: tuple[Array, ...]) -> Case:
        return replace(case, objective=Cotangents(outputs, state))

    def without(array: Array, records: Array) -> Array:
        left = array.copy()
        left[records] = 0
        return left

    lost = tuple(without(array, ended) for array in state)
    words = "the final state of records that end early had no cotangent"
    yield mistake("no cotangent", words), partial(_of, of(outputs, lost))
    words = "records that end early did not count"
    yield mistake("some records", words), partial(_of, of(without(outputs, ended), lost))
    for words, records in _orders(case):
        moved = tuple(array[records] for array in state)
        for what, of_outputs in (("the final state's cotangents", outputs), ("cotangents", outputs[records])):
            moved_words = mistake("other records", words.replace("records", what, 1))
            yield moved_words, partial(_of, of(of_outputs, moved))
    alone = mistake("other ends", "only losses ended early")
    for words, given in ((WENT_ON, outputs), (alone, case.to_ends(outputs))):
        whole = replace(case, objective=Cotangents(given, state), lengths=None)
        yield words, partial(replay.gradient, whole)


def _of(case: Case) -> Mapping[str, Array]:
    return RaggedTruth(case).autograd
