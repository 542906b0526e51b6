"""A property: what must hold, for which engines it is checked and how, and what reports say about it.

To add one, create it in a file of this room, and name it in ``PROPERTIES`` of
``verification.properties.findings``. Everything that other rooms need to know about a property is a field of
it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Any, Generic, TypeAlias, TypeVar

from verification.models.tolerance import Expected
from verification.sampling.claim import Claim
from verification.truth.comparison import Disagreement


class About(Enum):
    """What a property is about: it decides what a diagnosis tries if only this property is refuted."""

    FORM = "whether the engine answers, and as agreed"
    CALL = "one call on the case itself"
    STEPS = "each step's part of one call"
    TRUNCATION = "truncations that come to the same"
    SCALE = "calls for larger and smaller cotangents"
    PARTS = "calls for parts of the cotangents"
    CONDUCT = "other calls than that on the case itself"
    ONCE = "what is checked once in a run, on a case of its own"
    EQUALITY = "numbers that nothing rounds"
    FIXED = "fixed cases, of which each stands for itself"


# Properties that need calls of their own: those not checked on large cases are checked on small ones in turn.
AGAIN = (About.SCALE, About.PARTS, About.CONDUCT)


@dataclass(frozen=True)
class Reference:
    """What an engine is compared with, and why that is independent of it."""

    name: str
    independence: str


@dataclass(frozen=True)
class Alone:
    """What a diagnosis says if only this property is refuted: the stage, and the end of a sentence."""

    stage: str
    says: str


@dataclass(frozen=True)
class NotChecked:
    """A part of the property that was not checked for this engine; a judgement lists it."""

    words: str


@dataclass(frozen=True)
class Remark:
    """What could be better and is not wrong; a judgement has it among its remarks."""

    words: str


# A part of the answer, what is wrong with it (None if it holds), and its expectation, which tells how much
# that is worth.
Checked: TypeAlias = Iterator[tuple[str, Disagreement | NotChecked | Remark | str | None, Expected]]

# The same of what is only compared.
Compared: TypeAlias = Iterator[tuple[str, Disagreement | None, Expected]]


TrialT_contra = TypeVar("TrialT_contra", contravariant=True)


@dataclass(frozen=True, eq=False)
class Property(Generic[TrialT_contra]):
    """What must hold for an engine.

    ``claim``: the property in words, as a report prints it. ``check``: yields a result for each part.
    ``applies``: is it checked for an engine with this claim? ``of_large``: is it checked on large cases as
    well? ``in_turn``: among large designed cases, only on those whose turn it is. For a slow engine all
    properties take turns, except for those that need only the one call, and on small cases the one that needs
    one more call for each step. ``evidence``: the parts for which a run must have evidence. ``alone``: the
    diagnosis if nothing else is refuted. ``reference``: what an oracle's property compares with. ``prepare``:
    computes what it needs of a truth beyond gradients and forward, before an engine is called. ``parts``: the
    cases that it runs in place of a given one, any of which may be wrong by itself.
    """

    name: str
    claim: str
    about: About
    check: Callable[[TrialT_contra], Checked]
    applies: Callable[[Claim], bool] = lambda claim: True
    of_large: bool = False
    in_turn: bool = False
    evidence: Callable[[Claim], tuple[str, ...]] = lambda claim: ()
    alone: Alone | None = None
    reference: Reference | None = None
    prepare: Callable[[Claim, Any], object] = lambda claim, truth: None
    parts: Callable[[Claim, Any], Sequence[Any]] = lambda claim, case: ()

    def takes_turns(self, large: bool, slow: bool = False) -> bool:
        """Is it checked only on those large, or small, designed cases whose turn it is?"""
        if slow:
            return self.about is not About.CALL and (large or self.about is not About.STEPS)
        return self.in_turn if self.of_large else not large and self.about in AGAIN


@dataclass(frozen=True, eq=False)
class Finding:
    """The result of a property, by name, for one part: what is wrong, if anything, and how much it is worth.

    ``lost``: the engine did not return. ``declined``: its message for a case that it does not support.
    ``not_checked``: what the property did not check, and nothing else. ``noted``: a remark in words, about
    what could be better and is not wrong. ``unanswered``: the answer does not
    have the agreed form, so every property fails. ``remark``: functions, by name, whose accuracy relative to
    1 alone explains the error (``verification.properties.remarks``), and the argument at which the one is
    ``clipped``, if that is why. ``stray``: the largest number of a part
    that should be exactly 0. ``changed``: for a call of a training run, arrays whose numbers differed between
    its forward and its backward.
    """

    property: str
    part: str
    wrong: str | None
    nonzero: bool = True
    determined: bool = True
    lost: bool = False
    declined: str = ""
    not_checked: str = ""
    noted: str = ""
    unanswered: bool = False
    remark: tuple[str, ...] = ()
    clipped: float | None = None
    stray: float = inf
    changed: tuple[str, ...] = ()


# An engine that does not answer in the agreed form is refuted by that, and no other property is checked.
FORM: Property[Any] = Property(
    "form", "the engine answers, and as agreed", About.FORM, lambda trial: iter(()), of_large=True
)
