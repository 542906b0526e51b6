"""A case as a program has it is the case, to the bit."""

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from verification import models
from verification.models.case import random_case, stored
from verification.models.code import code_of, of_case
from verification.models.stored import dtype_of
from verification.models.truncation import Standard, Tabled

RNG = np.random.default_rng(0)
SIZES = {"H": 2, "D": 3, "K": 1}
LAYER = random_case(models.lstm, RNG, SIZES, 3, 4)
PROBLEM = random_case(models.vanilla, RNG, SIZES, 2, 3, losses="last")
THIRDS = np.vectorize(lambda number: Fraction(round(9 * number), 3), otypes=[object])


class OwnTruncation:
    """A truncation of one's own, of which no text makes another."""

    def first(self, t, steps):
        """One step back."""
        return max(0, t - 1)


CASES = {
    "layer": LAYER,
    "float32": LAYER.astype(np.float32),
    "complex": random_case(models.complex_scan, RNG, {"H": 2}, dtype=np.complex64),
    "long double": PROBLEM.astype(np.longdouble),
    "bfloat16": stored(LAYER.astype(np.float32), dtype_of("bfloat16")),
    "fractions": replace(
        PROBLEM,
        blocks={name: THIRDS(array) for name, array in PROBLEM.blocks.items()},
        objective=PROBLEM.objective.replaced(THIRDS),
    ),
    "ragged": replace(LAYER, lengths=(4, 1, 2), layouts={"xs": "backwards", "d_outputs": "Fortran order"}),
    "run otherwise": replace(PROBLEM, truncation=Standard("Chunked", (2, 1)), checkpoints=2, workspace=True),
    "by a table": replace(PROBLEM, truncation=Tabled((0, 2, 1)), functions={"activation": "relu"}),
    "by a truncation of one's own": replace(PROBLEM, truncation=OwnTruncation()),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_case_is_made_again(case):
    made = {"engine": SimpleNamespace(model=case.model)}
    exec(str(of_case(case)), made)
    other = made["case"]
    assert other.model is case.model
    arrays = {**other.blocks, **other.objective.arrays()}
    for name, array in {**case.blocks, **case.objective.arrays()}.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype
    for name in ("functions", "reach", "checkpoints", "workspace", "layouts", "lengths", "losses"):
        assert getattr(other, name) == getattr(case, name)


def test_long_doubles_keep_what_double_precision_has_not():
    third = np.array([np.longdouble(1) / 3])
    np.testing.assert_array_equal(eval(code_of(third), {"np": np}), third)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_a_narrow_number_is_said_by_the_fewest_digits(dtype):
    """Whatever its bits are, they come back."""
    assert code_of(np.array([0.57, -1e-3], dtype)) == f"np.array([0.57, -0.001], dtype=np.{dtype.__name__})"
    some = np.frombuffer(RNG.bytes(4000), dtype)
    given = {"np": np, "nan": np.nan, "inf": np.inf}
    np.testing.assert_array_equal(eval(code_of(some), given), some)
