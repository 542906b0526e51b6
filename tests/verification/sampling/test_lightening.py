"""Rows made light: what they met they still meet, at less work, and what is heavy is ordinary elsewhere."""

from itertools import product

import numpy as np
import pytest

from tests.cases import claimed
from verification.models import lstm
from verification.sampling.covering import Exclusion, covering, met
from verification.sampling.lightening import lightened
from verification.sampling.numbering import LIGHT
from verification.sampling.sample import in_floats

LARGE = (66, 129)
FACTORS = {"T": ((1, 1), (5, 17), LARGE), "N": ((1, 1), LARGE), "inputs": ("ordinary", "tiny", "large")}
ROWS = [dict(zip(FACTORS, levels, strict=True)) for levels in product(*FACTORS.values())]


def work(row):
    """Heavy where many steps have many records; else light."""
    return LIGHT / 3_000 * row["T"][1] * row["N"][1]


@pytest.mark.parametrize("strength", [1, 2, 3])
def test_every_tuple_is_still_met_and_no_row_is_left_that_nothing_needs(strength):
    """Counted by hand over all rows but one."""
    found = lightened(ROWS, FACTORS, strength, (), work)
    every = met(ROWS, FACTORS, strength)
    assert met(found, FACTORS, strength) == every
    for i in range(len(found)):
        assert met([*found[:i], *found[i + 1 :]], FACTORS, strength) < every
    # What others meet already needs no row.
    assert lightened(ROWS, FACTORS, strength, (), work, found) == []


HEAVY = {"T": LARGE, "N": LARGE, "inputs": "large"}


@pytest.mark.parametrize(
    ("needed", "rules", "made"),
    [
        (("T",), (), {"N": (1, 1)}),
        (("N",), (), {"T": (5, 17)}),
        (("T", "N"), (), {"inputs": "ordinary"}),
        (("T", "N"), (Exclusion("none", ("inputs",), lambda row: row.get("inputs") == "ordinary"),), {}),
        (("N",), (Exclusion("none", ("T",), lambda row: row.get("T") == (5, 17)),), {"T": (1, 1)}),
        (("T", "N", "inputs"), (), {}),
    ],
)
def test_what_a_heavy_row_is_not_there_for_becomes_cheap_or_else_ordinary(needed, rules, made):
    """Of a size the largest class with which it is light; never what a rule excludes."""
    given = [row for row in ROWS if any(row[name] != HEAVY[name] for name in needed)]
    found = lightened([HEAVY], FACTORS, len(needed), rules, work, given)
    assert found == [{**HEAVY, **made}]


def test_a_sample_s_covering_costs_less_and_meets_as_much():
    """Of an LSTM layer: half of what it costs where nobody looks at costs."""
    design = in_floats(lstm, claimed(lstm))

    def cost(row):
        return design.seconds({**{name: levels[0] for name, levels in design.factors.items()}, **row})

    def rows(*given):
        return covering(design.every, 2, design.rules, np.random.default_rng(0), *given)

    plain, light = rows(), lightened(rows([], cost), design.every, 2, design.rules, cost)
    assert sum(map(cost, light)) < 0.8 * sum(map(cost, plain))
    assert met(light, design.every, 2) >= met(plain, design.every, 2)
