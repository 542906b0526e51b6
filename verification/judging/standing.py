"""The progress of a run: which levels, pairs and triples of its designed samples were met, and when."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from verification.judging.sampled import RowId, Sample
from verification.properties.property import Finding
from verification.sampling.ordering import Share
from verification.text import counted


@dataclass(frozen=True)
class Milestone:
    """All tuples of so many levels were met, after so many cases and ``seconds`` of the run."""

    share: Share
    cases: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.share.name} after {self.seconds:.1f} s, {counted(self.cases, 'case')}"


@dataclass(frozen=True)
class Refutation:
    """A case has refuted the engine, after so many cases and ``seconds`` of the run.

    ``property`` and ``part`` that are wrong, and ``wrong``: how, in words. Why is explained after it.
    """

    property: str
    part: str
    wrong: str
    cases: int
    seconds: float

    def __str__(self) -> str:
        when = f"refuted after {self.seconds:.1f} s, {counted(self.cases, 'case')}"
        return f"{when}: {f'{self.property} {self.part}'.strip()}: {self.wrong}"


# Called at each milestone, and once if the engine is refuted.
Reached: TypeAlias = Callable[[Milestone | Refutation], object]


class RunStanding:
    """The progress of a run that began at ``started``, by ``time.monotonic``; ``tell`` is called at each
    milestone, and at a refutation.
    """

    def __init__(self, samples: Sequence[Sample], started: float, tell: Reached | None = None) -> None:
        self.samples, self.milestones = samples, list[Milestone]()
        self._started, self._tell = started, tell

    def meet(self, rows: Iterable[RowId], cases: int) -> None:
        """Notes the rows of informative cases, after so many cases."""
        for sample in self.samples:
            sample.meet(rows)
        for share in self.whole[len(self.milestones) :]:
            self.milestones.append(Milestone(share, cases, time.monotonic() - self._started))
            if self._tell is not None:
                self._tell(self.milestones[-1])

    def refute(self, finding: Finding, cases: int) -> None:
        """Notes what has refuted the engine, after so many cases."""
        if self._tell is not None:
            seconds = time.monotonic() - self._started
            self._tell(Refutation(finding.property, finding.part, finding.wrong or "", cases, seconds))

    @property
    def shares(self) -> tuple[Share, ...]:
        """The shares of single levels, of pairs, and so on, of all samples together."""
        by_strength: dict[int, Share] = {}
        for share in (share for sample in self.samples for share in sample.shares()):
            before = by_strength.get(share.strength)
            by_strength[share.strength] = share if before is None else before + share
        return tuple(by_strength.values())

    @property
    def whole(self) -> tuple[Share, ...]:
        """The shares that are complete, up to the first that is not."""
        made = []
        for share in self.shares:
            if not share.whole:
                break
            made.append(share)
        return tuple(made)
