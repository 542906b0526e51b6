"""Sizes between those of the classes: within a claim, and none is left out by a few seeds."""

import re
from collections import Counter
from functools import cache

import numpy as np
import pytest

from tests.cases import claimed
from tests.examples import ROOT
from verification.models import gated_linear_attention, linear, lstm, scan
from verification.sampling.exclusions import MOST_WORK, work
from verification.sampling.factors import LONG_STEPS, NUMBERS
from verification.sampling.gaps import LONG_APART, SIZES, between, rows_between
from verification.sampling.products import rows_of_products
from verification.sampling.sample import in_floats
from verification.sampling.scope import Scope
from verification.sampling.switches import rows_where_code_switches

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
    assert sizes(name, range(3, 7)) >= LEFT_OUT
    assert not sizes(name, range(1)) >= LEFT_OUT


@cache
def designed(model):
    """The rows that every seed has."""
    claim = claimed(model)
    more = (*rows_where_code_switches(model, claim), *rows_of_products(model, claim))
    return in_floats(model, claim).rows(3), more


def met(model, names, seed):
    """The sizes of these names that a run has together, without its drawn cases, which are all small."""
    of_all, more = designed(model)
    of_seed = rows_between(model, claimed(model), seed, of_all).values()
    return {tuple(row.sizes[name] for name in names) for row in (*of_all, *more, *of_seed)}


def share(numbers):
    """Of the sizes up to 129, those that are some of the numbers."""
    return len({n for (n,) in numbers} & {*range(1, NUMBERS[-1] + 1)}) / NUMBERS[-1]


def remainders(numbers, most=64):
    """The share of all remainders, by each number up to the most, that some of the tuples of numbers have."""
    every = sum(m ** len(next(iter(numbers))) for m in range(1, most + 1))
    return len({(m, *(n % m for n in some)) for some in numbers for m in range(1, most + 1)}) / every


def test_a_run_has_first_what_its_design_has_not():
    """A seed's own sizes are those of no designed row while there are others, and three seeds have all."""
    of_all, _ = designed(linear)
    claim = claimed(linear)
    for name, count in ((name, SIZES) for name in "NTH"):
        known = {row.sizes[name] for row in of_all}
        unmet = LEFT_OUT - known
        of_seed = [
            {row.sizes[name] for row in rows_between(linear, claim, s, of_all).values()} for s in range(3)
        ]
        assert all(len(some & unmet) >= min(count, len(unmet)) for some in of_seed)
        assert set().union(*of_seed) >= unmet


@pytest.mark.slow
def test_the_page_says_what_share_a_run_meets():
    """Of the sizes up to 129, and of their remainders by numbers up to 64: the least of four seeds."""
    page = (ROOT / "docs" / "judge" / "sample.md").read_text("utf-8")
    told = re.findall(r"^\| (N|T|H|D) \| (\d+)% \| (\d+)% \|$", page, re.MULTILINE)
    assert [name for name, *_ in told] == ["N", "T", "H", "D"]
    for name, of_sizes, of_remainders in told:
        some = [met(lstm, name, seed) for seed in range(4)]
        assert int(of_sizes) == int(100 * min(map(share, some)))
        assert int(of_remainders) == int(100 * min(map(remainders, some)))
    assert "N = 51 is in a run of seeds 0 and 3, and in no run of seeds 1 and 2" in " ".join(page.split())
    assert [(51,) in met(lstm, "N", seed) for seed in range(4)] == [True, False, False, True]


@pytest.mark.slow
def test_the_page_says_what_share_a_run_meets_of_both():
    """Of remainders of N and T by the same number: the least of four seeds, and what is possible."""
    page = " ".join((ROOT / "docs" / "judge" / "sample.md").read_text("utf-8").split())
    both = [met(lstm, "NT", seed) for seed in range(4)]
    least = {most: min(int(100 * remainders(each, most)) for each in both) for most in (4, 8, 16, 64)}
    assert (
        f"it meets all for m up to 4, {least[8]}% for m up to 8, {least[16]}% for m up to 16, "
        f"and {least[64]}% for m up to 64" in page
    )
    assert least[4] == 100
    possible = max(sum(min(m * m, len(each)) for m in range(1, 65)) for each in both)
    assert f"could meet {100 * possible / sum(m * m for m in range(1, 65)):.0f}% at most" in page


def test_every_size_between_has_others_beside_it():
    """A number of steps beyond the classes in each 41st case; of 73 rows a quarter have three such sizes."""
    found, _ = rows()
    steps = Counter(row.sizes["T"] for row in found.values() if row.sizes["T"] > NUMBERS[-1])
    assert steps == dict.fromkeys(range(164, 512, LONG_APART), 1)
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
