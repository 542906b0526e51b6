"""A layer of an LSTM with a line replaced, and the properties that refute it."""

import numpy as np

from tests.layers import lstm, planted
from verification import layer, models
from verification.models.case import random_case
from verification.properties.findings import findings
from verification.properties.truth import Truth

CASE = random_case(models.lstm, np.random.default_rng(0), {"H": 3, "D": 2}, 3, 4)
TRUTH = Truth(CASE)


def refuted(right, wrong, truth=TRUTH, **options):
    """The properties that refute a layer with a line replaced, and how."""
    made = planted(lstm, right, wrong)
    made.CALLS = []
    engine = layer(made.forward, made.backward, model=models.lstm, **options)
    found = [each for each in findings(engine, truth) if each.wrong is not None]
    return {each.property: each.wrong for each in found}
