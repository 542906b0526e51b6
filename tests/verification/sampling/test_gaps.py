"""Sizes between those of the classes: within a claim, and none is left out by a few seeds."""

from collections import Counter

import numpy as np
import pytest

from tests.cases import claimed
from verification.models import gated_linear_attention, linear, lstm, scan
from verification.sampling.exclusions import MOST_WORK, work
from verification.sampling.factors import LONG_STEPS, NUMBERS
from verification.sampling.gaps import between, rows_between
from verification.sampling.sample import in_floats
from verification.sampling.scope import Scope

LEFT_OUT = set(range(1, NUMBERS[-1])) - set(NUMBERS)


def rows(model=scan, seed=0, scope=None):
    claim = claimed(model, scope)
    return rows_between(model, claim, seed), claim


def sizes(name, seeds, model=scan):
    """The numbers of a size that are left out by the classes and run by some of the seeds."""
    seen = {row.sizes[name] for seed in seeds for row in rows(model, seed)[0].values()}
    return seen - set(NUMBERS)


@pytest.mark.parametrize("name", ["N", "T", "H"])
def test_a_few_seeds_leave_no_size_out(name):
    """Whichever is the first of them."""
    assert sizes(name, range(3, 10)) >= LEFT_OUT
    assert not sizes(name, range(3)) >= LEFT_OUT


def test_a_size_is_run_twice_and_other_sizes_between_beside_some():
    """Every 41st number of steps beyond the classes once; of 69 rows a quarter have three such sizes."""
    found, _ = rows()
    steps = Counter(row.sizes["T"] for row in found.values() if row.sizes["T"] > NUMBERS[-1])
    assert steps == dict.fromkeys(range(164, 512, 41), 1)
    assert 12 < sum(len(LEFT_OUT & {*row.sizes.values()}) > 2 for row in found.values()) < 25


@pytest.mark.slow
def test_no_number_of_steps_up_to_512_is_left_out():
    """Beyond the classes it takes more seeds, for such cases take longer."""
    seen = sizes("T", range(41))
    assert set(range(NUMBERS[-1] + 1, LONG_STEPS)) <= seen


@pytest.mark.slow
def test_one_seed_has_every_remainder_by_small_numbers():
    """Of records and of steps: what is wrong at multiples of ten or twelve is met by any run."""
    for seed in range(4):
        for name in ("N", "T"):
            for by in (2, 3, 4, 5, 6, 10, 12):
                assert any(number % by == 0 for number in sizes(name, [seed])), (seed, name, by)


def test_rows_lie_within_a_claim_and_cost_little():
    """Their other sizes are small, and their cases have the sizes that they say."""
    found, claim = rows(linear, 2, Scope(records=(1, 40), steps=(3, 60)))
    design = between(linear, claim)
    for number, row in list(found.items())[:12]:
        assert row.sizes["N"] <= 40
        assert 3 <= row.sizes["T"] <= 60
        case = design.make(row, np.random.default_rng(number))
        assert {name: case.sizes[name] for name in row.sizes} == dict(row.sizes)
    found, claim = rows(lstm, 1)
    assert max(work(lstm, claim, row.priced) for row in found.values()) <= MOST_WORK


def test_a_seed_s_rows_are_the_same_and_another_seed_s_are_others():
    """In numbers of their own, by which their cases are drawn."""
    (one, _), (again, _), (other, _) = rows(seed=1), rows(seed=1), rows(seed=2)
    assert one == again
    assert not set(one) & set(other)
    counted = Counter(row.levels["layout"] for row in (*one.values(), *other.values()))
    assert len(counted) > 5


def test_an_engine_that_compiles_for_every_shape_is_run_at_none():
    """It claims few sizes."""
    assert rows(scope=Scope(compiled=True))[0] == {}


def test_no_size_is_beyond_what_a_model_has_in_its_design():
    model = gated_linear_attention
    of_seed, claim = rows(model, 3)
    seen = [*of_seed.values(), *in_floats(model, claim).rows(1)]
    for name, most in model.designed.items():
        assert max(row.sizes[name] for row in seen) <= most
