"""The linear recurrence, index by index."""

import numpy as np
import pytest

from verification.models import complex_linear, linear


@pytest.mark.parametrize(("model", "dtype"), [(linear, np.float64), (complex_linear, np.complex128)])
def test_a_step(stepped, dot, model, dtype):
    """h′ = λ h + B x, real and complex."""
    p, (h,) = stepped(model, dtype)
    for n in range(2):
        for k in range(2):
            want = p["lam"][k] * p["h0"][n, k] + dot(p["B"], k, p["xs"][n, 0])
            assert h[n, k] == pytest.approx(want, rel=1e-14)
