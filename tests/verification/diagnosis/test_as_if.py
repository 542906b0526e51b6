"""As if: alternatives are distinguished from each other, and from what is right."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import layer_with, scan
from verification import models
from verification.diagnosis.as_if import explained
from verification.diagnosis.probe import Seen, look
from verification.models.truncation import FULL, Standard
from verification.properties.truth import Truth
from verification.truth import replay
from verification.truth.memo import remembered

TRUTH = Truth(a_case(models.vanilla, 3, 5))


def seen_of(gradients, names=None, truth=TRUTH):
    """An answer of these gradients, or of some of them."""
    right = {name: expected.truth for name, expected in truth.blocks.items()}
    got = {name: gradients[name] if not names or name in names else array for name, array in right.items()}
    wrong = tuple(name for name in got if not np.allclose(got[name], right[name], 1e-9, 1e-12))
    return Seen(truth, got={name: array.astype(float) for name, array in got.items()}, blocks=wrong)


TRUNCATED = {
    "each loss reached its own step alone": ("Window", 0),
    "no loss reached back more than 1 step": ("Window", 1),
    "no loss reached back more than 3 steps": ("Window", 3),
    "the sequence were cut into chunks of 2 steps": ("Chunked", 2, 2),
    "the sequence were cut into chunks of 3 steps": ("Chunked", 3, 3),
}


@pytest.mark.parametrize(("words", "truncation"), TRUNCATED.items(), ids=TRUNCATED)
def test_a_truncation_is_told_by_its_reach(words, truncation):
    """Of all blocks, and of one that is made of it alone."""
    kind, *numbers = truncation
    gradients = replay.gradient(replace(TRUTH.case, truncation=Standard(kind, tuple(numbers))))
    assert explained(seen_of(gradients)) == words
    assert explained(seen_of(gradients, ("xs",))) == words


@pytest.mark.parametrize("turned", [False, True], ids=["full first", "window first"])
def test_a_full_gradient_has_alternatives_that_a_window_of_the_same_reach_has_not(turned):
    """Though both have one truth, which is remembered."""
    case = a_case(models.vanilla, 3, 1, seed=5 + turned)
    none = replace(case.objective, state=tuple(0 * array for array in case.objective.state))
    without = replay.gradient(replace(case, objective=none))
    wanted = {FULL: "the final h0 had no cotangent", Standard("Window", (1,)): None}
    for truncation in [*wanted][:: -1 if turned else 1]:
        truth = Truth(replace(case, truncation=truncation), remembered)
        assert explained(seen_of(without, truth=truth)) == wanted[truncation]


def test_what_no_alternative_gives_has_none():
    """Numbers of no meaning, zeros, and what is right."""
    rng = np.random.default_rng(0)
    random = {name: rng.normal(size=each.truth.shape) for name, each in TRUTH.blocks.items()}
    assert explained(seen_of(random)) is None
    assert explained(seen_of({"h0": 0 * TRUTH.blocks["h0"].truth}, ("h0",))) is None


def test_a_block_that_stands_for_another_is_reported():
    """Of equal shapes, one alone."""
    wrong = 'return {}, {"a": d_x, "x": d_x}'
    engine = layer_with(models.scan, scan, 'return {}, {"a": d_a, "x": d_x}', wrong)
    assert (
        explained(look(engine, Truth(a_case(models.scan, 3, 4)))) == "the gradient of x stood for that of a"
    )
