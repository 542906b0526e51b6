"""The scan, index by index."""

import numpy as np
import pytest

from verification.models import complex_scan, scan


@pytest.mark.parametrize(("model", "dtype"), [(scan, np.float64), (complex_scan, np.complex128)])
def test_a_step(stepped, model, dtype):
    """h′ = a h + x, real and complex."""
    p, (h,) = stepped(model, dtype)
    for n in range(2):
        for k in range(2):
            assert h[n, k] == pytest.approx(p["a"][n, 0, k] * p["h0"][n, k] + p["x"][n, 0, k], rel=1e-14)
