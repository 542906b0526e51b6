"""The tally of a run's cases, which adds up from those of its parts."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, TypeAlias

from verification.judging.judgement import PartResult
from verification.judging.sampled import RowId
from verification.processes.workers import Lost
from verification.properties.property import FORM, Finding

# A refutation: the case, packed by its subject, and the finding.
Refuted: TypeAlias = tuple[Any, Finding]


@dataclass(frozen=True, eq=False)
class Tally:
    """The counts of some cases; ``rows_covered``: the rows of designed samples with informative cases.

    ``refuted``: the first refutation; ``lost``: how the engine, or its process, did not return;
    ``not_checked``: what properties did not check; ``pace``: seconds of the engine's quickest call.
    ``remarks``: in how many cases functions are accurate relative to 1 only, by their names, the argument at
    which one is clipped, and a part that shows it; ``noted``: other remarks, in words. The others are as in
    ``Judgement``.
    """

    rows: Mapping[tuple[str, str, str], PartResult] = field(default_factory=dict)
    cases: int = 0
    informative: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    rows_covered: frozenset[RowId] = frozenset()
    refuted: Refuted | None = None
    lost: str = ""
    declined: Counter[str] = field(default_factory=Counter)
    not_checked: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)
    drawn: Counter[str] = field(default_factory=Counter)
    fixed: Counter[str] = field(default_factory=Counter)
    pace: float = inf
    calls: Counter[str] = field(default_factory=Counter)

    @property
    def sampled(self) -> int:
        """The cases that are no calls of a training run."""
        return self.cases - self.calls.total()

    @property
    def is_refuted(self) -> bool:
        """Has anything failed?"""
        return any(row.failures for row in self.rows.values())

    def __add__(self, other: "Tally") -> "Tally":
        rows = dict(self.rows)
        for key, row in other.rows.items():
            rows[key] = rows[key] + row if key in rows else row
        return Tally(
            rows,
            self.cases + other.cases,
            self.informative + other.informative,
            self.seen + other.seen,
            self.rows_covered | other.rows_covered,
            self.refuted or other.refuted,
            self.lost or other.lost,
            self.declined + other.declined,
            self.not_checked + other.not_checked,
            self.remarks + other.remarks,
            self.noted + other.noted,
            self.drawn | other.drawn,
            self.fixed | other.fixed,
            min(self.pace, other.pace),
            self.calls + other.calls,
        )


def tally_of(found: Sequence[Finding], pack: Callable[[], Any], truncation: str = "") -> Tally:
    """The tally of one case, which counts once in each row, however many findings it has; ``pack``: packs the
    case.
    """
    rows: dict[tuple[str, str, str], PartResult] = {}
    refuted: Refuted | None = None
    declined, not_checked, lost = Counter[str](), Counter[str](), ""
    noted = Counter({each.noted: 1 for each in found if each.noted})
    remarks = {
        f"{' and '.join(each.remark)}: {each.clipped or ''}: {each.part}": 1 for each in found if each.remark
    }
    for finding in found:
        if finding.declined:
            declined[finding.declined] += 1
            continue
        if finding.not_checked:
            not_checked[finding.not_checked] += 1
            continue
        key = (finding.property, finding.part, truncation)
        rows[key] = _joined(rows.get(key, PartResult(*key[:2], truncation=truncation)), finding)
        if finding.wrong is not None and refuted is None:
            refuted = pack(), finding
        lost = lost or (finding.wrong or "" if finding.lost else "")
    return Tally(
        rows,
        1,
        refuted=refuted,
        lost=lost,
        declined=declined,
        not_checked=not_checked,
        remarks=Counter(remarks),
        noted=noted,
    )


def _joined(row: PartResult, finding: Finding) -> PartResult:
    """A case's row with one more finding: a failure if any is one, evidence if any is."""
    evidence = finding.nonzero and finding.determined
    return replace(
        row,
        cases=1,
        evidence=max(row.evidence, int(evidence)),
        failures=max(row.failures, int(finding.wrong is not None)),
        nonzero=max(row.nonzero, int(finding.nonzero)),
        undetermined=max(row.undetermined, int(not finding.determined)),
    )


def of_lost(lost: Lost) -> Tally:
    """The tally of a block whose process did not live to its end."""
    if lost.doing is None:
        raise RuntimeError(f"the work {lost.how}, before the engine was run")
    return Tally(
        {(FORM.name, "", ""): PartResult(FORM.name, "", 1, 0, 1)}, 1, lost=f"{lost.how}, at {lost.doing}"
    )
