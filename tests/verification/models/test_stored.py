"""Types in which numbers are kept."""

import sys

import numpy as np
import pytest

from tests.cases import claimed
from verification import Scope, models
from verification.models.stored import STORED, dtype_of, limits


@pytest.mark.parametrize("name", [*STORED, "float32", "complex64", "longdouble"])
def test_limits_are_those_of_the_type(name):
    """One and eps is the next number after one, and the largest number is one."""
    dtype = dtype_of(name)
    known = limits(dtype)
    one = np.ones(1, known.dtype)
    eps = known.dtype.type(known.eps)
    assert (one + eps > one).all()
    # To half of it is rounded to the even one of its neighbours.
    assert ((one + eps / known.dtype.type(2)) == one).all()
    largest = np.full(1, known.max, known.dtype)
    assert np.isfinite(largest).all()
    with np.errstate(over="ignore"):
        assert np.isinf(largest + largest * eps).all()


def test_bfloat16_has_the_range_of_float32():
    """In eight binary digits."""
    wide, kept = limits(np.dtype(np.float32)), limits(dtype_of("bfloat16"))
    assert (kept.maxexp, float(kept.tiny)) == (wide.maxexp, float(wide.tiny))
    assert float(kept.eps) == 2.0**-7


def test_a_library_that_is_missing_is_named(monkeypatch):
    """In one line, where a scope is read."""
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    with pytest.raises(ImportError, match=r"^bfloat16 is a type of ml_dtypes, .*: pip install ml_dtypes$"):
        claimed(models.scan, Scope(dtypes=("bfloat16",)))
    assert claimed(models.scan, Scope(dtypes=("float16",))).dtypes == ("float16",)
