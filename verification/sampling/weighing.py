"""Weights for the losses of a case, and classes for its targets, by their levels."""

from dataclasses import replace

import numpy as np

from verification.models.case import Case, Targets
from verification.models.weighted import Weighted
from verification.sampling.factors import OF_CLASSES, OF_MODEL, OF_STEPS, UNWEIGHTED

# Of how many weights one is 0: such a loss is none.
NONE = 4


def weighed(case: Case, weights: str, loss: str, rng: np.random.Generator) -> Case:
    """A case of targets with weights of records or of steps, and with classes for targets, as the levels say.

    The case as it is, without a draw, where neither level says so.
    """
    objective = case.objective
    if (weights == UNWEIGHTED and loss == OF_MODEL) or not isinstance(objective, Targets):
        return case
    targets, given = objective.targets, None
    if loss == OF_CLASSES:
        classes = rng.integers(targets.shape[-1], size=targets.shape[:-1])
        targets = np.eye(targets.shape[-1], dtype=case.dtype)[classes]
    if weights != UNWEIGHTED:
        shape = targets.shape[:2] if weights == OF_STEPS else targets.shape[:1]
        given = (rng.uniform(0.1, 1, shape) * (rng.integers(NONE, size=shape) > 0)).astype(case.dtype)
        # Some loss is left.
        given.flat[-1] = 1
    return replace(case, objective=Weighted(targets, objective.last, given, loss == OF_CLASSES))
