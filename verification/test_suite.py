"""The suite under pytest: ``pytest verification`` judges this project's engine, property by property.

It is what ``python -m verification`` runs, without its table, and with Hypothesis's own report of a failure.
"""

import pytest
from hypothesis import HealthCheck, given, settings

from verification.engine import manual
from verification.problem import Problem
from verification.properties import Property, findings
from verification.suite import ASKED_OF_RNN
from verification.trial import Trial, Truth


@pytest.mark.parametrize("check", ASKED_OF_RNN, ids=lambda check: check.name)
def test_the_engine(check: Property) -> None:
    """Every finding of the property, on each of its fixed problems and every drawn one, is that it holds."""

    def holds(problem: Problem) -> None:
        wrong = [str(f.wrong) for f in findings(Trial(manual, Truth(problem)), check) if f.wrong]
        assert not wrong, f"{wrong[0]}\n\n{problem.code()}"

    for problem in check.fixed():
        holds(problem)
    if check.problems is not None:
        settings(suppress_health_check=[HealthCheck.too_slow])(given(check.problems())(holds))()
