"""The cases of compiled loops are few, and each determines its gradients."""

import pytest

from benchmarks.evidence.mutants.compiled.cases import SHARED, cases_of, computed
from verification.adapters.rnn.cells import CELLS


@pytest.mark.parametrize("name", CELLS)
def test_every_case_says_something(name):
    """Each is informative, and its model is the cell's."""
    for each in computed(name):
        assert each.truth.informative(each.engine.claim.blocks)
        assert each.truth.case.model is CELLS[name][1]


@pytest.mark.parametrize("name", CELLS)
def test_every_kind_of_route_is_there(name):
    """Full, batches of sweeps, borders between segments, and records that end early."""
    cases = [each.truth.case for each in cases_of(name)]
    assert {type(case.truncation).__name__ and str(case.truncation) for case in cases} >= {
        "Window(2)",
        "Chunked(3, 3)",
    }
    assert any(case.checkpoints for case in cases)
    assert any(case.lengths for case in cases)
    assert max(case.records for case in cases) == (9 if name == "lstm" else 130)


def test_the_shared_cases_take_every_path_of_a_product():
    """One row, few, and more than go by tiles; several panels, and what is left of the last."""
    cases = [each.truth.case for each in cases_of(SHARED)]
    assert {1, 3, 130} <= {case.records for case in cases}
    assert {9, 11, 12} <= {case.records for case in cases}
    # Of records that end early so many are left, step by step: whole tiles, and tiles of each smaller size.
    (ended,) = (case.lengths for case in cases if case.records == 9 and case.lengths is not None)
    assert {sum(length > t for length in ended) for t in range(4)} == {9, 6, 3, 1}
    assert max(case.blocks["W"].shape[1] for case in cases) > 32
