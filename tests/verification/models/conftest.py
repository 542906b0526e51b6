"""One step of a model, in numbers and index by index."""

import math

import numpy as np
import pytest

from verification.models.case import random_case
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Named, Use


@pytest.fixture
def stepped():
    """A case, and the state after its first step."""

    def step(model, dtype=np.float64):
        case = random_case(model, np.random.default_rng(0), {"H": 2, "D": 3}, 2, 1, dtype)
        f = Namespace(case.chosen, Arithmetic())
        p = Named({block.name: case.blocks[block.name] for block in model.of(Use.STEP)})
        inputs = {name: array[:, 0] for name, array in case.inputs.items()}
        return case.blocks, model.advance(f, p, inputs, case.state)

    return step


@pytest.fixture
def sigmoid():
    """1 / (1 + e⁻ᵃ), of one number."""
    return lambda a: 1 / (1 + math.exp(-a))


@pytest.fixture
def dot():
    """Σ_j W[row, j] x[j], added up one by one."""
    return lambda W, row, x: sum(W[row, j] * x[j] for j in range(len(x)))
