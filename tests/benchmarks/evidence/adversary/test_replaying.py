"""Calls made again with a wrong gradient refute the layer where a property looks at them."""

import numpy as np
import pytest

from benchmarks.evidence.adversary.replaying import refutations
from tests.benchmarks.evidence.adversary.small import recording, subject


@pytest.mark.slow
def test_a_wrong_call_refutes_where_it_is_compared():
    """The first of a case; not one that no case has, and not the first of a case that says nothing."""
    block, number, seen = next(
        (block, number, seen)
        for block, cases in enumerate(recording().cases)
        for number, seen in enumerate(cases)
        if seen.informative and not seen.large and len(seen.met) > 10
    )
    first, none = (block, number, frozenset({0})), (block, number, frozenset({10**6}))
    every = (block, number, frozenset(range(1, len(seen.met))))
    found = refutations(subject(), recording(), [first, none, every])
    assert found == {first: True, none: False, every: True}
    assert np.isfinite(len(seen.met))
