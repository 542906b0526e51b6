"""Complex steps are a third way to a gradient."""

import numpy as np

from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.models import vanilla
from verification.models.case import random_case
from verification.properties.derivatives import MOST, complex_steps
from verification.properties.findings import truth_of
from verification.properties.trial import Trial


def a_case(activation="tanh", units=2):
    """With targets."""
    sizes = {"H": units, "D": 2, "K": 2}
    return random_case(
        vanilla, np.random.default_rng(0), sizes, 2, 3, functions={"activation": activation}, losses="every"
    )


def wrong_in(engine, case):
    """The parts in which complex steps refute an engine, and how many they looked at."""
    looked = list(complex_steps(Trial(as_rnn(engine), truth_of(case))))
    return [name for name, wrong, _ in looked if wrong], len(looked)


def test_what_is_not_holomorphic_or_large_is_not_asked():
    """A relu has no complex derivative; each number of a case is moved in a copy of its own."""
    assert wrong_in(manual, a_case("relu")) == ([], 0)
    large = a_case(units=12)
    assert sum(array.size for array in large.blocks.values()) > MOST
    assert wrong_in(manual, large) == ([], 0)
