"""The outcome of a run: rows of properties and parts, an example, and the judgement made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from verification.diagnosis.diagnosis import Diagnosis
from verification.diagnosis.picture import GotAgainstWant, Picture
from verification.judging.profile import STRENGTH
from verification.judging.sampled import Coverage
from verification.judging.standing import Milestone
from verification.models.case import Case
from verification.sampling.design import PAIRS
from verification.sampling.ordering import NAMES, Share
from verification.text import counted

# Shapes of a training run's calls that are listed.
SHAPES = 3


@dataclass(frozen=True, eq=False)
class Example:
    """A case on which a property fails, and how it fails.

    ``case``: None for a function that has no model. ``larger``: why it may not be the smallest, in words; ""
    if it is. ``numbers``: the wrong ones, beside the right ones; none where one call alone shows none.
    """

    case: Case | None
    property: str
    part: str
    failure: str
    code: str
    larger: str = ""
    numbers: tuple[GotAgainstWant, ...] = ()

    def in_words(self) -> str:
        """As "the smallest example"; of another, why it may not be."""
        return f"an example, not the smallest ({self.larger})" if self.larger else "the smallest example"


@dataclass(frozen=True, eq=False)
class PartResult:
    """What a run found for one property and one part, under one kind of truncation.

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

    def __add__(self, other: "PartResult") -> "PartResult":
        counts = ("cases", "evidence", "failures", "nonzero", "undetermined")
        return replace(self, **{name: getattr(self, name) + getattr(other, name) for name in counts})


def verdict_of(row: PartResult) -> str:
    """holds, refuted, or nothing shown: no nonzero case decided it, which limits every verdict."""
    if row.failures:
        return "refuted"
    return "holds" if row.nonzero else "nothing shown"


@dataclass(frozen=True, eq=False)
class Judgement:
    """The outcome of a run.

    ``scope``: what was claimed, in words; ``not_checked``: what was not checked. ``strength``: for how many
    factors all combinations of levels were met in informative cases. ``shares``: how many single levels,
    pairs and triples were met, of those that the designed samples have; ``milestones``: when all of them
    were. ``ended``: how the run ended early, "" if it did not; ``least_met``: the levels that have then met
    the fewest others, and properties of which no case has shown anything. ``seen``: how many informative
    cases met each entry of the exercise contract. ``missing``: what was met too seldom to be evidence.
    ``coverage``: how many pairs, triples, … of levels of the designed sample informative cases met.
    ``views``: how lag by lag sees each block. ``declined``: how many cases the engine said that it does not
    do, by its message. ``drawn`` and ``fixed``: the largest of each size, of cases that were drawn and of the
    others. ``remarks``: what is less accurate than it could be, but not wrong. ``calls``: how many kept calls
    of a training run were checked in addition, by their sizes and type. ``secret``: the name of the secret
    from which cases came as well, "" if there was none. ``diagnosis``, ``example`` and ``picture``, which can
    be drawn, are None unless the engine is refuted.
    """

    model: str
    scope: str
    seed: int
    seconds: float
    cases: int
    informative: int
    rows: tuple[PartResult, ...]
    seen: Mapping[str, int]
    missing: tuple[str, ...]
    not_checked: tuple[str, ...]
    coverage: tuple[Coverage, ...] = ()
    views: Mapping[str, str] = field(default_factory=dict)
    declined: Mapping[str, int] = field(default_factory=dict)
    drawn: Mapping[str, int] = field(default_factory=dict)
    fixed: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    diagnosis: Diagnosis | None = None
    example: Example | None = None
    picture: Picture | None = None
    strength: int = STRENGTH
    shares: tuple[Share, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    ended: str = ""
    least_met: tuple[str, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    secret: str = ""

    @property
    def is_refuted(self) -> bool:
        """Has anything failed?"""
        return any(row.failures for row in self.rows)

    @property
    def word(self) -> str:
        """The verdict without its strength: "verified", "refuted" or "not exercised"."""
        if self.is_refuted:
            return "refuted"
        return "not exercised" if self.missing else "verified"

    @property
    def holds(self) -> bool:
        """Is it verified: fully for its profile, or at least to pairs if the run ended early?"""
        return self.word == "verified" and not (self.ended and self.shares and self.strength < PAIRS)

    @property
    def verdict(self) -> str:
        """``word``, with its strength if that is less than the default: "verified to pairs"."""
        if self.word != "verified":
            return self.word
        if not self.shares:
            # A function has no designed sample.
            return f"verified to {counted(self.cases, 'case')}" if self.ended else "verified"
        met = self.strength >= STRENGTH and not self.ended
        return "verified" if met else f"verified to {NAMES[self.strength]}"

    @property
    def headline(self) -> str:
        """The verdict, and if the run ended early how much was met: "verified to pairs; triples 82%"."""
        short = [f"{share}" for share in self.shares if not share.whole] if self.ended else []
        return "; ".join([self.verdict, *short])

    @property
    def repeated_by(self) -> str:
        """The options of the command that runs the same cases again, of a run with a secret; else ""."""
        return f"--seed {self.seed} --secret FILE, whose name is {self.secret}" if self.secret else ""

    @property
    def beside(self) -> str:
        """What was checked beside the sample, as text after a count of cases; "" if there is nothing.

        For instance ", and 412 calls of your training: N 32, T 64, H 256, float32".
        """
        if not self.calls:
            return ""
        most = sorted(self.calls.items(), key=lambda each: -each[1])
        shown = [words if len(most) == 1 else f"{words} ({count:,})" for words, count in most[:SHAPES]]
        others, count = len(most) - SHAPES, sum(self.calls.values())
        shown += [f"{others} other shape{'s' if others > 1 else ''}"] if others > 0 else []
        return f", and {count:,} call{'s' if count > 1 else ''} of your training: {'; '.join(shown)}"

    @property
    def by_part(self) -> tuple[PartResult, ...]:
        """The rows of each property and part, summed over truncations."""
        summed: dict[tuple[str, str], PartResult] = {}
        for row in self.rows:
            key = (row.property, row.part)
            summed[key] = summed[key] + row if key in summed else replace(row, truncation="")
        return tuple(summed.values())

    @property
    def truncations(self) -> tuple[str, ...]:
        """The kinds of truncation that its rows are about."""
        return tuple(dict.fromkeys(row.truncation for row in self.rows if row.truncation))

    def __str__(self) -> str:
        """The verdict with its scope, and why if the engine is not verified."""
        cases = f"{counted(self.cases, 'case')}, {self.informative:,} informative"
        lines = [f"{self.model}: {self.headline} ({self.scope}; {cases}{self.beside})"]
        lines += [f"remark: {each}" for each in self.remarks]
        if self.diagnosis is not None:
            lines.append(str(self.diagnosis))
        if self.example is not None:
            lines.append(f"{self.example.property}: {self.example.failure}; {self.example.in_words()}:")
            lines.append(self.example.code)
        if self.word == "not exercised":
            lines.append(f"not exercised: {', '.join(self.missing)}")
        return "\n".join(lines)
