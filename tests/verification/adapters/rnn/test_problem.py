"""Problems and gradients as the suite holds them, and the program that makes a problem again."""

from dataclasses import fields, replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from rnn.common.arrays import FRACTIONS
from tests.cases import a_problem
from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.problem import PARAMETERS, Problem
from verification.adapters.rnn.scoping import as_rnn
from verification.adapters.rnn.vanilla_form import VanillaForm
from verification.models import vanilla
from verification.sampling.draws import cases
from verification.sampling.fractions import exact_cases

# Long doubles have bytes that mean nothing.
CLAIM = replace(as_rnn(manual).claim, dtypes=("float32", "float64"))


def made_by(code):
    """The problem that a program makes."""
    namespace = {}
    exec(code, namespace)
    return namespace["problem"]


def assert_same(got, want):
    """Two problems are the same to the bit, the sign of a zero included."""
    assert (got.cell, got.activation, got.truncation) == (want.cell, want.activation, want.truncation)
    assert list(got.arrays()) == list(want.arrays())
    for name, array in want.arrays().items():
        made = got.arrays()[name]
        assert (made.dtype, made.shape) == (array.dtype, array.shape)
        if array.dtype == FRACTIONS:
            assert made.tolist() == array.tolist()
            assert all(isinstance(entry, Fraction) for entry in made.flat)
        else:
            assert made.tobytes() == array.tobytes()


@settings(suppress_health_check=list(HealthCheck), max_examples=60)
@given(cases(vanilla, CLAIM).map(VanillaForm().problem))
def test_code_makes_the_problem_again(problem):
    """In float32 and float64 the program gives back every bit."""
    assert_same(made_by(problem.code()), problem)


@pytest.mark.parametrize("asked", [{"checkpoints": 3}, {"workspace": True}, {}], ids=str)
def test_code_asks_for_the_same(asked):
    """For checkpoints and for a workspace where the problem does."""
    made = made_by(replace(a_problem(), **asked).code())
    assert {"checkpoints": made.checkpoints, "workspace": made.workspace} == {
        **{"checkpoints": None, "workspace": False},
        **asked,
    }


@settings(suppress_health_check=list(HealthCheck), max_examples=20)
@given(exact_cases(vanilla, CLAIM).map(VanillaForm().problem))
def test_code_makes_a_problem_of_fractions_again(problem):
    """Fractions come back as Fractions."""
    assert_same(made_by(problem.code()), problem)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_code_is_exact_where_decimals_are_awkward(dtype):
    """Thirds, the least and the largest number and a negative zero survive being written down."""
    info = np.finfo(dtype)
    row = np.array([1, -0.0, info.tiny, info.smallest_subnormal, info.max], dtype)
    row[0] /= 3
    problem = a_problem(dtype=dtype).replaced(b=row)
    assert_same(made_by(problem.code()), problem)


def test_what_is_too_large_to_be_printed_is_made_by_its_source():
    """The program is the expression alone, and a problem with other arrays has no such source."""
    problem = replace(a_problem(), source="verification.adapters.rnn.larger.LARGER['512 steps']()")
    assert problem.code() == (
        "import verification.adapters.rnn.larger\n\n"
        "problem = verification.adapters.rnn.larger.LARGER['512 steps']()\n"
    )
    assert problem.replaced(h0=-problem.h0).source == ""


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"activation": "softmax"}, ValueError, "activation: 'softmax', needed one of "),
        ({"activation": []}, ValueError, "activation: [], needed one of "),
        ({"cell": "gru"}, ValueError, "cell: 'gru', needed vanilla"),
        ({"truncation": 5}, TypeError, "truncation: 5, needed a truncation of rnn, such as Full()"),
        ({"params": None}, ValueError, "params: None, needed arrays by the names U, W, b, V, c"),
        ({"params": {}}, ValueError, "params: names , needed arrays by the names U, W, b, V, c"),
        ({"xs": [[[1.0]]]}, TypeError, "xs: type list, needed numpy.ndarray"),
        ({"xs": np.ones((2, 4))}, ValueError, "xs: shape (2, 4), needed (N, T, D)"),
        ({"xs": np.ones((2, 0, 3))}, ValueError, "xs: shape (2, 0, 3), needed (N, T, D), each at least 1"),
        (
            {"xs": np.ones((2, 4, 3), int)},
            TypeError,
            "xs: dtype int64, needed float32, float64, longdouble or",
        ),
        (
            {"xs": np.ones((2, 4, 3), np.float32)},
            TypeError,
            "targets: dtype float64, needed float32 as xs has",
        ),
        ({"h0": np.ones((1, 5))}, ValueError, "h0: shape (1, 5), needed (2, 5) beside xs and V"),
        ({"h0": np.ma.ones((2, 5))}, TypeError, "h0: type numpy.ma.MaskedArray, needed numpy.ndarray"),
        ({"targets": np.ones((2, 3, 6))}, ValueError, "targets: shape (2, 3, 6), needed (2, 6) or (2, 4, 6)"),
        ({"W": np.ones((5, 4))}, ValueError, "params.W: shape (5, 4), needed (5, 5) beside xs and V"),
        ({"V": np.ones(5)}, ValueError, "params.V: shape (5,), needed (K, H)"),
        ({"U": None}, TypeError, "params.U: type NoneType, needed numpy.ndarray"),
        ({"b": np.ones((5, 1))}, ValueError, "params.b: shape (5, 1), needed (5,) beside xs and V"),
        ({"c": np.ones(5)}, ValueError, "params.c: shape (5,), needed (6,) beside xs and V"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_is_no_problem_is_refused_by_name(wrong, error, message):
    """When it is made, in one line: what was given, and what is needed."""
    arguments = {field.name: getattr(a_problem(), field.name) for field in fields(Problem)}
    for name, value in wrong.items():
        if name in PARAMETERS:
            arguments["params"] = dict(arguments["params"]) | {name: value}
        else:
            arguments[name] = value
    with pytest.raises(error) as told:
        Problem(**arguments)
    assert str(told.value).startswith(message)
    assert "\n" not in str(told.value)
