"""Many calls in a row are as right as the first; what a run asks is in test_once.py."""

import numpy as np

from tests.layers import lstm
from tests.verification.properties.refuting import CASE
from verification import Scope, layer, models
from verification.properties.in_a_row import in_other_types


def test_other_types_are_those_that_are_claimed():
    """Of one that claims a single type there is none."""
    for dtypes, others in ((("float32", "float64"), [np.float32]), (("float64",), [])):
        engine = layer(lstm.forward, lstm.backward, model=models.lstm, scope=Scope(dtypes=dtypes))
        assert [case.dtype for case in in_other_types(CASE, engine.claim)] == others
