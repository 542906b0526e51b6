"""Remarks in words, and in a verdict."""

from collections import Counter

import pytest

from tests.layers import lstm_with
from verification import Profile, Scope, verify
from verification.judging.remarks import in_words
from verification.report import summary
from verification.report.pages.judgement import page
from verification.report.text import judged
from verification.text import unbroken

ROLES = {"gate": ("sigmoid",), "candidate": ("tanh",), "output": ("tanh",)}
IS = "is right to a rounding of 1, not of its own value"


def test_a_function_is_told_with_its_roles_and_what_shows_it():
    """The parts that show it most first, of many a few; and what to write."""
    counted = Counter({"sigmoid: outputs": 3, "sigmoid: U": 9, "tanh: W": 1})
    counted |= {f"sigmoid: {name}": 1 for name in ("W", "b")}
    first, second = in_words(counted, ROLES)
    assert first.startswith(f"sigmoid (gate) {IS}, as shown by U, outputs, W and 1 more: it underflows")
    assert first.endswith("write 1 / (1 + exp(−a)) for relative accuracy")
    assert second.startswith(f"tanh (candidate, output) {IS}")
    (both,) = in_words(Counter({"sigmoid and mine: U": 1}), {**ROLES, "own": ("mine",)})
    assert both.startswith("sigmoid and mine (gate, own)")
    (own,) = in_words(Counter({"mine: U": 1}), {"own": ("mine",)})
    assert own.endswith(": write it so that small values keep their digits")


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
    for told in (str(verified), summary.as_text(verified), judged(verified)):
        assert remark in told
    assert unbroken(remark) in page(verified)
    assert summary.as_json(verified)["remarks"] == [remark]
