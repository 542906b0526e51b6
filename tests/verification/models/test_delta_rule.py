"""The delta rules, index by index."""

import math
from itertools import product

import numpy as np
import pytest

from verification.models import delta_rule, gated_delta_rule


@pytest.mark.parametrize("model", [delta_rule, gated_delta_rule])
def test_a_step_and_its_output(put_out, model):
    """S′ = S + β k (v − Sᵀ k)ᵀ, of what is left of S, and o = S′ᵀ q."""
    p, (S,), o = put_out(model, {"A": 2, "K": 3, "V": 2})
    assert ((p["beta"] > 0) & (p["beta"] < 1)).all()
    assert (np.linalg.norm(p["k"], axis=-1) <= 1 + 1e-15).all()
    for n, a, v in product(range(2), range(2), range(2)):
        decay = math.exp(p["g"][n, 0, a]) if model is gated_delta_rule else 1
        left = [decay * p["S0"][n, a, k, v] for k in range(3)]
        k, q = p["k"][n, 0, a], p["q"][n, 0, a]
        error = p["v"][n, 0, a, v] - sum(left[j] * k[j] for j in range(3))
        after = [left[j] + p["beta"][n, 0, a] * k[j] * error for j in range(3)]
        assert S[n, a, :, v].tolist() == pytest.approx(after, rel=1e-12)
        assert o[n, a, v] == pytest.approx(sum(after[j] * q[j] for j in range(3)), rel=1e-11)


def test_the_matrix_is_that_of_the_paper(put_out):
    """S′ = (I − β k kᵀ) S + β k vᵀ, as the paper has it, transposed."""
    p, (S,), _ = put_out(delta_rule, {"A": 1, "K": 3, "V": 2})
    for n in range(2):
        k, v, beta = p["k"][n, 0, 0], p["v"][n, 0, 0], p["beta"][n, 0, 0]
        want = (np.eye(3) - beta * np.outer(k, k)) @ p["S0"][n, 0] + beta * np.outer(k, v)
        assert S[n, 0] == pytest.approx(want, rel=1e-12)
