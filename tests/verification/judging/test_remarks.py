"""Remarks in words, and in a verdict."""

import pytest

from tests.layers import lstm_with
from verification import Profile, Scope, verify
from verification.report import structured, summary
from verification.report.pages.judgement import page
from verification.report.text import judged
from verification.text import unbroken

IS = "is right to a rounding of 1, not of its own value"


@pytest.mark.slow
def test_a_right_layer_whose_sigmoid_is_made_of_a_tanh_is_verified_with_a_remark():
    """In text, JSON and the page; where its gates are a millionth off it is refuted."""
    right = "    e = np.exp(-np.abs(a))\n    return np.where(a >= 0, 1 / (1 + e), e / (1 + e))"
    by_tanh = "    return (1 + np.tanh(a / 2)) / 2"
    small = Scope(records=(1, 3), steps=(1, 4), sizes={"H": (1, 2), "D": (1, 2)})
    found = []
    for wrong in (by_tanh, f"{by_tanh} + a.dtype.type(1e-6)"):
        engine = lstm_with(right, wrong, scope=small)
        found.append(verify(engine, Profile("short", cases=60, strength=1), cache=False))
    verified, refuted = found
    assert refuted.verdict == "refuted"
    assert verified.word == "verified", verified.missing
    (remark,) = verified.remarks
    assert remark.startswith(f"sigmoid (gate) {IS}")
    for result in (str(verified), summary.as_text(verified), judged(verified)):
        assert remark in result
    assert unbroken(remark) in page(verified)
    assert structured.as_json(verified)["remarks"] == [remark]
