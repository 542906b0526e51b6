"""What a run came to: rows of properties and parts, an example, and the judgement that is made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from verification.diagnosis.diagnosis import Diagnosis
from verification.diagnosis.picture import Picture
from verification.judging.sampled import Coverage
from verification.models.case import Case


@dataclass(frozen=True, eq=False)
class Example:
    """A case on which a property fails, how it fails there, and whether it is the smallest that was found.

    ``case``: None of a function that has no model.
    """

    case: Case | None
    property: str
    part: str
    failure: str
    code: str
    smallest: bool = False


@dataclass(frozen=True, eq=False)
class Row:
    """What a run saw of one property and one part, under one kind of truncation.

    ``cases`` that decided it; those that were ``evidence``, whose truth is determined and ``nonzero``; those
    of which something was ``undetermined``; and ``failures``.
    """

    property: str
    part: str
    cases: int = 0
    evidence: int = 0
    failures: int = 0
    truncation: str = ""
    nonzero: int = 0
    undetermined: int = 0

    def __add__(self, other: "Row") -> "Row":
        counts = ("cases", "evidence", "failures", "nonzero", "undetermined")
        return replace(self, **{name: getattr(self, name) + getattr(other, name) for name in counts})


def verdict_of(row: Row) -> str:
    """holds, refuted, or nothing shown: no nonzero case decided it, a limit under whatever verdict."""
    if row.failures:
        return "refuted"
    return "holds" if row.nonzero else "nothing shown"


@dataclass(frozen=True, eq=False)
class Judgement:
    """The outcome of a run.

    ``verdict`` is "verified", "refuted" or "not exercised". ``scope``: what was claimed, in words, and
    ``not_asked`` what was not. ``seen``: how many informative cases met each entry of the exercise contract.
    ``missing``: what was met too seldom to be evidence. ``coverage``: how many pairs, triples, … of levels of
    the designed sample informative cases met. ``views``: how lag by lag sees each block. ``declined``: how
    many cases the engine said that it does not do, by what it said. ``drawn`` and ``fixed``: the largest of
    each size, of cases that were drawn and of the others. ``diagnosis``, ``example`` and ``picture``, what
    can be drawn of it, are None but for a refuted engine.
    """

    model: str
    scope: str
    seed: int
    seconds: float
    cases: int
    informative: int
    rows: tuple[Row, ...]
    seen: Mapping[str, int]
    missing: tuple[str, ...]
    not_asked: tuple[str, ...]
    coverage: tuple[Coverage, ...] = ()
    views: Mapping[str, str] = field(default_factory=dict)
    declined: Mapping[str, int] = field(default_factory=dict)
    drawn: Mapping[str, int] = field(default_factory=dict)
    fixed: Mapping[str, int] = field(default_factory=dict)
    diagnosis: Diagnosis | None = None
    example: Example | None = None
    picture: Picture | None = None

    @property
    def verdict(self) -> str:
        """In one word."""
        if any(row.failures for row in self.rows):
            return "refuted"
        return "not exercised" if self.missing else "verified"

    @property
    def by_part(self) -> tuple[Row, ...]:
        """The rows of each property and part, summed over truncations."""
        summed: dict[tuple[str, str], Row] = {}
        for row in self.rows:
            key = (row.property, row.part)
            summed[key] = summed[key] + row if key in summed else replace(row, truncation="")
        return tuple(summed.values())

    @property
    def truncations(self) -> tuple[str, ...]:
        """The kinds of truncation that its rows are about."""
        return tuple(dict.fromkeys(row.truncation for row in self.rows if row.truncation))

    def __str__(self) -> str:
        """The verdict with its scope; of an engine that is not verified, why."""
        cases = f"{self.cases} cases, {self.informative} informative"
        lines = [f"{self.model}: {self.verdict} ({self.scope}; {cases})"]
        if self.diagnosis is not None:
            lines.append(str(self.diagnosis))
        if self.example is not None:
            size = "smallest" if self.example.smallest else "first"
            lines.append(f"{self.example.property}: {self.example.failure}; the {size} example:")
            lines.append(self.example.code)
        if self.verdict == "not exercised":
            lines.append(f"not exercised: {', '.join(self.missing)}")
        return "\n".join(lines)
