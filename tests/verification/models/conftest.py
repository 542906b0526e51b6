"""One step of a model, in numbers and index by index."""

import math

import numpy as np
import pytest

from verification.models.case import random_case
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Use


@pytest.fixture
def stepped():
    """The blocks of a case, and the state after its first step."""

    def step(case):
        f = Namespace(case.chosen, Arithmetic())
        return case.blocks, case.model.advance(f, case.params(Use.STEP), case.inputs_at(0), case.state)

    return step


@pytest.fixture
def put_out():
    """Of a model and sizes a case of one step, the state after it, and what is put out."""

    def after(model, sizes):
        case = random_case(model, np.random.default_rng(0), sizes, 2, 1)
        f = Namespace(case.chosen, Arithmetic())
        p, inputs = case.params(Use.STEP), case.inputs_at(0)
        state = model.advance(f, p, inputs, case.state)
        return case.blocks, state, model.put_out(f, p, inputs, case.state, state)

    return after


@pytest.fixture
def sigmoid():
    """1 / (1 + e⁻ᵃ), of one number."""
    return lambda a: 1 / (1 + math.exp(-a))
