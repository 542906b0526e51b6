"""A step that is watched: arguments are seen, added to, and near a kink or not."""

import numpy as np
import pytest

from verification.models.functions import FUNCTIONS, Namespace
from verification.truth.observed import FunctionCall, Observed
from verification.truth.reverse import make_vjp


def test_a_coarse_function_is_rounded_as_1_is():
    """Its value and its slope, where both are next to nothing; another's by their own size."""
    noise = np.array([[0.0], [1e-8]])
    for coarse, off in ((frozenset({"sigmoid"}), 1e-8), (frozenset({"tanh"}), 0.0)):

        def gate(leaves, coarse=coarse):
            call = FunctionCall((1,), None, noise, noise, 1e-300)
            f = Namespace({"gate": FUNCTIONS["sigmoid"]}, Observed([call], coarse))
            return (f.gate(leaves["a"]),)

        back, (y,) = make_vjp(gate, {"a": np.full((2, 1), -80.0)})
        slope = back((np.ones((2, 1)),))["a"]
        assert y[1] - y[0] == pytest.approx(off, rel=1e-6, abs=1e-40)
        assert slope[1] - slope[0] == pytest.approx(off, rel=1e-6, abs=1e-40)
