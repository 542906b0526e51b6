"""Cases that every run has once."""

import numpy as np
import pytest

from tests.vanilla import blocks_of, changed
from verification import Scope, manual, scoped
from verification.judging.once import once
from verification.properties.findings import findings, truth_of


def wrong_in(engine, name):
    """What is wrong with the case of that name."""
    (case,) = (each.make() for each in once(engine) if each.name == name)
    return [finding.wrong for finding in findings(engine, truth_of(case)) if finding.wrong]


@pytest.mark.parametrize("name", ["targets far from the outputs", "targets near the outputs"])
def test_a_function_is_run_with_targets_far_and_near(name):
    """There a clip shows, or a threshold, that no ordinary target meets."""
    assert wrong_in(scoped(manual, Scope()), name) == []

    def engine(problem):
        answer = manual(problem)
        least, most = (0, 50) if name == "targets far from the outputs" else (1e-5, np.inf)
        kept = {n: np.clip(d, -most, most) * (abs(d).max() > least) for n, d in blocks_of(answer).items()}
        return changed(answer, **{n: d.astype(problem.dtype) for n, d in kept.items()})

    assert wrong_in(scoped(engine, Scope()), name)
