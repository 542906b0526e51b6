"""The outcome: one verdict of all that was measured, and what each oracle came to."""

import pytest

from verification.judging.judgement import Judgement, PartResult
from verification.properties.findings import PROPERTIES
from verification.report.outcome import Evidence, Oracle, Report, oracles

HOLDS = PartResult("lags", "W", cases=20, nonzero=15, undetermined=2, truncation="Full")
REFUTED = PartResult("lags", "W", cases=20, nonzero=15, failures=5, truncation="Full")


def a_report(*rows, missing=(), **changed):
    """A report of these rows, in a run that has seen everything but what is missing."""
    return Report(Judgement("vanilla", "all", 0, 1.0, 20, 20, rows, {}, missing, ()), **changed)


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        (a_report(HOLDS), "verified"),
        (a_report(HOLDS, evidence=Evidence(frozenset({"holds"}))), "verified"),
        (a_report(REFUTED), "refuted"),
        (a_report(HOLDS, missing=("T = 1",)), "not exercised"),
        (a_report(HOLDS, evidence=Evidence(frozenset({"holds", "refuted"}))), "refuted"),
        (a_report(HOLDS, evidence=Evidence(frozenset({"not exercised"}))), "not exercised"),
        (a_report(REFUTED, evidence=Evidence(frozenset({"not exercised"}))), "refuted"),
    ],
)
def test_the_verdict_is_of_all_that_was_measured(report, verdict):
    """Evidence can refute, or show that the verifier is blind; what is refuted stays so."""
    assert report.verdict == verdict


@pytest.mark.parametrize(
    ("rows", "missing", "verdict", "foremost"),
    [
        ((HOLDS,), (), "verified", "vanilla"),
        ((REFUTED,), (), "refuted", "lstm"),
        ((HOLDS,), ("T = 1",), "not exercised", "lstm"),
    ],
)
def test_another_cell_that_is_not_verified_decides(rows, missing, verdict, foremost):
    """The verdict is the worst of all cells, and the first that is not verified is looked at."""
    other = Judgement("lstm", "all", 0, 1.0, 20, 20, rows, {}, missing, ())
    report = a_report(HOLDS, others=(other,))
    assert (report.verdict, report.foremost.model) == (verdict, foremost)
    assert [each.model for each in report.judgements] == ["vanilla", "lstm"]
    assert {oracle.name: oracle.compared for oracle in oracles(report)}["lag table"] == 40


def test_each_oracle_counts_the_rows_of_its_property():
    """Judgements, those that mean nothing, and refutations."""
    others = (
        PartResult("lags", "b", cases=7, nonzero=7, failures=1),
        PartResult("forward", "outputs", cases=99),
    )
    found = {oracle.name: oracle for oracle in oracles(a_report(HOLDS, *others))}
    lags = found["lag table"]
    assert (lags.compared, lags.undetermined, lags.refuted, lags.verdict) == (27, 2, 1, "refuted")
    assert found["complex step"].compared == 0
    assert all(oracle.independence for oracle in found.values())


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [((5, 4, 0), "holds"), ((5, 5, 0), "nothing shown"), ((0, 0, 0), "not checked"), ((5, 5, 1), "refuted")],
)
def test_an_oracle_that_determined_nothing_has_shown_nothing(counts, verdict):
    """Undetermined judgements are never a success."""
    assert Oracle("one", "why", *counts).verdict == verdict


def test_every_oracle_is_a_property_s():
    """Those that compare with one are listed in their order, and those of the evidence at last."""
    more = Oracle("one more", "why", 1, 0, 0)
    names = [oracle.name for oracle in oracles(a_report(HOLDS, evidence=Evidence(oracles=(more,))))]
    assert names == [*(each.reference.name for each in PROPERTIES if each.reference), "one more"]
