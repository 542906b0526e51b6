"""What a run of ``python -m verification`` came to, from the parts that it is made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verification.article.sine import Sine
from verification.evidence.detection import Detection
from verification.evidence.scalars import ScalarRow
from verification.judging.judgement import Judgement
from verification.properties.findings import PROPERTIES


@dataclass(frozen=True, eq=False)
class Report:
    """What a run came to: a judgement, those of ``others`` beside it, and whatever else was measured.

    ``loops``: which text made the steps, by its name on the command line. ``scalars``: tanh and sigmoid.
    ``mutants`` as of ``verification.evidence.mutants.as_json``, ``published_rule`` as of its module's.
    What was not measured is None.
    """

    judgement: Judgement
    profile: str = "quick"
    budget: Sine | None = None
    sine: Sine | None = None
    mutants: Mapping[str, Any] | None = None
    published_rule: Mapping[str, Any] | None = None
    detection: Detection | None = None
    scalars: tuple[ScalarRow, ...] = ()
    others: tuple[Judgement, ...] = ()
    loops: str = "numpy"

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """All of them, of one model each."""
        return self.judgement, *self.others

    @property
    def foremost(self) -> Judgement:
        """The one to be looked at first: the first that is not verified, if there is one."""
        return next((each for each in self.judgements if each.word != "verified"), self.judgement)

    @property
    def verdict(self) -> str:
        """The worst of the judgements'; refuted where a scalar function is.

        Where a wrong engine lived, or a right one was accused, the verifier is no judge: not exercised.
        """
        verdicts = {each.word for each in self.judgements} | {row.verdict for row in self.scalars}
        if "refuted" in verdicts:
            return "refuted"
        blind = self.mutants is not None and (self.mutants["survivors"] or self.mutants["accused"])
        return "not exercised" if blind or "not exercised" in verdicts else "verified"


@dataclass(frozen=True)
class Oracle:
    """What an oracle came to: ``asked`` judgements, of which so many were undetermined, and so many refuted.

    ``independence``: why it is no repetition of the engine.
    """

    name: str
    independence: str
    asked: int
    undetermined: int
    refuted: int

    @property
    def verdict(self) -> str:
        """holds, refuted, not asked, or nothing shown, where all that was asked was undetermined."""
        if self.refuted:
            return "refuted"
        if not self.asked:
            return "not asked"
        return "holds" if self.asked > self.undetermined else "nothing shown"


def oracles(report: Report) -> Iterator[Oracle]:
    """What the engine was compared with, and how often; for tanh and sigmoid, at how many numbers."""
    for name, reference in ((each.name, each.reference) for each in PROPERTIES):
        if reference is not None:
            rows = [row for each in report.judgements for row in each.rows if row.property == name]
            counts = (sum(getattr(row, n) for row in rows) for n in ("cases", "undetermined", "failures"))
            yield Oracle(reference.name, reference.independence, *counts)
    refuted = sum(row.verdict == "refuted" for row in report.scalars)
    points = sum(row.points for row in report.scalars)
    yield Oracle("50 digits", "tanh and sigmoid as functions of one number, by mpmath", points, 0, refuted)
