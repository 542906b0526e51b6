"""Is a fault refuted by some calls of a case? They are made again, with a wrong gradient there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from benchmarks.evidence.adversary.call import BackwardCall
from benchmarks.evidence.adversary.recording import Recording
from benchmarks.evidence.adversary.watching import watched
from benchmarks.tasks import each
from verification.adapters.layer import LayerAdapter
from verification.judging.model_subject import OfModel
from verification.properties.findings import findings

# A block's number, a case's in it, and the numbers of its calls that are wrong.
Wrong: TypeAlias = tuple[int, int, frozenset[int]]


def refutations(subject: OfModel, recording: Recording, faults: Iterable[Wrong]) -> dict[Wrong, bool]:
    """Of calls that are wrong, whether a judgement of their case refutes the layer."""
    by_block: dict[int, list[Wrong]] = {}
    for wrong in faults:
        by_block.setdefault(wrong[0], []).append(wrong)
    found = each(partial(_replayed, subject, recording, by_block), sorted(by_block))
    return {wrong: refuted for some in found for wrong, refuted in some}


def _replayed(
    subject: OfModel, recording: Recording, faults: Mapping[int, Sequence[Wrong]], block: int
) -> list[tuple[Wrong, bool]]:
    return [*_of_block(subject, recording, faults[block], block)]


def _of_block(
    subject: OfModel, recording: Recording, faults: Sequence[Wrong], block: int
) -> Iterator[tuple[Wrong, bool]]:
    assert isinstance(subject.engine, LayerAdapter)
    for number, case in enumerate(subject.cases(recording.blocks[block])):
        for wrong in faults:
            if wrong[1] == number:
                engine = watched(subject.engine, _at(wrong[2]))
                yield wrong, any(finding.wrong for finding in findings(engine, case.truth, turns=case.turns))


class _at:
    """Is it one of these, counted from 0?"""

    def __init__(self, numbers: frozenset[int]) -> None:
        self._numbers, self._next = numbers, 0

    def __call__(self, call: BackwardCall) -> bool:
        self._next += 1
        return self._next - 1 in self._numbers
