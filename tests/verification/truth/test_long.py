"""Long double is judged by what double precision tells."""

from dataclasses import replace

import numpy as np
import pytest

from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.models import vanilla
from verification.models.case import random_case
from verification.models.tolerance import HAS_WIDER, unit
from verification.properties.findings import findings, truth_of
from verification.truth.long import as_double, is_long, of_long

pytestmark = pytest.mark.skipif(not HAS_WIDER, reason="long double is double precision here")

DOUBLE = random_case(vanilla, np.random.default_rng(0), {"H": 3, "D": 2, "K": 2}, losses="every")
LONG = DOUBLE.astype(np.longdouble)


def test_the_numbers_are_those_of_double_precision():
    """There and back."""
    assert (is_long(DOUBLE), is_long(LONG)) == (False, True)
    for name, array in as_double(LONG).blocks.items():
        np.testing.assert_array_equal(array, DOUBLE.blocks[name])
    assert as_double(DOUBLE) is DOUBLE


def test_the_bound_is_in_proportion_to_the_units():
    """Twice: once for the engine, and once for the truth."""
    told = truth_of(DOUBLE).blocks
    share = 2 * unit(np.dtype(np.longdouble)) / unit(np.dtype(float))
    for name, each in of_long(LONG, told).items():
        assert each.bound == pytest.approx(share * told[name].bound, rel=1e-6)
    assert of_long(DOUBLE, told) is told


def test_an_engine_that_works_in_double_precision_is_refuted():
    """By a rounding that its type would not make; the right one is not."""

    def narrow(problem):
        answer = manual(problem)
        return replace(answer, W=answer.W.astype(np.float64).astype(problem.dtype))

    found = [each.part for each in findings(as_rnn(narrow), truth_of(LONG), ("autograd",)) if each.wrong]
    assert found == ["W"]
    assert not any(each.wrong for each in findings(as_rnn(manual), truth_of(LONG)))
