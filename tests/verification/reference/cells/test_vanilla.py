"""The reference's vanilla step, against sums written out."""

import numpy as np
import pytest

from verification.reference.activations import ACTIVATIONS
from verification.reference.cells import STEPS
from verification.reference.cells.vanilla import step


def arrays(seed, *copies, N=2, D=3, H=4):
    """Random U, W, b, x, h_prev, in as many copies as asked for."""
    rng = np.random.default_rng(seed)
    shapes = ((H, D), (H, H), (H,), (N, D), (N, H))
    return [rng.standard_normal((*copies, *shape)) for shape in shapes]


def scalars(f, U, W, b, x, h_prev):
    """The step, unit by unit, in Python's own numbers."""
    units, inputs = U.shape
    rows = []
    for n in range(len(x)):
        row = []
        for i in range(units):
            a = b[i]
            for j in range(inputs):
                a = a + U[i, j] * x[n, j]
            for j in range(units):
                a = a + W[i, j] * h_prev[n, j]
            row.append(f(a))
        rows.append(row)
    return np.array(rows)


def test_the_name_leads_to_the_step():
    """A problem's cell is looked up by name."""
    assert STEPS["vanilla"] is step


def test_by_hand():
    """One record, one unit: 2 · 3 + 5 · 7 + 11 = 52."""
    column = [np.array([[number]]) for number in (2, 5, 3, 7)]
    U, W, x, h_prev = column
    assert step(lambda a: a, U, W, np.array([11]), x, h_prev).tolist() == [[52]]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_it_is_the_sum_written_out(name):
    """U and W multiply from the left, with no transposition mistaken: W is not symmetric."""
    f = ACTIVATIONS[name]
    given = arrays(0)
    np.testing.assert_allclose(step(f, *given), scalars(f, *given), rtol=1e-13)


def test_copies_do_not_meet():
    """With leading axes each copy is stepped with its own parameters, inputs and states."""
    given = arrays(1, 2, 3)
    got = step(np.tanh, *given)
    for index in np.ndindex(2, 3):
        np.testing.assert_allclose(got[index], step(np.tanh, *(a[index] for a in given)), rtol=1e-14)
