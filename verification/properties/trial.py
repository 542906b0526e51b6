"""An engine before a case: how it is asked for properties, and how its answers stand beside the truth."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.tolerance import Expected
from verification.properties.asking import ask
from verification.properties.engine import Answer, Engine, InvalidAnswer, Unsupported
from verification.properties.property import FORM, AskedT, Finding, Looked, NotAsked, Property
from verification.truth.comparison import compare
from verification.truth.memo import Memo


class Truths(Protocol):
    """What an answer has to meet."""

    @property
    def blocks(self) -> Mapping[str, Expected]:
        """Every block's gradient, and how closely it must be met."""

    @property
    def forward(self) -> Mapping[str, Expected]:
        """What the forward computes."""


class Answered(Protocol):
    """An answer with what it has to meet, of a case or of a call of a function."""

    @property
    def answer(self) -> Answer:
        """That to the case itself; raises InvalidAnswer."""

    @property
    def truth(self) -> Truths:
        """What is true of the case."""


class CaseTruth(Truths, Protocol):
    """What is true of a case."""

    @property
    def case(self) -> Case:
        """The case."""

    @property
    def memo(self) -> Memo:
        """What has been made of it by name."""

    @property
    def autograd(self) -> Mapping[str, Array]:
        """The gradient by replays."""

    @property
    def determined(self) -> bool:
        """Is there a truth at this precision?"""

    @property
    def large(self) -> bool:
        """Is the case asked what one call tells, and no more?"""

    @property
    def only(self) -> "Property[Trial] | None":
        """The property that alone asks such a case; None where all do that an engine's claim admits."""

    @property
    def setting(self) -> str:
        """What a message that there is no answer begins with."""

    def informative(self, names: tuple[str, ...]) -> bool:
        """Does agreement on it say anything of one of these blocks?"""


@dataclass(frozen=True, eq=False)
class Trial:
    """An engine before a case."""

    engine: Engine
    truth: CaseTruth

    @cached_property
    def answer(self) -> Answer:
        """Its answer to the case itself; raises InvalidAnswer."""
        return ask(self.engine, self.truth.case)

    def beside(self, truth: CaseTruth) -> "Trial":
        """The same answer beside another truth."""
        other = replace(self, truth=truth)
        other.__dict__["answer"] = self.answer
        return other

    @property
    def determined(self) -> bool:
        """Is there a truth at this precision?"""
        return self.truth.determined

    @property
    def setting(self) -> str:
        """What a message that there is no answer begins with."""
        return self.truth.setting

    @property
    def some(self) -> Expected:
        """What stands for a part that has no truth of its own, such as an array that is given."""
        return next(iter(self.truth.blocks.values()))


def found(properties: Iterable[Property[AskedT]], trial: AskedT) -> Iterator[Finding]:
    """What the properties find, in their order: of a case that determines nothing the form alone.

    What an engine does not do is found as *declined*.
    """
    try:
        # Asked first: who does not answer in form is refuted by that.
        trial.answer  # noqa: B018
        for each in properties if trial.determined else ():
            try:
                for part, wrong, expected in each.look(trial):
                    if isinstance(wrong, NotAsked):
                        yield Finding(each.name, part, None, not_asked=wrong.words)
                        continue
                    words = None if wrong is None else str(wrong)
                    yield Finding(each.name, part, words, expected.size > 0, expected.determined)
            except InvalidAnswer as invalid:
                yield Finding(each.name, "", str(invalid), lost=invalid.lost)
                if invalid.lost:
                    return
    except InvalidAnswer as invalid:
        yield Finding(FORM.name, "", f"{trial.setting}{invalid}", lost=invalid.lost)
    except Unsupported as error:
        yield Finding(FORM.name, "", None, declined=str(error) or "it says no more")


def agreement(answer: Answer, truth: Truths) -> Looked:
    """Each part of an answer beside the truth."""
    for name, got in answer.forward.items():
        expected = truth.forward[name]
        yield name, compare(name, got, expected.truth, expected.bound), expected
    for name, got in answer.gradients():
        expected = truth.blocks[name]
        yield name, compare(f"d_{name}", got, expected.truth, expected.bound), expected


def said(clause: str, looked: Looked) -> Looked:
    """What was looked at, with a clause before what is wrong."""
    for name, wrong, expected in looked:
        yield name, f"{clause}: {wrong}" if wrong else None, expected


def alike(blocks: Mapping[str, Array], trial: Trial) -> Looked:
    """What has to be the truth, and the answer to the case itself, where each is within the bound."""
    for name, got in blocks.items():
        expected = trial.truth.blocks[name]
        wrong = compare(f"d_{name}", got, expected.truth, 2 * expected.bound)
        wrong = wrong or compare(f"d_{name}", got, trial.answer.blocks[name], 2 * expected.bound)
        yield name, wrong, expected
