"""The fixed cases: always the same, and every corner is in them."""

import numpy as np

from benchmarks.evidence.mutants.cases import ACTIVATIONS, all_cases, laid_out


def test_every_activation_meets_every_truncation():
    """All five with all four kinds, with a loss on the last step and on every step."""
    met = {(c.functions["activation"], c.truncation.kind, c.objective.last) for c in laid_out()}
    kinds = ("Full", "Window", "Chunked", "Tail")
    assert {(f, kind) for f, kind, _ in met} == {(f, kind) for f in ACTIVATIONS for kind in kinds}
    assert {(f, losses) for f, _, losses in met} == {
        (f, losses) for f in ACTIVATIONS for losses in (True, False)
    }


def test_the_corners_are_in_it():
    """Each dimension is 1 somewhere, T < k, a ragged chunk, h0 zero and not, every type of number."""
    cases = list(laid_out())
    sizes = [truth.case.sizes for truth in all_cases()]
    assert all(any(size[name] == 1 and max(size.values()) > 1 for size in sizes) for name in "NTDHK")
    met = [(c.truncation.kind, c.truncation.numbers, c.steps) for c in cases]
    assert any(kind == "Window" and numbers[0] > steps for kind, numbers, steps in met)
    assert any(kind == "Chunked" and steps % numbers[0] for kind, numbers, steps in met)
    assert {bool(np.any(c.blocks["h0"])) for c in cases} == {True, False}
    assert {truth.case.dtype.name for truth in all_cases()} >= {"float32", "float64", "object"}
