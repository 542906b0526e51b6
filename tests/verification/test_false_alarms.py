"""Right engines are not refuted, however they are written, and wherever their arrays lie.

FALSE_ALARM_CASES=100000 asks each of so many drawn problems (a day or so for all, and FALSE_ALARM_SEED
another hundred thousand); by default a few.
"""

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.vanilla import ENGINES
from verification.adapters.rnn.manual import manual
from verification.adapters.rnn.scoping import scoped
from verification.models import vanilla
from verification.properties.findings import findings, truth_of
from verification.sampling.draws import cases

CASES = int(os.environ.get("FALSE_ALARM_CASES", "25"))
SEED = os.environ.get("FALSE_ALARM_SEED", "0")
RIGHT = {"rnn": manual, **ENGINES}
JUDGED = {name: scoped(engine) for name, engine in RIGHT.items()}


@pytest.mark.slow
def test_a_right_engine_is_never_refuted():
    """Each problem by every property that is checked on any engine; most are informative."""
    counted = Counter()

    @seed(f"false alarms {SEED}")
    @settings(
        max_examples=CASES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(vanilla, JUDGED["rnn"].claim))
    def look(case):
        truth = truth_of(case)
        counted["cases"] += 1
        counted["informative"] += truth.informative(JUDGED["rnn"].claim.blocks)
        for name, engine in JUDGED.items():
            wrong = [f"{each.property}: {each.wrong}" for each in findings(engine, truth) if each.wrong]
            assert not wrong, f"{name}, {wrong[0]}\n\n{engine.code(case)}"

    look()
    print(dict(counted))
    assert counted["informative"] > 0.6 * counted["cases"]
