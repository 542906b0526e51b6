"""The calls of a right layer in a judgement, and the conditions that each meets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks.evidence.adversary.call import BackwardCall
from benchmarks.evidence.adversary.condition import Trigger
from benchmarks.evidence.adversary.watching import watched
from benchmarks.tasks import each
from verification.adapters.layer import LayerAdapter
from verification.adapters.rnn.cells import layer_of
from verification.judging.model_subject import OfModel
from verification.judging.profile import Profile
from verification.judging.run import CaseBlock
from verification.judging.sampled import RowId, Sample
from verification.models.arrays import Array
from verification.properties.findings import findings

# What plays each role of the layer that is judged: the first of each.
FUNCTIONS = {"gate": "sigmoid", "candidate": "tanh", "output": "tanh"}

Show = Callable[[int, int], object]


@dataclass(frozen=True, eq=False)
class RecordedCase:
    """What was seen of a case: by its calls in their order, which conditions each meets, (calls, conditions).

    ``informative``: is a gradient evidence there that its first call gives? ``large``: has it few
    properties?
    """

    met: Array
    informative: bool
    large: bool


@dataclass(frozen=True, eq=False)
class Recording:
    """The calls of a whole judgement. ``cases``: of each block, in their order."""

    blocks: Sequence[CaseBlock]
    cases: Sequence[Sequence[RecordedCase]]


def right() -> LayerAdapter:
    """A right LSTM layer, in the default scope."""
    return layer_of("lstm", FUNCTIONS)


def recorded(
    subject: OfModel, conditions: Sequence[Trigger], profile: Profile, seed: int, show: Show
) -> Recording:
    """All calls of a judgement of the subject, a right layer."""
    samples = subject.samples(profile)
    made = Recording([], [])
    blocks = [*subject.opening(samples), *subject.blocks(samples, profile, seed)]
    made = _looked(made, subject, conditions, blocks, samples, show)
    for sample in samples:
        while more := sample.more():
            made = _looked(made, subject, conditions, [*subject.portions(sample, more)], samples, show)
    return made


def _looked(
    before: Recording,
    subject: OfModel,
    conditions: Sequence[Trigger],
    blocks: Sequence[CaseBlock],
    samples: Sequence[Sample],
    show: Show,
) -> Recording:
    """With what is seen of these blocks as well; the samples know the rows of informative cases."""
    found: list[list[RecordedCase]] = []
    for seen in each(partial(_look, subject, conditions), blocks):
        found.append([case for case, _ in seen])
        rows = [row for case, row in seen if case.informative and row is not None]
        for sample in samples:
            sample.meet(rows)
        show(len(before.blocks) + len(found), len(before.blocks) + len(blocks))
    return Recording([*before.blocks, *blocks], [*before.cases, *found])


class Notes:
    """Takes down which conditions each call meets. Of calls alike, their history is looked at alone.

    A thousand calls in a row are made in a limited time.
    """

    def __init__(self, conditions: Sequence[Trigger]) -> None:
        self._conditions = conditions
        self._calls: list[list[bool]] = []
        self._known: dict[Any, list[bool]] = {}

    def __call__(self, call: BackwardCall) -> bool:
        known = self._known.get(call.alike)
        with np.errstate(all="ignore"):
            met = [
                known[i] if known and not each.looks_back else each.met(call)
                for i, each in enumerate(self._conditions)
            ]
        self._known[call.alike] = met
        self._calls.append(met)
        return False

    def taken(self) -> Array:
        """Of the calls since the last time, (calls, conditions)."""
        met = np.array(self._calls, bool).reshape(len(self._calls), len(self._conditions))
        self._calls, self._known = [], {}
        return met


def _look(
    subject: OfModel, conditions: Sequence[Trigger], block: CaseBlock
) -> list[tuple[RecordedCase, RowId | None]]:
    """Every case of a block, in a process of its own as in a judgement."""
    assert isinstance(subject.engine, LayerAdapter)
    notes, seen = Notes(conditions), []
    engine = watched(subject.engine, notes)
    for case in subject.cases(block):
        for finding in findings(engine, case.truth, turns=case.turns):
            assert finding.wrong is None, finding  # of a right layer
        met = notes.taken()
        informative = case.truth.informative(engine.claim.blocks)
        seen.append((RecordedCase(met, informative, case.truth.large), case.row))
    return seen
