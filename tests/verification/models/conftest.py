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
        case = one_step(model, {"H": 2, "D": 3}, dtype)
        f = Namespace(case.chosen, Arithmetic())
        p = Named({block.name: case.blocks[block.name] for block in model.of(Use.STEP)})
        inputs = {name: array[:, 0] for name, array in case.inputs.items()}
        return case.blocks, model.advance(f, p, inputs, case.state)

    return step


def one_step(model, sizes, dtype=np.float64):
    """A case of two records and one step."""
    return random_case(model, np.random.default_rng(0), sizes, 2, 1, dtype)


@pytest.fixture
def put_out():
    """Of a model and sizes a case of one step, the state after it, and what is put out."""

    def after(model, sizes):
        case = one_step(model, sizes)
        f = Namespace(case.chosen, Arithmetic())
        p, inputs = case.params(Use.STEP), case.inputs_at(0)
        state = model.advance(f, p, inputs, case.state)
        return case.blocks, state, model.put_out(f, p, inputs, case.state, state)

    return after


@pytest.fixture
def sigmoid():
    """1 / (1 + e⁻ᵃ), of one number."""
    return lambda a: 1 / (1 + math.exp(-a))


@pytest.fixture
def dot():
    """Σ_j W[row, j] x[j], added up one by one."""
    return lambda W, row, x: sum(W[row, j] * x[j] for j in range(len(x)))
