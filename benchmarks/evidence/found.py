"""What was measured of how far a verification can be believed, as evidence of its report."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.evidence import detection as curves
from benchmarks.evidence import pages
from benchmarks.evidence.detection import Detection
from benchmarks.evidence.scalars import ScalarRow
from verification.report.outcome import Evidence, Oracle


@dataclass(frozen=True, eq=False)
class Found:
    """tanh and sigmoid by region, the mutants and the published rule as JSON, and the detection curve.

    What was not measured is None.
    """

    scalars: tuple[ScalarRow, ...] = ()
    mutants: Mapping[str, Any] | None = None
    published_rule: Mapping[str, Any] | None = None
    detection: Detection | None = None

    def evidence(self, *text: str) -> Evidence:
        """As a report takes it; ``text``: what a terminal is shown of it."""
        return Evidence(self._verdicts(), (self._oracle(),), text, self._json(), self._sections)

    def _verdicts(self) -> frozenset[str]:
        """Those of the scalars; not exercised where a wrong engine lived, or was found at another place, or a
        right one was accused.
        """
        found = self.mutants or {}
        blind = any(found.get(wrong) for wrong in ("survivors", "misplaced", "accused"))
        return frozenset(row.verdict for row in self.scalars) | ({"not exercised"} if blind else set())

    def _oracle(self) -> Oracle:
        """At how many numbers tanh and sigmoid were compared."""
        refuted = sum(row.verdict == "refuted" for row in self.scalars)
        points = sum(row.points for row in self.scalars)
        return Oracle(
            "50 digits", "tanh and sigmoid as functions of one number, by mpmath", points, 0, refuted
        )

    def _json(self) -> Mapping[str, Any]:
        return {
            "mutants": self.mutants,
            "published_rule": self.published_rule,
            "detection": None if self.detection is None else curves.as_json(self.detection),
        }

    def _sections(self) -> Mapping[str, str]:
        return {
            "scalars": pages.scalars(self.scalars),
            "detection": pages.detection(self.detection),
            "mutants": pages.mutants(self.mutants),
            "published_rule": pages.published_rule(self.published_rule),
        }
