"""What is drawn lies within the claim, and most of it says something."""

from collections import Counter

import numpy as np
import pytest

from tests.cases import claimed
from verification.models import complex_scan, lstm
from verification.properties.findings import truth_of
from verification.sampling.admitting import admits
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import cases
from verification.sampling.scope import Scope

SCOPES = {
    "any": Scope(),
    "narrow": Scope(states="zero", records=(2, 2), steps=(3, 4), dtypes=("float32",)),
    "large": Scope(records=(9, 70), steps=(40, 41)),
}


@pytest.mark.parametrize("name", SCOPES)
def test_a_case_lies_within_the_claim(name):
    """Of few numbers, where the claim has such sizes; of one number type, where that is requested."""
    claim = claimed(lstm, SCOPES[name])
    for case in all_drawn(cases(lstm, claim), "0", 30):
        assert admits(claim, case)
        assert max(case.sizes["H"], case.sizes["D"]) <= 6
    assert {case.dtype.name for case in all_drawn(cases(lstm, claim, "float32"), "0", 9)} == {"float32"}
    of_complex = claimed(complex_scan)
    assert all(case.dtype.kind == "c" for case in all_drawn(cases(complex_scan, of_complex), "0", 9))


@pytest.mark.slow
def test_some_cases_have_conditions_and_most_of_them_are_informative():
    """Zeros, patterns, what overflows, and cotangents that are not there; none of what is declined."""
    claim, seen, informative = claimed(lstm), Counter(), 0
    for case in all_drawn(cases(lstm, claim), "conditions", 240):
        informative += truth_of(case).informative(claim.blocks)
        xs, outputs = case.blocks["xs"], case.objective.outputs
        seen["plain"] += bool(all(array.all() for array in case.blocks.values()))
        seen["zero U"] += not case.blocks["U"].any()
        seen["a step"] += bool(xs.any() and not xs.any(axis=-1).all())
        seen["one-hot"] += bool(np.isin(xs, (0, 1)).all() and (xs.sum(axis=-1) == 1).all())
        seen["overflows"] += bool(np.abs(case.blocks["b"]).max() > 88)
        seen["a record without"] += bool(case.records > 1 and not outputs.any(axis=(1, 2)).all())
    assert informative > 150
    assert min(seen.values()) > 3, seen
    narrow = claimed(lstm, Scope(declines=("zero steps", "patterns")))
    for case in all_drawn(cases(lstm, narrow), "declined", 100):
        assert case.blocks["xs"].any(axis=-1).all()
