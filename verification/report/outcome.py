"""The result of a run of ``python -m verification``, and its parts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rnn.app.sine import Sine
from verification.judging.judgement import Judgement
from verification.properties.findings import PROPERTIES


@dataclass(frozen=True)
class Oracle:
    """An oracle's result: the number of comparisons (``compared``), of undetermined ones, and of refutations.

    ``independence``: why it does not repeat the engine.
    """

    name: str
    independence: str
    compared: int
    undetermined: int
    refuted: int

    @property
    def verdict(self) -> str:
        """holds, refuted, not checked, or nothing shown, where every comparison was undetermined."""
        if self.refuted:
            return "refuted"
        if not self.compared:
            return "not checked"
        return "holds" if self.compared > self.undetermined else "nothing shown"


@dataclass(frozen=True, eq=False)
class Evidence:
    """Measurements beside the judgements that show how far they can be trusted; nothing by default.

    ``verdicts``: refuted if the measurements refute the engine, not exercised if they show that the verifier
    fails. ``text``, ``json`` and ``sections`` (markup, made when a page is) are its parts of a report in each
    form.
    """

    verdicts: frozenset[str] = frozenset()
    oracles: tuple[Oracle, ...] = ()
    text: tuple[str, ...] = ()
    json: Mapping[str, Any] = field(default_factory=dict)
    sections: Callable[[], Mapping[str, str]] = dict


NOTHING = Evidence()


@dataclass(frozen=True, eq=False)
class Report:
    """The result of a run: a judgement, those of ``others``, the trainings, and ``evidence``.

    ``loops``: which loops made the steps, by their name on the command line. A training that did not run is
    None.
    """

    judgement: Judgement
    profile: str = "quick"
    budget: Sine | None = None
    sine: Sine | None = None
    others: tuple[Judgement, ...] = ()
    loops: str = "numpy"
    evidence: Evidence = NOTHING

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """All judgements, one for each model."""
        return self.judgement, *self.others

    @property
    def foremost(self) -> Judgement:
        """The first judgement that is not verified, if there is one; else the first."""
        return next((each for each in self.judgements if each.word != "verified"), self.judgement)

    @property
    def verdict(self) -> str:
        """The worst verdict of the judgements and of the evidence."""
        verdicts = {each.word for each in self.judgements} | self.evidence.verdicts
        return next((word for word in ("refuted", "not exercised") if word in verdicts), "verified")


def oracles(report: Report) -> Iterator[Oracle]:
    """The oracles that the engine was compared with, and how often."""
    for name, reference in ((each.name, each.reference) for each in PROPERTIES):
        if reference is not None:
            rows = [row for each in report.judgements for row in each.rows if row.property == name]
            counts = (sum(getattr(row, n) for row in rows) for n in ("cases", "undetermined", "failures"))
            yield Oracle(reference.name, reference.independence, *counts)
    yield from report.evidence.oracles
