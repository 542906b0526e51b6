"""Weights and classes of a case, by their levels."""

import numpy as np
import pytest

from tests.cases import a_case
from verification.models import vanilla
from verification.models.case import Cotangents
from verification.sampling.factors import OF_CLASSES, OF_MODEL, OF_RECORDS, OF_STEPS, UNWEIGHTED
from verification.sampling.weighing import weighed


def case_of(losses):
    return a_case(vanilla, 5, 3, np.float32, losses=losses)


@pytest.mark.parametrize("losses", ["last", "every", "cotangents"])
def test_without_such_levels_a_case_is_as_it_is(losses):
    """And no number is drawn, so that samples of other claims stay what they are; nor of cotangents."""
    rng, case = np.random.default_rng(0), case_of(losses)
    assert weighed(case, UNWEIGHTED, OF_MODEL, rng) is case
    if isinstance(case.objective, Cotangents):
        assert weighed(case, OF_RECORDS, OF_CLASSES, rng) is case
    assert rng.random() == np.random.default_rng(0).random()


@pytest.mark.parametrize(("level", "shape"), [(OF_RECORDS, (5,)), (OF_STEPS, (5, 3))])
def test_weights_are_positive_or_zero(level, shape):
    """Some of them zero, never all, in the case's own type."""
    made = [
        weighed(case_of("every"), level, OF_MODEL, np.random.default_rng(seed)).objective.weights
        for seed in range(20)
    ]
    assert all(each.shape == shape and each.dtype == np.float32 for each in made)
    assert all((each >= 0).all() and each.any() for each in made)
    assert 0.1 < np.mean([(each == 0).mean() for each in made]) < 0.4


@pytest.mark.parametrize("losses", ["last", "every"])
def test_targets_of_classes_are_one_hot(losses):
    """One class a loss, and more than one of them."""
    objective = weighed(case_of(losses), UNWEIGHTED, OF_CLASSES, np.random.default_rng(0)).objective
    assert objective.classes
    assert objective.weights is None
    assert objective.last is (losses == "last")
    assert objective.targets.shape[:2] == (5, 3 if losses == "every" else 1)
    assert (np.sort(objective.targets, axis=-1)[..., -2:] == [0, 1]).all()
    assert len(np.unique(objective.targets.argmax(axis=-1))) > 1
