"""The fixed cases: always the same, and every corner is in them."""

import numpy as np

from benchmarks.evidence.mutants.cases import ACTIVATIONS, all_cases, laid_out
from rnn import Chunked


def test_every_activation_meets_every_truncation():
    """All five with all four kinds, with a loss on the last step and on every step."""
    met = {(p.activation, p.truncation_as_data.kind, p.targets.ndim) for p in laid_out()}
    kinds = ("Full", "Window", "Chunked", "Tail")
    assert {(f, kind) for f, kind, _ in met} == {(f, kind) for f in ACTIVATIONS for kind in kinds}
    assert {(f, losses) for f, _, losses in met} == {(f, losses) for f in ACTIVATIONS for losses in (2, 3)}


def test_the_corners_are_in_it():
    """Each dimension is 1 somewhere, T < k, a ragged chunk, h0 zero and not, every type of number."""
    problems = list(laid_out())
    sizes = [truth.case.sizes for truth in all_cases()]
    assert all(any(size[name] == 1 and max(size.values()) > 1 for size in sizes) for name in "NTDHK")
    assert any(
        p.truncation_as_data.kind == "Window" and p.truncation_as_data.numbers[0] > p.steps for p in problems
    )
    assert any(isinstance(p.truncation, Chunked) and p.steps % p.truncation.k1 for p in problems)
    assert {bool(np.any(p.h0)) for p in problems} == {True, False}
    assert {truth.case.dtype.name for truth in all_cases()} >= {"float32", "float64", "object"}
