"""The result of some cases, in a form that is sent between machines and stored as JSON.

Records add up. Only the smallest failure is kept, by the id from which its case is drawn again. No array is
stored, and the record of a block takes some kilobytes.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, field, replace
from math import inf
from typing import Any

from verification.cli.campaign.blocks import CaseId
from verification.judging.judgement import PartResult
from verification.judging.tally import Tally
from verification.properties.property import Finding

# The counters of a tally, and its counters by name. A campaign has no calls of a training run.
NUMBERS = ("cases", "informative")
COUNTERS = ("seen", "declined", "not_checked", "drawn", "fixed", "remarks", "noted")


@dataclass(frozen=True)
class Failing:
    """A case on which a property fails: how many numbers it has, its id, and the finding."""

    size: int
    case: CaseId
    finding: Finding


@dataclass(frozen=True)
class Record:
    """``tally``: without an example; ``refuted``: the number of refuted cases; ``lost``: how many ended a
    process.

    ``failing``: the smallest failing case.
    """

    tally: Tally = field(default_factory=Tally)
    refuted: int = 0
    lost: int = 0
    failing: Failing | None = None

    def __add__(self, other: "Record") -> "Record":
        failing = [each.failing for each in (self, other) if each.failing is not None]
        return Record(
            self.tally + other.tally,
            self.refuted + other.refuted,
            self.lost + other.lost,
            min(failing, key=lambda each: (each.size, each.case), default=None),
        )

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "rows": [astuple(row) for row in self.tally.rows.values()],
            **{name: getattr(self.tally, name) for name in (*NUMBERS, *COUNTERS)},
            "rows_covered": sorted(self.tally.rows_covered),
            "refuted": self.refuted,
            "lost": self.lost,
            "failing": None if self.failing is None else asdict(self.failing),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Record":
        """What ``to_json`` made."""
        rows = [PartResult(*row) for row in values["rows"]]
        counts: dict[str, Any] = {name: values[name] for name in NUMBERS}
        counts |= {name: Counter(values[name]) for name in COUNTERS}
        tally = Tally(
            rows={(row.property, row.part, row.truncation): row for row in rows},
            rows_covered=frozenset((sample, number) for sample, number in values["rows_covered"]),
            **counts,
        )
        failing = values["failing"]
        if failing is not None:
            lists = {name: tuple(failing["finding"][name]) for name in ("remark", "changed")}
            finding = Finding(**{**failing["finding"], **lists})
            failing = Failing(failing["size"], CaseId(**failing["case"]), finding)
        return cls(tally, values["refuted"], values["lost"], failing)


def of_tally(tally: Tally, failing: Failing | None = None) -> Record:
    """The record of one case, or of several of which none is refuted."""
    bare = replace(tally, refuted=None, lost="", pace=inf)
    return Record(bare, int(tally.is_refuted), int(bool(tally.lost)), failing)
