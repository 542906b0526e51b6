"""One call: its forward, and its gradients beside two oracles."""

import pytest

from tests.verification.properties.refuting import refuted

ONE_CALL = {"forward", "autograd", "lags"}


@pytest.mark.parametrize(
    ("right", "wrong", "properties"),
    [
        ("outputs[:, t] = h", "outputs[:, t] = 1.001 * h", {"forward"}),
        ("d_xs[:, t] = da @ U", "d_xs[:, t] = 2 * da @ U", {"autograd", "lags"}),
        ("d_b += da.sum(axis=0)", "d_b += da.mean(axis=0)", {"autograd", "lags"}),
    ],
)
def test_what_is_wrong_in_one_call_is_caught(right, wrong, properties):
    """The forward by itself, a gradient by both oracles."""
    assert ONE_CALL & set(refuted(right, wrong)) == properties
