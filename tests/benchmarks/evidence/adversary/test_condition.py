"""What can hold of one call together, by rules that know of no sample."""

import pytest

from benchmarks.evidence.adversary.condition import MOST, SOME, pairs_together, together
from tests.benchmarks.evidence.adversary.calls import BY_NAME


@pytest.mark.parametrize(
    "names",
    [
        ("T == 1", "T > 20"),
        ("T == 10", "T % 10 == 3"),
        ("T == 1", "xs has a step of zeros"),
        ("N == H", "N == 2", "H > 64"),
        ("xs is one-hot", "xs is zero"),
        ("float32", "float64"),
        ("the outputs have no cotangent", "the final state has no cotangent"),
        ("h0 and c0 share memory", "h0 is zero, c0 is not"),
        ("xs takes no step in memory along an axis", "xs is in Fortran order"),
    ],
    ids="; ".join,
)
def test_what_contradicts_itself_is_not_together(names):
    """Sizes that no call has, and two conditions on one thing."""
    assert not together([BY_NAME[name] for name in names])


@pytest.mark.parametrize(
    "names",
    [
        ("T % 10 == 3", "N H > 2,000", "D from 34 to 62"),
        ("N == H", "T < N", "H odd, H > 1"),
        ("xs is one-hot", "W is zero", "b is all alike"),
        ("xs is one-hot", "xs is in Fortran order", "T from 130 to 511"),
        ("h0 is zero", "c0 is nowhere negative", "the outputs have no cotangent"),
        ("a second backward of one forward", "float32", "d_outputs is beyond 1e4"),
    ],
    ids="; ".join,
)
def test_what_one_call_can_have_is_together(names):
    """However seldom it is."""
    assert together([BY_NAME[name] for name in names])


def test_pairs_are_what_two_can_have_together():
    """As each pair is tried by itself, of every class and of one condition with itself."""
    some = [*BY_NAME.values()][::17]
    found = pairs_together(some)
    assert found.tolist() == [[a is not b and together((a, b)) for b in some] for a in some]
    assert 0.5 < found.mean() < 1


def test_sizes_are_those_that_a_layer_claims():
    """From 1 to the most of each, some of them equal."""
    for name in ("N", "T", "D", "H"):
        sizes = getattr(SOME, name)
        assert sizes.min() == 1
        assert 0.9 * getattr(MOST, name) < sizes.max() <= getattr(MOST, name)
    assert ((SOME.N == SOME.D) & (SOME.D == SOME.H) & (SOME.H > 20)).any()
