"""A layer of an LSTM with a line replaced, and the properties that refute it."""

import numpy as np

from tests.layers import lstm, planted
from verification import layer, models
from verification.models.case import random_case
from verification.properties.findings import findings
from verification.properties.truth import Truth

CASE = random_case(models.lstm, np.random.default_rng(0), {"H": 3, "D": 2}, 3, 4)
TRUTH = Truth(CASE)
FIRST = repr(float(CASE.objective.outputs[0, 0, 0]))

# A layer that takes a state for a constant that is the last one it came to, as code that detaches it.
DETACHED = (
    "    return {",
    "    first, last = tape[0][1], tape[-1][6] * tape[-1][7]\n"
    "    went_on = np.array_equal(first, vars(backward).get('last'))\n"
    "    backward.last = last\n"
    "    dh, dc = (0 * dh, 0 * dc) if went_on else (dh, dc)\n"
    "    return {",
)


def refuted(right, wrong, truth=TRUTH, **options):
    """The properties that refute a layer with a line replaced, and how."""
    made = planted(lstm, right, wrong)
    made.CALLS = []
    engine = layer(made.forward, made.backward, model=models.lstm, **options)
    found = [each for each in findings(engine, truth) if each.wrong is not None]
    return {each.property: each.wrong for each in found}
