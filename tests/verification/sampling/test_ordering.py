"""The order of rows: each in its turn tells most for its cost, recounted with sets of tuples."""

from itertools import combinations, product

import numpy as np
import pytest

from verification.sampling.numbering import Row
from verification.sampling.ordering import Reached, Share, soonest

FACTORS = {"kind": ("a", "b", "c"), "T": ((1, 1), (2, 4)), "flag": (False, True)}
ROWS = [
    Row(dict(zip(FACTORS, levels, strict=True)), {"T": levels[1][1]}) for levels in product(*FACTORS.values())
]
GOALS = [(FACTORS, 1), (FACTORS, 2)]


def work(levels):
    """Seconds: rows of more steps are dearer."""
    return 0.3 * levels["T"][1]


def tuples_of(row, strength):
    """By the names and levels themselves."""
    return {*combinations(row.levels.items(), strength)}


@pytest.mark.parametrize("seed", range(5))
def test_each_row_tells_most_for_its_cost_when_its_turn_comes(seed):
    """Single levels first, then pairs; of rows that meet one by all that they tell, and by the cost."""
    rows = [ROWS[i] for i in np.random.default_rng(seed).permutation(len(ROWS))][:9]
    ordered = soonest(rows, GOALS, work)
    assert sorted(map(id, ordered)) == sorted(map(id, rows))
    every = {n: set().union(*(tuples_of(row, n) for row in rows)) for n in (1, 2)}
    met = {1: set(), 2: set()}

    def gain(row, needed):
        new = {n: len(tuples_of(row, n) - met[n]) / len(every[n]) for n in (1, 2)}
        return sum(new[n] for n in new if n >= needed) / work(row.priced) ** 0.5 if new[needed] else 0.0

    needed = []
    for turn, row in enumerate(ordered):
        needed.append(next((n for n in (1, 2) if met[n] != every[n]), 2))
        assert gain(row, needed[-1]) == pytest.approx(max(gain(each, needed[-1]) for each in ordered[turn:]))
        for n in (1, 2):
            met[n] |= tuples_of(row, n)
    assert needed[0] == 1
    assert needed[-1] == 2
    # What tells nothing new is last, the cheapest first.
    again = soonest([*rows, *rows], GOALS, work)
    idle = [work(row.levels) for row in again[-len(rows) :]]
    assert idle == sorted(idle)


@pytest.mark.parametrize("strength", [1, 2, 3])
def test_what_is_reached_counts_the_tuples_that_rows_have(strength):
    """Those of rows alone, whatever the product of all levels is; a level of no factor is in none."""
    rows, other = ROWS[:5], Row({"kind": "z", "T": (2, 4), "flag": True}, {"T": 4})
    reached = Reached(FACTORS, strength, rows)
    every, met = set().union(*(tuples_of(row, strength) for row in rows)), set()
    assert reached.share == Share(strength, 0, len(every))
    for row in [*rows[:2], other]:
        reached.meet(row)
        met |= tuples_of(row, strength)
        assert reached.share == Share(strength, len(met & every), len(every))
    least = reached.least_met()
    shares = [share for share, _ in least]
    assert shares == sorted(shares)
    for share, level in least:
        here = {each for each in every if level in each}
        assert share == pytest.approx(len(here & met) / len(here))
        assert share < 1
    named = {level for _, level in least}
    assert named == {level for each in every - met for level in each}


def test_a_share_in_words():
    """By the name of its strength; those of several samples add up."""
    assert str(Share(2, 41, 50)) == "pairs 82%"
    assert str(Share(5, 1, 2)) == "5 levels 50%"
    assert Share(3, 1, 4) + Share(3, 2, 4) == Share(3, 3, 8)
    assert Share(1, 3, 3).whole
    assert not Share(1, 2, 3).whole
