"""Cases at random: within the claim, of all its levels, and each from its generator alone."""

import numpy as np
import pytest

from tests.layers import lstm, scan
from verification import Scope, layer, models, scoped
from verification.models.case import name_of
from verification.properties.findings import truth_of
from verification.sampling.at_random import AtRandom
from verification.sampling.claim import FEW, FEW_STEPS
from verification.sampling.conditions import conditions
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import drawn_of
from verification.sampling.sample import in_floats

LSTM = layer(lstm.forward, lstm.backward, model=models.lstm)
SCAN = layer(scan.forward, scan.backward, model=models.scan)


def at_random(engine):
    return AtRandom(in_floats(engine.model, engine.claim))


def drawn(engine, count):
    made = at_random(engine)
    return [made.case(np.random.default_rng((0, number))) for number in range(count)]


def test_a_generator_draws_one_case():
    """Whatever was drawn before."""
    made, again = at_random(LSTM), at_random(LSTM)
    one = [made.case(np.random.default_rng(number)) for number in range(5)][3]
    other = again.case(np.random.default_rng(3))
    assert one.sizes == other.sizes
    assert one.layouts == other.layouts
    for name, array in one.blocks.items():
        assert np.array_equal(array, other.blocks[name])


def test_most_cases_are_small_and_some_of_any_size():
    """On small ones every property is checked; sizes between the classes' numbers are met as well."""
    cases = drawn(SCAN, 300)
    assert 0.03 < sum(max(case.sizes.values()) > 9 for case in cases) / 300 < 0.15
    sizes = {case.sizes["H"] for case in cases}
    assert {1, 2, 3, 4, 5, 6, 7, 8, 9} < sizes
    assert max(sizes) > 17


def test_what_is_drawn_has_every_size_up_to_six():
    """Of few numbers, for a run has many of them."""
    some = all_drawn(drawn_of(in_floats(SCAN.model, SCAN.claim)), "sizes", 60)
    assert {size for case in some for size in case.sizes.values()} == {1, 2, 3, 4, 5, 6}


def test_half_of_the_cases_may_have_conditions():
    """Nine in ten of those have one."""
    made, known = at_random(LSTM), conditions(LSTM.model, LSTM.claim)
    rows = [made.row(np.random.default_rng(number), {}) for number in range(100)]
    some = sum(any(row.levels[name] in levels for name, levels in known.items()) for row in rows)
    assert 30 < some < 70


SCOPES = {
    "long": Scope(steps=(20, 60), records=(12, 12)),
    "short": Scope(steps=(2, 3), records=(1, 1), states="zero", dtypes=("float32",)),
    "compiled": Scope(compiled=True),
    "ragged": Scope(lengths=True, steps=(2, 9)),
}


@pytest.mark.parametrize("name", SCOPES)
def test_every_case_is_within_the_claim(name):
    """Also where the claim leaves no small size, or few shapes."""
    net = layer(lstm.forward, lstm.backward, model=models.lstm, scope=SCOPES[name])
    claim = net.claim
    cases = drawn(net, 60)
    for case in cases:
        assert claim.records[0] <= case.records <= claim.records[1]
        assert claim.steps[0] <= case.steps <= claim.steps[1]
        assert name_of(case.dtype) in claim.dtypes
        assert claim.free or not any(state.any() for state in case.state)
        assert case.lengths is None or all(claim.steps[0] <= n <= case.steps for n in case.lengths)
    sizes = {size for case in cases for size in case.sizes.values()}
    assert not claim.compiled or sizes <= {*FEW, *FEW_STEPS}


def test_every_level_is_met_by_a_live_case():
    """Of an engine that claims all: each truncation, function, type, layout and loss."""
    everything = scoped(lambda problem: None)
    cases = drawn(everything, 400)
    assert {case.truncation.kind for case in cases} == {"Full", "Window", "Chunked", "Tail"}
    assert {case.functions["activation"] for case in cases} == set(everything.claim.functions["activation"])
    assert {name_of(case.dtype) for case in cases} == set(everything.claim.dtypes)
    assert {len(case.losses) == case.steps for case in cases if case.steps > 1} == {True, False}
    assert len({layout for case in cases for layout in case.layouts.values()}) > 3
    assert {case.workspace for case in cases} == {True, False}
    small = [case for case in cases if max(case.sizes.values()) <= 9][:40]
    informative = sum(truth_of(case).informative(everything.claim.blocks) for case in small)
    assert informative > 0.8 * len(small)
