"""An engine and a case: its properties are checked, and its answers compared with the truth."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Protocol, TypeAlias, TypeVar

from verification.models.arrays import Array
from verification.models.tolerance import Expected
from verification.processes.invalid import InvalidAnswer, Unsupported
from verification.processes.place import CallWatch
from verification.processes.timeout import TimeIsOver
from verification.properties.calling import run_case
from verification.properties.engine import Answer, Engine
from verification.properties.property import FORM, Compared, Finding, NotChecked, Property, Remark
from verification.properties.truth import EqualTruth, Truth
from verification.truth.comparison import Disagreement, compare

# The truth of a case.
CaseTruth: TypeAlias = Truth | EqualTruth


class Truths(Protocol):
    """The expectations for an answer."""

    @property
    def blocks(self) -> Mapping[str, Expected]:
        """Every block's gradient, and how closely it must be met."""

    @property
    def forward(self) -> Mapping[str, Expected]:
        """What the forward computes."""

    @property
    def determined(self) -> bool:
        """Is there a truth at this precision?"""

    @property
    def setting(self) -> str:
        """The beginning of the message if there is no answer."""


class AnsweredCase(Protocol):
    """An answer and its expectations, for a case or for a call of a function."""

    @property
    def answer(self) -> Answer:
        """The answer to the case itself; raises InvalidAnswer."""

    @property
    def truth(self) -> Truths:
        """The expectations."""

    @property
    def belongings(self) -> CallWatch:
        """What the call for that answer has changed beside arrays."""


TrialT = TypeVar("TrialT", bound=AnsweredCase)


@dataclass(frozen=True, eq=False)
class Trial:
    """An engine and a case with its truth."""

    engine: Engine
    truth: CaseTruth

    @cached_property
    def answer(self) -> Answer:
        """Its answer to the case itself; raises InvalidAnswer."""
        return run_case(self.engine, self.truth.case, self.belongings)

    @cached_property
    def belongings(self) -> CallWatch:
        """What the call for that answer has changed beside arrays."""
        return self.engine.place.belongings()

    def beside(self, truth: CaseTruth) -> "Trial":
        """The same answer, with another truth."""
        other = replace(self, truth=truth)
        other.__dict__.update(answer=self.answer, belongings=self.belongings)
        return other

    @property
    def some(self) -> Expected:
        """Stands in for a part without an expectation of its own, such as a given array."""
        return next(iter(self.truth.blocks.values()))


def found(properties: Iterable[Property[TrialT]], trial: TrialT) -> Iterator[Finding]:
    """The findings of the properties, in their order; only the form's if the truth is not determined.

    A case that the engine does not support is found as *declined*. Where no time is left for another call,
    what has failed by then is found; raises TimeIsOver if nothing has.
    """
    refuted = False
    try:
        # First: an engine that does not answer in the agreed form is refuted by that.
        trial.answer  # noqa: B018
        for each in properties if trial.truth.determined else ():
            try:
                for part, wrong, expected in each.check(trial):
                    if isinstance(wrong, NotChecked):
                        yield Finding(each.name, part, None, not_checked=wrong.words)
                        continue
                    if isinstance(wrong, Remark):
                        of_it = expected.size > 0, expected.determined
                        yield Finding(each.name, part, None, *of_it, noted=wrong.words)
                        continue
                    words = None if wrong is None else str(wrong)
                    refuted = refuted or words is not None
                    of_it = expected.size > 0, expected.determined
                    yield Finding(each.name, part, words, *of_it, stray=_stray(wrong))
            except InvalidAnswer as invalid:
                refuted = True
                yield Finding(each.name, "", str(invalid), lost=invalid.lost)
                if invalid.lost:
                    return
    except InvalidAnswer as invalid:
        yield Finding(FORM.name, "", f"{trial.truth.setting}{invalid}", lost=invalid.lost)
    except Unsupported as error:
        yield Finding(FORM.name, "", None, declined=str(error) or "it says no more")
    except TimeIsOver:
        if not refuted:
            raise


def _stray(wrong: object) -> float:
    """The error where 0 is right, unless equality to the bit was asked for."""
    return wrong.error if isinstance(wrong, Disagreement) and wrong.of_zero and wrong.bound > 0 else inf


def agreement(answer: Answer, truth: Truths) -> Compared:
    """Compares each part of an answer with the truth."""
    yield from matching(answer.forward.items(), truth.forward)
    yield from matching(answer.gradients(), truth.blocks, "d_")


def matching(parts: Iterable[tuple[str, Array]], due: Mapping[str, Expected], shown: str = "") -> Compared:
    """Compares parts by name with what is expected of each; ``shown`` begins the name in a message."""
    for name, got in parts:
        expected = due[name]
        yield name, compare(f"{shown}{name}", got, expected.truth, expected.bound), expected


def said(clause: str, looked: Compared) -> Compared:
    """Puts a clause before each message."""
    for name, wrong, expected in looked:
        yield name, wrong and wrong.under(clause), expected


@contextmanager
def saying(clause: str) -> Iterator[None]:
    """Puts a clause before the message of an invalid answer, unless the engine did not return at all."""
    try:
        yield
    except InvalidAnswer as invalid:
        if invalid.lost:
            raise
        raise InvalidAnswer(f"{clause}: {invalid}") from invalid


def alike(blocks: Mapping[str, Array], trial: Trial) -> Compared:
    """Compares blocks with the truth and with the answer to the case itself; both are within the bound."""
    for name, got in blocks.items():
        expected = trial.truth.blocks[name]
        wrong = compare(f"d_{name}", got, expected.truth, 2 * expected.bound)
        wrong = wrong or compare(f"d_{name}", got, trial.answer.blocks[name], 2 * expected.bound)
        yield name, wrong, expected
