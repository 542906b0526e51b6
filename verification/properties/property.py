"""A property is an object: what must hold, of which engines it is asked and how, and what a reader is told.

To add one is to make one, in a file of this room, and to name it in ``PROPERTIES`` of
``verification.properties.findings``. Whoever needs to know something about a property asks the object.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from verification.models.tolerance import Expected
from verification.sampling.claim import Claim
from verification.truth.comparison import Disagreement


class About(Enum):
    """What a property is about, which decides what a diagnosis looks for where it alone is refuted."""

    FORM = "whether the engine answers, and as agreed"
    CALL = "one call on the case itself"
    STEPS = "each step's part of one call"
    TRUNCATION = "truncations that come to the same"
    SCALE = "calls for larger and smaller cotangents"
    PARTS = "calls for parts of the cotangents"
    CONDUCT = "other calls than that on the case itself"
    ONCE = "what is asked once in a run, on a case of its own"
    EQUALITY = "numbers that nothing rounds"
    FIXED = "fixed cases, of which each stands for itself"


# What takes calls of its own: what is not asked of large cases is asked of small ones in turn.
AGAIN = (About.SCALE, About.PARTS, About.CONDUCT)


@dataclass(frozen=True)
class Reference:
    """What an engine is compared with, and why that is no repetition of it."""

    name: str
    independence: str


@dataclass(frozen=True)
class Alone:
    """What a diagnosis says where a property alone is refuted: the stage, and the end of a sentence."""

    stage: str
    says: str


@dataclass(frozen=True)
class NotAsked:
    """What of itself a property has left out for this engine, as a judgement says it under "not asked"."""

    words: str


# A part of the answer; how it is wrong, None where it holds; and its truth, which says what that is worth.
Looked: TypeAlias = Iterator[tuple[str, Disagreement | NotAsked | str | None, Expected]]


class Asked(Protocol):
    """An engine before a case, or before a call."""

    @property
    def answer(self) -> Any:
        """Its answer; raises InvalidAnswer."""

    @property
    def determined(self) -> bool:
        """Is there a truth at this precision?"""

    @property
    def setting(self) -> str:
        """What a message that there is no answer begins with."""


AskedT_contra = TypeVar("AskedT_contra", contravariant=True)
AskedT = TypeVar("AskedT", bound=Asked)


def _everyone(claim: Claim) -> bool:
    return True


def _no_part(claim: Claim) -> tuple[str, ...]:
    return ()


def _nothing(claim: Claim, truth: Any) -> None:
    return None


def _none(claim: Claim, case: Any) -> tuple[Any, ...]:
    return ()


@dataclass(frozen=True, eq=False)
class Property(Generic[AskedT_contra]):
    """What must hold of an engine.

    ``claim``: that in words, as a report prints it. ``look``: how it is asked, one finding for each part.
    ``asks``: is it asked of an engine that claims this? ``of_large``: is a large case asked it as well?
    ``in_turn``: if it is asked of large cases, of designed ones those alone whose turn it is. Of a slow
    engine all take turns but what one call tells, and what one more tells of each step of small cases.
    ``evidence``: the parts of which a run must have evidence. ``alone``: what is said where nothing else is
    refuted. ``reference``: what it compares with, of a property that is an oracle's. ``prepare``: makes what
    it takes of a truth beside gradients and forward, so that it is there before an engine is asked.
    ``parts``: of a case, those that it asks in its place, of which one may be wrong by itself.
    """

    name: str
    claim: str
    about: About
    look: Callable[[AskedT_contra], Looked]
    asks: Callable[[Claim], bool] = _everyone
    of_large: bool = False
    in_turn: bool = False
    evidence: Callable[[Claim], tuple[str, ...]] = _no_part
    alone: Alone | None = None
    reference: Reference | None = None
    prepare: Callable[[Claim, Any], object] = _nothing
    parts: Callable[[Claim, Any], Sequence[Any]] = _none

    def takes_turns(self, large: bool, slow: bool = False) -> bool:
        """Is it asked of those large or small designed cases alone whose turn it is?"""
        if slow:
            return self.about is not About.CALL and (large or self.about is not About.STEPS)
        return self.in_turn if self.of_large else not large and self.about in AGAIN


@dataclass(frozen=True, eq=False)
class Finding:
    """What a property, by its name, found about one part: the disagreement, if any, and what that is worth.

    ``lost``: the engine did not come back. ``declined``: what it said of a case that it does not do.
    ``not_asked``: what the property has left out, and nothing else. ``unanswered``: it does not answer in
    form, and fails by that whatever is asked. ``remark``: functions, by name, that are right to a rounding of
    1 alone, which explains how it is wrong (``verification.properties.remarks``). ``changed``: of a call of a
    training, arrays that had other numbers at its backward than at its forward.
    """

    property: str
    part: str
    wrong: str | None
    nonzero: bool = True
    determined: bool = True
    lost: bool = False
    declined: str = ""
    not_asked: str = ""
    unanswered: bool = False
    remark: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


# An engine that does not answer in the agreed form is refuted by that, and asked nothing else.
FORM: Property[Asked] = Property(
    "form", "the engine answers, and as agreed", About.FORM, lambda trial: iter(()), of_large=True
)
