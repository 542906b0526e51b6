"""Records that end early: a truth put together, and faults that only they show."""

from dataclasses import replace

import numpy as np

from verification import models
from verification.models.case import random_case
from verification.properties.findings import truth_of
from verification.properties.ragged import by_length
from verification.properties.truth import Truth

CASE = random_case(models.vanilla, np.random.default_rng(0), {"H": 3, "D": 2}, 4, 5)
RAGGED = replace(CASE, lengths=(2, 5, 2, 1))


def test_the_truth_is_that_of_each_record_alone():
    """Shared blocks summed, the others each in its place, and zero after its end."""
    truth = truth_of(RAGGED)
    sums = 0
    for n, length in enumerate(RAGGED.lengths):
        ((_, alone),) = by_length(RAGGED.of_records(slice(n, n + 1)))
        assert alone.steps == length
        each = Truth(alone)
        sums = sums + each.blocks["W"].truth
        np.testing.assert_allclose(truth.blocks["xs"].truth[n, :length], each.blocks["xs"].truth[0])
        assert not truth.blocks["xs"].truth[n, length:].any()
        np.testing.assert_allclose(truth.forward["final h0"].truth[n], each.forward["final h0"].truth[0])
        assert not truth.forward["outputs"].truth[n, length:].any()
    np.testing.assert_allclose(truth.blocks["W"].truth, sums)
    np.testing.assert_allclose(truth.autograd["W"], sums)


def test_records_of_one_length_are_the_case_itself():
    """With its own bounds."""
    truth, plain = truth_of(replace(CASE, lengths=(5,) * 4)), Truth(CASE)
    assert truth.blocks["U"].bound == plain.blocks["U"].bound
    assert truth.determined
    assert truth.informative(("U",))


def test_a_record_that_is_not_determined_or_large_makes_the_case_so():
    """One at a kink, or of ten steps; and one of several that is informative is enough."""
    relu = replace(RAGGED, functions={"activation": "relu"})
    still = {n: a * (np.arange(4) > 0).reshape(-1, *[1] * (a.ndim - 1)) for n, a in relu.inputs.items()}
    still["h0"] = relu.blocks["h0"] * (np.arange(4) > 0)[:, None]
    kink = replace(relu, blocks={**relu.blocks, **still, "b": 0 * relu.blocks["b"]})
    assert (truth_of(relu).determined, truth_of(kink).determined) == (True, False)
    long = random_case(models.vanilla, np.random.default_rng(0), {"H": 3, "D": 2}, 2, 10)
    assert [truth_of(replace(long, lengths=ends)).large for ends in ((2, 10), (2, 9))] == [True, False]
    zero = RAGGED.objective.replaced(np.zeros_like)
    assert not truth_of(replace(RAGGED, objective=zero)).informative(("U",))
    zero.outputs[1] = 1
    assert truth_of(replace(RAGGED, objective=zero)).informative(("U",))
