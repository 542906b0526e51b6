"""Subjects: cases by their places, and what is said of one, through each adapter."""

import numpy as np
import pytest

from tests.campaigns import SCAN, SQUARE, WRONG_SQUARE, subject_in
from tests.layers import scan
from tests.quick import first_quick
from verification import Scope, layer, models
from verification.cli.campaign.blocks import CaseId
from verification.judge import subject_of
from verification.judging.model_subject import of_model
from verification.judging.plan import EARLY, OPENING
from verification.judging.profile import QUICK
from verification.judging.shrinking import Shrunk
from verification.judging.tally import Tally
from verification.properties.property import Finding
from verification.sampling.products import OF


def numbers(case):
    """All numbers of a case of a model, or of a call."""
    arrays = case.truth.case.blocks.values() if hasattr(case, "truth") else case.arguments
    return [np.asarray(array).tolist() for array in arrays]


@pytest.mark.parametrize("text", [SCAN, SQUARE], ids=["scan", "square"])
def test_a_place_is_one_case(tmp_path, text):
    """The same whenever it is drawn, whatever Hypothesis has drawn before; another one elsewhere."""
    subject, _, _ = subject_in(tmp_path, text)
    cases = {number: numbers(subject.at(CaseId(0, 3, number))) for number in range(8)}
    for number in reversed(cases):
        assert numbers(subject.at(CaseId(0, 3, number))) == cases[number]
    assert len({repr(case) for case in cases.values()}) > 6
    assert numbers(subject.at(CaseId(1, 3, 0))) != cases[0]


def test_an_exact_engine_meets_fractions():
    """At every tenth place, and at no other; who is not exact meets none."""
    for exact in (True, False):
        engine = layer(scan.forward, scan.backward, model=models.scan, scope=Scope(exact=exact))
        cases = [subject_of(engine).at(CaseId(0, 0, number)).truth.case for number in range(20)]
        of_fractions = [number for number, case in enumerate(cases) if case.dtype.kind == "O"]
        assert of_fractions == ([0, 10] if exact else [])


def test_a_wrong_case_is_reported_with_a_program(tmp_path):
    """The case that is handed in is judged, and its own program is there to be kept."""
    subject, _, _ = subject_in(tmp_path, WRONG_SQUARE)
    places = (CaseId(0, 0, number) for number in range(200))
    place = next(place for place in places if subject.tally(subject.at(place)).is_refuted)
    case = subject.at(place)
    packed, finding = subject.tally(case).refuted
    assert subject.size(packed) == subject.size(subject.pack(case))
    assert isinstance(finding, Finding)
    program = subject.example(Shrunk(packed, finding)).code
    assert "backward = " in program
    assert program.endswith(f"check(engine, {finding.property!r}, case)\n")


def test_a_scope_says_how_large_sizes_were_together():
    """Only of rows that were evidence: a run that has ended early may have met few of them, or none."""
    subject = subject_of(layer(scan.forward, scan.backward, model=models.scan))
    words = subject.scope(Tally())
    assert words.endswith("; 1 to 129 records, 1 to 512 steps")
    assert subject.scope(Tally(rows_covered=frozenset({("of floats", 1)}))) == words
    met = Tally(rows_covered=frozenset({(OF, 0)}))
    assert subject.scope(met) == f"{words}; together N to 32, T to 32, H to 32, N·T·H to 3.3e4"


@first_quick("model", [models.lstm, models.vanilla, models.scan], ids=lambda model: model.name)
def test_single_levels_are_met_by_the_early_rows(model):
    """And most of the pairs: an answer after a second or two says something of every level."""
    floats, *_ = of_model(layer(scan.forward, scan.backward, model=model), None, None).samples(QUICK)
    floats.meet([(floats.design.of, number) for number in range(OPENING + EARLY)])
    singles, pairs, _ = floats.shares()
    assert singles.whole
    assert pairs.met > 0.6 * pairs.of
