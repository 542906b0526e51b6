"""What the designed sample came to, in a form that is kept as JSON, once all of it is done.

To count what a sample has met of all tuples of levels takes seconds, and minutes where that is little.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from verification.campaign.record import FORM as OF_RECORD
from verification.campaign.record import Record, of_tally
from verification.judging.sampled import Coverage
from verification.judging.tally import Tally

# The form of a sample as JSON values (``verification.campaign.form``).
FORM = {
    "record": OF_RECORD,
    "coverage": [
        {
            **{"strength": int, "possible": int, "covered": int},
            **{"excluded": {str: int}, "vacuous": [str], "of": str},
        }
    ],
}


@dataclass(frozen=True, eq=False)
class Sampled:
    """The tally of all cases, and how many tuples of levels they met."""

    tally: Tally
    coverage: tuple[Coverage, ...]

    def to_json(self) -> dict[str, Any]:
        """As JSON values, without an example."""
        return {
            "record": of_tally(self.tally).to_json(),
            "coverage": [asdict(each) for each in self.coverage],
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Sampled":
        """What ``to_json`` made, which has the form ``FORM``."""
        coverage = tuple(
            Coverage(**{**each, "vacuous": tuple(each["vacuous"])}) for each in values["coverage"]
        )
        return cls(Record.from_json(values["record"]).tally(), coverage)
