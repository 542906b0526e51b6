"""Gated linear attentions, index by index."""

import math
from itertools import product

import pytest

from verification.adapters.layer import CAPABILITIES
from verification.models import gated_linear_attention, rwkv6, scalar_gated_linear_attention
from verification.sampling.resolving import resolved
from verification.sampling.sample import in_floats

SIZES = {"A": 2, "K": 3, "V": 2}


def test_a_sample_has_several_heads_keys_and_values():
    """As many as keep a truth quick."""
    factors = in_floats(gated_linear_attention, resolved(None, gated_linear_attention, CAPABILITIES)).factors
    assert {name: max(most for _, most in factors[f"size {name}"]) for name in "AKV"} == {
        "A": 4,
        "K": 17,
        "V": 17,
    }


@pytest.mark.parametrize("model", [gated_linear_attention, scalar_gated_linear_attention, rwkv6])
def test_a_step_and_its_output(put_out, model):
    """S′ = e^g S + k vᵀ and o = S′ᵀ q; with a bonus o = Sᵀ q + (q · u k) v."""
    p, (S,), o = put_out(model, SIZES)
    assert (p["g"] <= 0).all()
    for n, a, v in product(range(2), range(2), range(2)):
        read = 0.0
        for k in range(3):
            decay = math.exp(
                p["g"][n, 0, a] if model is scalar_gated_linear_attention else p["g"][n, 0, a, k]
            )
            written = p["k"][n, 0, a, k] * p["v"][n, 0, a, v]
            before = p["S0"][n, a, k, v]
            assert S[n, a, k, v] == pytest.approx(decay * before + written, rel=1e-13)
            seen = before + p["u"][a, k] * written if model is rwkv6 else decay * before + written
            read += p["q"][n, 0, a, k] * seen
        assert o[n, a, v] == pytest.approx(read, rel=1e-12)
