"""Fewer digits than the number type has."""

import re

import pytest

from tests.layers import layer_with, lstm, vanilla
from verification import models
from verification.diagnosis.precision import narrow, rounded
from verification.diagnosis.probe import healthy_case, look
from verification.properties.truth import Truth

RETURN = 'return {"U": d_U, "W": d_W, "b": d_b}, d_xs, (dh, dc)'


def narrowed(right, wrong, model=models.lstm, module=lstm):
    """The type that a wrong layer is found to be rounded to."""
    engine = layer_with(model, module, right, wrong)
    return narrow(look(engine, Truth(healthy_case(engine))))


@pytest.mark.parametrize("factor", [1 + 1e-3, 1 + 1e-8, 2])
def test_what_is_wrong_otherwise_is_not(factor):
    """However little it is off."""
    assert narrowed(RETURN, f"d_U = {factor} * d_U; {RETURN}") is None


ROUNDED = {
    "float16": ("dh.astype(np.float16).astype(dh.dtype)", r"about 1[0-3] bits \(float16 has 11\)"),
    "bfloat16": (
        "(dh.astype(np.float32).view(np.uint32) & 0xFFFF0000).view(np.float32).astype(dh.dtype)",
        r"about [6-9] bits \(bfloat16 has 8\)",
    ),
    "float32": ("dh.astype(np.float32).astype(dh.dtype)", r"about 2[2-6] bits \(float32 has 24\)"),
    "a part too much": ("dh * 1.001", None),
    "a clip": ("np.clip(dh, -0.5, 0.5)", None),
    "a constant too much": ("dh + 1e-3", None),
}


@pytest.mark.parametrize(("made", "words"), ROUNDED.values(), ids=ROUNDED)
def test_what_is_rounded_on_the_way_back_is_told_by_how_far_it_is_off(made, words):
    """And nothing else that is off by as little."""
    engine = layer_with(models.vanilla, vanilla, "dh = da @ W", f"dh = da @ W; dh = {made}")
    told = rounded(engine, look(engine, Truth(healthy_case(engine))))
    assert (
        told is None
        if words is None
        else re.fullmatch(f"numbers on the way back were rounded to {words}", told)
    )
