"""Weighted losses, losses of classes, and records that end early where there are targets."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from verification.models import vanilla
from verification.models.case import Targets
from verification.models.functions import Arithmetic, Namespace
from verification.models.truncation import FULL, Standard
from verification.models.weighted import Weighted, counts_from_end, cross_entropy, ended
from verification.properties.ragged import RaggedTruth
from verification.truth import replay


def case_of(losses="every"):
    return a_case(vanilla, 3, 5, losses=losses)


def test_the_cross_entropy_is_that_of_softmax():
    """Of the class that is given, of every record; and small losses have all their digits."""
    f, rng = Namespace({}, Arithmetic()), np.random.default_rng(0)
    outputs, classes = rng.standard_normal((5, 4)), np.array([0, 1, 2, 3, 0])
    p = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    found = cross_entropy(f, outputs, np.eye(4)[classes])
    assert np.allclose(found, -np.log(p[np.arange(5), classes]))
    far = cross_entropy(f, np.array([[60.0, 0.0]]), np.eye(2)[[0]])
    assert far == pytest.approx(np.exp(-60), rel=1e-12)


def test_a_step_without_a_weight_has_no_loss():
    """But the last has, where none else has one."""
    targets = np.zeros((2, 3, 1))
    assert Weighted(targets, weights=np.array([[1.0, 0, 0], [0, 0, 2]])).losses(3) == (0, 2)
    assert Weighted(targets, weights=np.zeros((2, 3))).losses(3) == (2,)
    assert Weighted(targets, weights=np.zeros(2)).losses(3) == (0, 1, 2)
    assert Weighted(targets[:, :1], last=True).losses(3) == (2,)


@pytest.mark.parametrize("weights", [np.array([2.0, 0.5, 0]), np.arange(15.0).reshape(3, 5)])
def test_weights_multiply_each_record_s_share(weights):
    """The gradient by a record's inputs is that of its losses, each times its weight."""
    case = case_of()
    weighted = replace(case, objective=Weighted(case.objective.targets, weights=weights))
    by_step = np.broadcast_to(weights[:, None] if weights.ndim == 1 else weights, (3, 5))
    want = 0
    for t in range(5):
        alone = np.zeros((3, 5))
        alone[:, t] = 1
        part = replace(case, objective=Weighted(case.objective.targets, weights=alone))
        want = want + replay.gradient(part)["xs"] * by_step[:, t, None, None]
    assert np.allclose(replay.gradient(weighted)["xs"].astype(float), want.astype(float))


@pytest.mark.parametrize("losses", ["every", "last"])
@pytest.mark.parametrize(
    "truncation",
    [FULL, Standard("Window", (1,)), Standard("Tail", (2,)), Standard("Chunked", (2, 2))],
    ids=str,
)
def test_a_record_that_ends_early_is_that_record_alone(losses, truncation):
    """Cut off at its end: its outputs, its loss, and its share of every gradient, whatever follows."""
    case, lengths = replace(case_of(losses), truncation=truncation), (2, 5, 3)
    if losses == "every" and truncation.kind == "Tail":
        assert counts_from_end(truncation, 5, lengths)
        return
    truth = RaggedTruth(replace(case, lengths=lengths))
    shared, value = 0, 0
    for n, length in enumerate(lengths):
        alone = case.of_records(slice(n, n + 1))
        targets = alone.objective.targets[:, :length] if losses == "every" else alone.objective.targets
        blocks = {**alone.blocks, "xs": alone.blocks["xs"][:, :length]}
        alone = replace(alone, blocks=blocks, objective=Targets(targets, losses == "last"))
        grads, forward = replay.gradient(alone), replay.forward(alone)
        shared, value = shared + grads["W"], value + forward["value"]
        assert np.allclose(truth.blocks["xs"].truth[n, :length].astype(float), grads["xs"][0].astype(float))
        assert not truth.blocks["xs"].truth[n, length:].any()
        assert np.allclose(truth.forward["outputs"].truth[n, :length].astype(float), forward["outputs"][0])
        assert not truth.forward["outputs"].truth[n, length:].any()
    assert np.allclose(truth.blocks["W"].truth.astype(float), shared.astype(float))
    assert np.allclose(float(truth.forward["value"].truth), float(value))


def test_ends_are_ends_of_weighted_losses_as_well():
    """What is there is kept up to an end, and has no weight beyond it."""
    case = case_of()
    weights = np.arange(1.0, 16).reshape(3, 5)
    given = replace(case, objective=Weighted(case.objective.targets, weights=weights), lengths=(1, 5, 2))
    made = ended(given).objective.weights
    assert np.array_equal(made != 0, np.arange(5) < np.array([[1], [5], [2]]))
    assert np.array_equal(made[1], weights[1])


def test_what_counts_from_the_end_is_known():
    """A tail does, and a chunk whose last few steps alone are reached; not a tail of all steps."""
    ends = (2, 4)
    assert counts_from_end(Standard("Tail", (1,)), 4, ends)
    assert counts_from_end(Standard("Chunked", (3, 1)), 4, ends)
    for truncation in (Standard("Tail", (4,)), Standard("Chunked", (3, 3)), Standard("Window", (1,)), FULL):
        assert not counts_from_end(truncation, 4, ends)
