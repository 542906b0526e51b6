"""A watched layer is the layer, but for the calls of which a fault says that they are wrong."""

import numpy as np
import pytest

from benchmarks.evidence.adversary.recording import right
from benchmarks.evidence.adversary.watching import WRONG, watched
from verification.models.case import random_case
from verification.properties.findings import findings, truth_of


def case():
    """A small one, always the same."""
    layer = right()
    return random_case(layer.model, np.random.default_rng(0), {"H": 2, "D": 2}, 2, 3)


def test_every_gradient_is_wrong_by_the_factor_where_the_fault_says_so():
    """And none elsewhere; the forward is right."""
    layer, some = right(), case()
    (forward, blocks), (outputs, wrong) = layer.answer(some), watched(layer, lambda call: True).answer(some)
    for name, (array,) in blocks.items():
        np.testing.assert_allclose(wrong[name][0], WRONG * array)
    np.testing.assert_array_equal(outputs["outputs"], forward["outputs"])
    _, same = watched(layer, lambda call: False).answer(some)
    for name, (array,) in blocks.items():
        np.testing.assert_array_equal(same[name][0], array)


def test_a_fault_sees_what_was_called_before():
    """Forwards before, those since, and backwards of one forward."""
    seen = []
    engine, some = watched(right(), lambda call: seen.append(call.history)), case()
    (_, first), (_, second) = engine.begin(some), engine.begin(some)
    first(some.objective), second(some.objective), first(some.objective)
    assert [(each.forwards, each.since, each.again) for each in seen] == [(0, 1, 0), (1, 0, 0), (0, 1, 1)]
    assert seen[0].before is None
    assert seen[1].before.sizes.T == 3


@pytest.mark.parametrize("name", ["second backward", "interleaved calls"])
def test_a_fault_of_conduct_is_refuted_by_the_property(name):
    """Where the call is a second backward, or comes after another forward."""
    engine = watched(right(), lambda call: call.history.again > 0 or call.history.since > 0)
    truth = truth_of(case())
    assert any(each.wrong for each in findings(engine, truth, (name,)))
    assert not any(each.wrong for each in findings(engine, truth, ("autograd", "lags")))
