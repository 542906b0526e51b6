"""The gate: what counts as the same gradient, and what is refused."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.contenders import manual
from benchmarks.gate import compare
from benchmarks.shapes import CallShape
from benchmarks.task import CELLS, DTYPES, draw
from rnn import Window
from rnn.common.arrays import Array

SHAPE = CallShape(6, 3, 2, 4)

Grads = dict[str, Array]


def gradients(dtype: str = "float64", cell: str = "vanilla") -> Grads:
    """The manual gradients of a small task."""
    ready = manual.prepare(draw(SHAPE, dtype, cell=cell))
    return ready.gradients(ready.run())


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_same_to_rounding_is_accepted(dtype):
    """Gradients that differ by a rounding of each entry pass, and the difference is given."""
    want = gradients(dtype)
    got = {name: block * np.array(1 + np.finfo(dtype).eps, dtype) for name, block in want.items()}
    verdict = compare(got, want, SHAPE)
    assert verdict.objection == ""
    assert 0 < verdict.agreement < 2 * np.finfo(dtype).eps


@pytest.mark.parametrize(
    ("cell", "name"), [(cell, name) for cell in CELLS for name in draw(SHAPE, "float64", cell=cell).blocks]
)
def test_one_wrong_entry_of_any_block_is_refused(cell, name):
    """A single entry that is off by a millionth of the block is seen, and its block is named."""
    want, got = (gradients(cell=cell) for _ in range(2))
    got[name].flat[-1] += 1e-6 * np.max(np.abs(want[name]))
    verdict = compare(got, want, SHAPE)
    assert verdict.objection.startswith(f"{name} is off by")
    assert verdict.agreement == pytest.approx(1e-6)


@pytest.mark.parametrize(
    ("spoil", "objection"),
    [
        (lambda grads: grads.pop("c"), "c is missing"),
        (lambda grads: grads.update(W=grads["W"].astype("float32")), "W is float32"),
        (lambda grads: grads.update(xs=grads["xs"].swapaxes(0, 1)), r"xs is float64 of shape \(6, 3, 2\)"),
        (lambda grads: grads["b"].fill(np.nan), "b is off by nan"),
        (lambda grads: grads["h0"].fill(np.inf), "h0 is off by inf"),
    ],
)
def test_what_is_no_such_gradient_is_refused(spoil: Callable[[Grads], object], objection: str):
    """A missing block, another dtype or shape, NaN and infinity: refused, with no figure for agreement."""
    got = {name: block.copy() for name, block in gradients().items()}
    spoil(got)
    verdict = compare(got, gradients(), SHAPE)
    assert verdict.agreement is None
    assert re.match(objection, verdict.objection)


def test_zero_must_be_zero():
    """Where the manual block is zero, as h0 beyond a window, anything that is not nothing is refused."""
    ready = manual.prepare(draw(SHAPE, "float64", truncation=Window(1)))
    want = ready.gradients(ready.run())
    assert not want["h0"].any()
    got = {**want, "h0": want["h0"] + 1e-20}
    assert compare(got, want, SHAPE).objection.startswith("h0")


def test_what_an_engine_flushes_is_no_objection():
    """Denormal numbers and zeros are the same gradient: the engine may choose."""
    want = {**gradients("float32"), "h0": np.zeros((3, 4), "float32")}
    got = {**want, "h0": np.full((3, 4), np.finfo("float32").smallest_subnormal)}
    assert compare(got, want, SHAPE).objection == ""
