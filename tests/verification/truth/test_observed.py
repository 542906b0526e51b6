"""A step that is watched: arguments are seen, added to, and near a kink or not."""

import numpy as np
import pytest

from verification.models import lstm, vanilla
from verification.models.case import random_case
from verification.models.functions import FUNCTIONS, Namespace
from verification.truth.observed import Call, Observed, kinked, shapes_of_calls
from verification.truth.reverse import make_vjp


def test_the_shapes_of_every_call_are_known_beforehand():
    """Five functions in an LSTM's step, of the records that are asked for."""
    case = random_case(lstm, np.random.default_rng(0), {"H": 3, "D": 2}, 4)
    assert shapes_of_calls(case, slice(None)) == [(4, 3)] * 5
    assert shapes_of_calls(case, np.array([0, 0, 1, 2, 3, 3])) == [(6, 3)] * 5


def test_an_argument_is_added_to_and_seen():
    """ProblemAdapter, or copy by copy."""
    call = Call((2,), added=np.ones((1, 2)))
    f = Namespace({"activation": FUNCTIONS["identity"]}, Observed([call], frozenset()))
    np.testing.assert_array_equal(f.activation(np.zeros((1, 2))), np.ones((1, 2)))
    np.testing.assert_array_equal(call.argument(), np.ones((1, 2)))


def test_a_coarse_function_is_rounded_as_1_is():
    """Its value and its slope, where both are next to nothing; another's by their own size."""
    noise = np.array([[0.0], [1e-8]])
    for coarse, off in ((frozenset({"sigmoid"}), 1e-8), (frozenset({"tanh"}), 0.0)):

        def gate(leaves, coarse=coarse):
            call = Call((1,), None, noise, noise, 1e-300)
            f = Namespace({"gate": FUNCTIONS["sigmoid"]}, Observed([call], coarse))
            return (f.gate(leaves["a"]),)

        back, (y,) = make_vjp(gate, {"a": np.full((2, 1), -80.0)})
        slope = back((np.ones((2, 1)),))["a"]
        assert y[1] - y[0] == pytest.approx(off, rel=1e-6, abs=1e-40)
        assert slope[1] - slope[0] == pytest.approx(off, rel=1e-6, abs=1e-40)


def test_a_function_near_its_kink_is_found():
    """As near as the copies spread, times the safety factor; vanilla's relu has one, at 0."""
    call = Call((1,), function=FUNCTIONS["relu"])
    for argument, found in (([[1.0], [1.01]], False), ([[0.1], [0.11]], True)):
        call.seen[()] = np.array(argument)
        assert kinked([call]) is found
    assert not kinked([])
    assert "relu" in vanilla.functions["activation"]
