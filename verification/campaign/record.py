"""What some cases came to, in a form that travels and is kept as JSON.

Records add up. Of all refutations the smallest is kept, by the case's place, from which the case is drawn
again: no array is kept, and a record of a block is about a kilobyte.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, field, replace
from typing import Any

from verification.campaign.blocks import Place
from verification.campaign.form import Maybe
from verification.judging.judgement import Row
from verification.judging.tally import Tally
from verification.properties.property import Finding

# What is counted by name.
COUNTERS = ("seen", "declined", "not_asked", "drawn", "fixed", "remarks")

# The form of a record as JSON values (``verification.campaign.form``).
FORM = {
    "rows": [(str, str, int, int, int, str, int, int)],
    "cases": int,
    "informative": int,
    **{name: {str: int} for name in COUNTERS},
    "rows_covered": [(str, int)],
    "refuted": int,
    "lost": int,
    "failing": Maybe(
        {
            "size": int,
            "place": {"seed": int, "block": int, "number": int},
            "finding": {
                **{"property": str, "part": str, "wrong": Maybe(str), "nonzero": bool, "determined": bool},
                **{"lost": bool, "declined": str, "not_asked": str, "unanswered": bool, "remark": [str]},
                "changed": [str],
            },
        }
    ),
}


@dataclass(frozen=True)
class Failing:
    """A case on which a property fails: how many numbers it has, where it is, and what was found."""

    size: int
    place: Place
    finding: Finding


@dataclass(frozen=True)
class Record:
    """As ``Tally`` has it; ``refuted``: how many cases were; ``lost``: how many cost a process."""

    rows: Mapping[tuple[str, str, str], Row] = field(default_factory=dict)
    cases: int = 0
    informative: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    declined: Counter[str] = field(default_factory=Counter)
    not_asked: Counter[str] = field(default_factory=Counter)
    drawn: Counter[str] = field(default_factory=Counter)
    fixed: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    rows_covered: frozenset[tuple[str, int]] = frozenset()
    refuted: int = 0
    lost: int = 0
    failing: Failing | None = None

    def __add__(self, other: "Record") -> "Record":
        tally = self.tally() + other.tally()
        failing = [each.failing for each in (self, other) if each.failing is not None]
        return Record(
            **_counts(tally),
            refuted=self.refuted + other.refuted,
            lost=self.lost + other.lost,
            failing=min(failing, key=lambda each: (each.size, each.place), default=None),
        )

    def tally(self) -> Tally:
        """The same as a run has it, without an example."""
        return Tally(**_counts(self))

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "rows": [list(astuple(row)) for row in self.rows.values()],
            "cases": self.cases,
            "informative": self.informative,
            **{name: dict(getattr(self, name)) for name in COUNTERS},
            "rows_covered": [list(met) for met in sorted(self.rows_covered)],
            "refuted": self.refuted,
            "lost": self.lost,
            "failing": None if self.failing is None else asdict(self.failing),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Record":
        """What ``to_json`` made, which has the form ``FORM``."""
        rows = [Row(*row) for row in values["rows"]]
        failing = values["failing"]
        if failing is not None:
            place, finding = Place(**failing["place"]), Finding(**failing["finding"])
            finding = replace(finding, remark=tuple(finding.remark), changed=tuple(finding.changed))
            failing = Failing(failing["size"], place, finding)
        return cls(
            rows={(row.property, row.part, row.truncation): row for row in rows},
            cases=values["cases"],
            informative=values["informative"],
            rows_covered=frozenset((of, number) for of, number in values["rows_covered"]),
            refuted=values["refuted"],
            lost=values["lost"],
            failing=failing,
            **{name: Counter(values[name]) for name in COUNTERS},
        )


def of_tally(tally: Tally) -> Record:
    """What a run's own cases came to, of which no more than one is known to be refuted."""
    return Record(**_counts(tally), refuted=int(tally.is_refuted), lost=int(bool(tally.lost)))


def _counts(one: Tally | Record) -> dict[str, Any]:
    """What a tally and a record both count."""
    return {name: getattr(one, name) for name in ("rows", "cases", "informative", "rows_covered", *COUNTERS)}
