"""The right engine is verified with every seed.

SEEDS=200 asks that many whole runs of the quick profile, from FIRST_SEED (0) on, half a minute to a minute
each; by default one short run.
"""

import os

import pytest

from verification.engine import manual
from verification.judge import as_rnn
from verification.judging.profile import QUICK, Profile

SEEDS, FIRST = int(os.environ.get("SEEDS", "0")), int(os.environ.get("FIRST_SEED", "0"))
RUNS = [(seed, QUICK) for seed in range(FIRST, FIRST + SEEDS)] or [
    (FIRST, Profile("short", cases=12, exact_cases=20, strength=2))
]


@pytest.mark.parametrize(("seed", "profile"), RUNS, ids=[str(seed) for seed, _ in RUNS])
def test_the_engine_is_verified(seed, profile):
    """Neither refuted nor not exercised."""
    found = as_rnn(manual).judged(profile, seed=seed)
    assert (found.verdict, found.missing) == ("verified", ())
