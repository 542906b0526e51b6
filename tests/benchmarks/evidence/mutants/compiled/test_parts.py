"""Wrong lines of tiles and passes: each is another text, caught by what every cell's cases."""

from benchmarks.evidence.mutants.compiled.cases import SHARED, cases_of


def test_the_shared_cases_take_every_path_of_a_product():
    """One row, few, and more than go by tiles; several panels, and what is left of the last."""
    cases = [asked.truth.case for asked in cases_of(SHARED)]
    assert {1, 3, 130} <= {case.records for case in cases}
    assert {9, 11, 12} <= {case.records for case in cases}
    # Of records that end early so many are left, step by step: whole tiles, and tiles of each smaller size.
    (ended,) = (case.lengths for case in cases if case.records == 9 and case.lengths is not None)
    assert {sum(length > t for length in ended) for t in range(4)} == {9, 6, 3, 1}
    assert max(case.blocks["W"].shape[1] for case in cases) > 32
