"""What is drawn lies within the claim, and reaches its ends."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from tests.layers import lstm as made
from verification import layer
from verification.adapters.layer import CAPABILITIES
from verification.models import complex_scan, lstm
from verification.properties.findings import truth_of
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import cases
from verification.sampling.resolving import resolved
from verification.sampling.scope import Scope

SCOPES = (
    Scope(),
    Scope(states="zero", records=(2, 2), steps=(3, 4), dtypes=("float32",)),
    Scope(records=(9, 70), steps=(40, 41)),
)


@given(st.data(), st.sampled_from(SCOPES))
@settings(max_examples=60)
def test_a_case_lies_within_the_claim(data, scope):
    """Sizes, type and state."""
    claim = resolved(scope, lstm, CAPABILITIES)
    case = data.draw(cases(lstm, claim))
    assert claim.records[0] <= case.records <= claim.records[1]
    assert claim.steps[0] <= case.steps <= claim.steps[1]
    assert case.dtype.name in claim.dtypes
    assert all(array.dtype == case.dtype for array in case.blocks.values())
    if not claim.free:
        assert not any(array.any() for array in case.state)


def test_the_smallest_case_is_one_of_everything_in_quarters():
    """So that an example can be read."""
    case = find(cases(lstm, resolved(None, lstm, CAPABILITIES)), lambda case: True)
    assert case.sizes == {"N": 1, "T": 1, "D": 1, "H": 1}
    assert all((4 * array == np.round(4 * array)).all() for array in case.blocks.values())
    assert case.blocks["W"].all()


def test_sizes_are_up_to_six_and_numbers_in_quarters_up_to_two_or_of_six_sizes():
    """Among two hundred cases each is met."""
    sizes, quarters, largest = set(), set(), []
    for case in all_drawn(cases(lstm, resolved(None, lstm, CAPABILITIES)), "sizes", 200):
        sizes |= {*case.sizes.values()}
        for array in (case.blocks[name] for name in ("U", "xs", "h0")):
            if (4 * array == np.round(4 * array)).all():
                quarters |= {*np.abs(array).ravel().tolist()}
            else:
                largest.append(np.abs(array).max())
    assert sizes == {1, 2, 3, 4, 5, 6}
    assert {n / 4 for n in range(1, 9)} < quarters
    assert 2.25 not in quarters
    for scale in (0.01, 0.1, 0.5, 1.0, 3.0, 10.0):
        assert sum(0.8 * scale < each <= 1.0001 * scale for each in largest) > 4


def test_complex_quarters():
    """In both parts."""
    case = find(cases(complex_scan, resolved(None, complex_scan, CAPABILITIES)), lambda case: True)
    a = case.blocks["a"]
    assert a.dtype == np.complex128
    assert (4 * a.real == np.round(4 * a.real)).all()
    assert (4 * a.imag == np.round(4 * a.imag)).all()


@pytest.mark.slow
def test_some_cases_have_conditions_and_most_of_them_are_informative():
    """Zeros, patterns, what overflows, and cotangents that are not there; none of what is declined."""
    engine = layer(made.forward, made.backward, model=lstm)
    seen, informative = Counter(), 0

    def look(case):
        nonlocal informative
        informative += truth_of(case).informative(engine.claim.blocks)
        xs, outputs = case.blocks["xs"], case.objective.outputs
        seen["plain"] += bool(all(array.all() for array in case.blocks.values()))
        seen["zero U"] += not case.blocks["U"].any()
        seen["a step"] += bool(xs.any() and not xs.any(axis=-1).all())
        seen["one-hot"] += bool(np.isin(xs, (0, 1)).all() and (xs.sum(axis=-1) == 1).all())
        seen["overflows"] += bool(np.abs(case.blocks["b"]).max() > 88)
        seen["a record without"] += bool(case.records > 1 and not outputs.any(axis=(1, 2)).all())

    for case in all_drawn(cases(lstm, engine.claim), "conditions", 240):
        look(case)
    assert informative > 150
    assert seen["plain"] > 60
    # Each is one of some thirty, so that a few may not be met.
    assert sum(map(bool, seen.values())) >= 4, seen
    narrow = resolved(Scope(declines=("zero steps", "patterns")), lstm, CAPABILITIES)
    for case in all_drawn(cases(lstm, narrow), "declined", 100):
        assert case.blocks["xs"].any(axis=-1).all()
