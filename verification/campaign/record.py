"""What some cases came to, in a form that travels and is kept as JSON.

Records add up. Of all refutations the smallest is kept, by the case's place, from which the case is drawn
again: no array is kept, and a record of a block is about a kilobyte.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from verification.campaign.blocks import Place
from verification.judging.judgement import Row
from verification.judging.properties import Finding
from verification.judging.tally import Tally


@dataclass(frozen=True)
class Failing:
    """A case on which a property fails: how many numbers it has, where it is, and what was found."""

    size: int
    place: Place
    finding: Finding


@dataclass(frozen=True)
class Record:
    """``rows`` by property and part; ``refuted``: how many cases were; ``lost``: how many cost a process."""

    rows: Mapping[tuple[str, str], Row] = field(default_factory=dict)
    cases: int = 0
    live: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    refuted: int = 0
    lost: int = 0
    failing: Failing | None = None

    def __add__(self, other: "Record") -> "Record":
        tally = self.tally() + other.tally()
        failing = [each.failing for each in (self, other) if each.failing is not None]
        return Record(
            tally.rows,
            tally.cases,
            tally.live,
            tally.seen,
            self.refuted + other.refuted,
            self.lost + other.lost,
            min(failing, key=lambda each: (each.size, each.place), default=None),
        )

    def tally(self) -> Tally:
        """The same as a run has it, without an example."""
        return Tally(self.rows, self.cases, self.live, self.seen)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        rows = [[row.property, row.part, row.cases, row.evidence, row.failures] for row in self.rows.values()]
        return {
            "rows": rows,
            "cases": self.cases,
            "live": self.live,
            "seen": dict(self.seen),
            "refuted": self.refuted,
            "lost": self.lost,
            "failing": None if self.failing is None else asdict(self.failing),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Record":
        """What ``to_json`` made."""
        rows = {
            (property_, part): Row(property_, part, *counts) for property_, part, *counts in values["rows"]
        }
        failing = values["failing"]
        if failing is not None:
            place, finding = Place(**failing["place"]), Finding(**failing["finding"])
            failing = Failing(failing["size"], place, finding)
        numbers = (values["refuted"], values["lost"])
        return cls(rows, values["cases"], values["live"], Counter(values["seen"]), *numbers, failing)


def of_tally(tally: Tally) -> Record:
    """What a run's own cases came to, of which no more than one is known to be refuted."""
    return Record(
        tally.rows, tally.cases, tally.live, tally.seen, int(tally.is_refuted), int(bool(tally.lost))
    )
