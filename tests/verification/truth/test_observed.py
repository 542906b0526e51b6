"""A step that is watched: arguments are seen, added to, and near a kink or not."""

import numpy as np

from verification.models import lstm, vanilla
from verification.models.case import random_case
from verification.models.functions import FUNCTIONS, Namespace
from verification.truth.observed import Call, Observed, kinked, shapes_of_calls


def test_the_shapes_of_every_call_are_known_beforehand():
    """Five functions in an LSTM's step, of the records that are asked for."""
    case = random_case(lstm, np.random.default_rng(0), {"H": 3, "D": 2}, 4)
    assert shapes_of_calls(case, slice(None)) == [(4, 3)] * 5
    assert shapes_of_calls(case, np.array([0, 0, 1, 2, 3, 3])) == [(6, 3)] * 5


def test_an_argument_is_added_to_and_seen():
    """ProblemAdapter, or copy by copy."""
    call = Call((2,), added=np.ones((1, 2)))
    f = Namespace({"activation": FUNCTIONS["identity"]}, Observed([call]))
    np.testing.assert_array_equal(f.activation(np.zeros((1, 2))), np.ones((1, 2)))
    np.testing.assert_array_equal(call.argument(), np.ones((1, 2)))


def test_a_function_near_its_kink_is_found():
    """As near as the copies spread, times the safety factor; vanilla's relu has one, at 0."""
    call = Call((1,), function=FUNCTIONS["relu"])
    for argument, found in (([[1.0], [1.01]], False), ([[0.1], [0.11]], True)):
        call.seen[()] = np.array(argument)
        assert kinked([call]) is found
    assert not kinked([])
    assert "relu" in vanilla.functions["activation"]
