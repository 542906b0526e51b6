"""Right engines are verified with every seed.

A seed decides what is drawn; what is designed or fixed is the same for all. So that is judged once, and the
cases of every seed are added to it, which comes to what a whole run with that seed comes to. SEEDS=200 asks
that many seeds of the quick profile, from FIRST_SEED (0) on, of every cell by both loops, some 22 seconds
a seed and cell on two cores; by default two of a short one, of one cell in a small scope.

And with every secret, which decides what is designed as well: SECRETS=200 asks that many of the quick
profile, from FIRST_SECRET (0) on, of three right layers, some 100 seconds each on two cores.
"""

import os
import time
from contextlib import ExitStack

import pytest

from tests.layers import gru, lstm, selective_scan
from verification import models
from verification.adapters.layer import layer
from verification.adapters.rnn.cells import CELLS, LOOPS, cell_engine
from verification.judge import truths_kept, verify
from verification.judging.plan import Plan
from verification.judging.profile import QUICK, Profile
from verification.judging.run import CaseRun, Results, judgement_of, tallied
from verification.processes.workers import pooled
from verification.sampling.scope import Scope

SEEDS, FIRST = int(os.environ.get("SEEDS", "0")), int(os.environ.get("FIRST_SEED", "0"))
LAYERS = {"lstm": lstm, "gru": gru, "selective_scan": selective_scan}
PROFILE = QUICK if SEEDS else Profile("short", cases=12, exact_cases=20, strength=1)
NOTHING_DRAWN = Profile("settled", cases=0, exact_cases=0, strength=PROFILE.strength)
SECRETS, FIRST_SECRET = int(os.environ.get("SECRETS", "0")), int(os.environ.get("FIRST_SECRET", "0"))
SCOPE = None if SEEDS else Scope(records=(1, 3), steps=(1, 6), dtypes=("float64",))


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS if SEEDS else ("gru",))
def test_the_engine_is_verified(cell):
    """Neither refuted nor not exercised, by any seed; both loops are given the same cases."""
    with ExitStack() as stack:
        of_each = {each: cell_engine(cell, each).subject(None, SCOPE) for each in LOOPS}
        subjects = {each: stack.enter_context(truths_kept(of)) for each, of in of_each.items()}
        spreads = {each: stack.enter_context(pooled(of.functions)) for each, of in of_each.items()}
        settled = {each: tallied(spreads[each], of, NOTHING_DRAWN, 0) for each, of in subjects.items()}
        for seed in range(FIRST, FIRST + (SEEDS or 2)):
            for loops, subject in subjects.items():
                spread, known = spreads[loops], settled[loops]
                run = CaseRun(spread, subject)
                run.look(Plan(subject.engine).drawn(PROFILE, seed))
                seen = Results(known.tally + run.tally, known.coverage, known.standing)
                found = judgement_of(spread, subject, seen, PROFILE.strength, seed, time.monotonic())
                print(
                    f"{cell}, {loops} loops, seed {seed}: {run.tally.cases} cases, {found.word}", flush=True
                )
                assert (seed, loops, found.word, found.missing) == (seed, loops, "verified", ())


@pytest.mark.slow
@pytest.mark.parametrize("name", LAYERS)
def test_a_right_layer_is_verified_with_every_secret(name):
    """Neither refuted nor not exercised; the cases are others each time."""
    scope = None if SECRETS else Scope(records=(1, 3), steps=(1, 6), dtypes=("float64",))
    profile = QUICK if SECRETS else Profile("short", cases=6, exact_cases=0, strength=1)
    for number in range(FIRST_SECRET, FIRST_SECRET + (SECRETS or 2)):
        secret = f"secret number {number:06d}".encode()
        engine = layer(LAYERS[name].forward, LAYERS[name].backward, model=getattr(models, name))
        found = verify(engine, profile, scope=scope, secret=secret)
        print(f"{name}, secret {number}: {found.cases} cases, {found.word}", flush=True)
        assert (number, found.word, found.missing) == (number, "verified", ())
