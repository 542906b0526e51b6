"""What a run of ``python -m verification`` came to, from the parts that it is made of."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from verification.judging.judgement import Judgement
from verification.properties.findings import PROPERTIES
from verification.sine import Sine


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


@dataclass(frozen=True, eq=False)
class Evidence:
    """What was measured beside the judgements, to show how far they can be believed: nothing, by default.

    ``verdicts``: refuted where it refutes the engine, not exercised where it shows that the verifier is no
    judge. ``text``, ``json`` and ``sections``, markup that is made when a page is, are its parts of a report
    in each form.
    """

    verdicts: frozenset[str] = frozenset()
    oracles: tuple[Oracle, ...] = ()
    text: tuple[str, ...] = ()
    json: Mapping[str, Any] = field(default_factory=dict)
    sections: Callable[[], Mapping[str, str]] = dict


NOTHING = Evidence()


@dataclass(frozen=True, eq=False)
class Report:
    """What a run came to: a judgement, those of ``others`` beside it, the trainings, and ``evidence``.

    ``loops``: which text made the steps, by its name on the command line. A training that was not is None.
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
        """All of them, of one model each."""
        return self.judgement, *self.others

    @property
    def foremost(self) -> Judgement:
        """The one to be looked at first: the first that is not verified, if there is one."""
        return next((each for each in self.judgements if each.word != "verified"), self.judgement)

    @property
    def verdict(self) -> str:
        """The worst of the judgements' and of the evidence."""
        verdicts = {each.word for each in self.judgements} | self.evidence.verdicts
        return next((word for word in ("refuted", "not exercised") if word in verdicts), "verified")


def oracles(report: Report) -> Iterator[Oracle]:
    """What the engine was compared with, and how often."""
    for name, reference in ((each.name, each.reference) for each in PROPERTIES):
        if reference is not None:
            rows = [row for each in report.judgements for row in each.rows if row.property == name]
            counts = (sum(getattr(row, n) for row in rows) for n in ("cases", "undetermined", "failures"))
            yield Oracle(reference.name, reference.independence, *counts)
    yield from report.evidence.oracles
