"""The gradients that a network returns, and the look at whether they are finite."""

import numpy as np
import pytest

from rnn import Gradients, Params
from rnn.calls.gradients import check_gradients


def gradients(dtype=float, joint=True):
    """Of a cell whose weights' gradients are columns of one array, or arrays of their own."""
    M = np.ones((3, 6), dtype)
    weights = (M[:, :2], M[:, 2:5], M[:, 5])
    weights = weights if joint else tuple(map(np.copy, weights))
    params = Params(*weights, np.ones((1, 3), dtype), np.ones(1, dtype))
    return Gradients(params, np.ones((2, 4, 2), dtype), (np.ones((2, 3), dtype), np.ones((2, 3), dtype)))


@pytest.mark.parametrize("joint", [True, False])
@pytest.mark.parametrize("name", [*Params._fields, "xs", "state[0]", "state[1]"])
def test_the_first_that_is_not_finite_is_named(name, joint):
    """Wherever it stands, also where the squares of finite numbers are not finite."""
    grads = gradients(joint=joint)
    arrays = {**{f"params.{n}": b for n, b in grads.params._asdict().items()}, "xs": grads.xs}
    arrays |= {f"state[{k}]": array for k, array in enumerate(grads.state)}
    key = f"params.{name}" if name in Params._fields else name
    arrays[key][...] = 1e200
    check_gradients(1.0, grads)
    arrays[key].flat[0] = np.inf
    with pytest.raises(FloatingPointError) as raised:
        check_gradients(1.0, grads)
    assert str(raised.value).startswith(f"grads.{key}: inf at ")


def test_a_single_state_is_called_h0():
    """As the argument is; and the loss comes first."""
    grads = gradients()
    grads = grads._replace(state=(np.full((2, 3), np.nan),))
    with pytest.raises(FloatingPointError, match=r"^grads\.h0: nan at \(0, 0\)"):
        check_gradients(1.0, grads)
    with pytest.raises(FloatingPointError, match=r"^loss: inf, needed"):
        check_gradients(np.inf, grads)


def test_what_lies_beside_the_blocks_is_not_theirs():
    """Columns of the one array that belong to none, as what fills the last of several vectors."""
    M = np.ones((3, 7))
    M[:, 6] = np.nan
    params = gradients().params._replace(U=M[:, :2], W=M[:, 2:5], b=M[:, 5])
    check_gradients(1.0, gradients()._replace(params=params))
