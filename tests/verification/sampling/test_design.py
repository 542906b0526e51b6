"""A design as data: rows by strength, what they are to meet, and rows around what was not met."""

import numpy as np
import pytest

from verification.sampling.covering import Exclusion, met, tuples
from verification.sampling.design import Design
from verification.sampling.ordering import soonest

FACTORS = {
    "kind": ("a", "b", "c"),
    "T": ((1, 1), (2, 4)),
    "N": ((1, 1), (2, 4)),
    "truncation": ("Full",),
    "flag": (False, True),
}
RULES = (Exclusion("no flag of c", ("kind", "flag"), lambda row: row.get("kind") == "c" and row.get("flag")),)


def design(**changed):
    """Four factors that vary and one that does not; 512 steps, and a layout, in pairs."""
    conditions = {"T": ((512, 512),), "truncation": ("Tail",)}
    made = {"conditions": conditions, "seconds": lambda levels: levels["T"][1] / 100, **changed}
    return Design(FACTORS, RULES, 1, make=lambda row, rng: (row.sizes["N"], rng.integers(9)), **made)


@pytest.mark.parametrize("strength", [2, 3, 4])
def test_rows_meet_every_possible_tuple_of_their_strength(strength):
    """With a level of every factor, in the order in which they tell most for their cost."""
    made = design()
    rows = made.rows(strength)
    assert all(set(row.levels) == set(FACTORS) for row in rows)
    for goal in made.goals(strength):
        possible, excluded = tuples(goal.factors, goal.strength, RULES)
        assert possible <= met([row.levels for row in rows], goal.factors, goal.strength)
        assert excluded.total() > 0
    assert list(rows) == soonest(rows, made.tuples(strength), made.seconds)
    assert made.tuples(strength)[0] == (made.every, 1)
    assert [n for _, n in made.tuples(strength)] == [*range(1, strength + 1)]


def test_conditions_stand_beside_every_other_level():
    """In pairs, whatever the strength; what is met in threes is met without them as well."""
    made = design()
    assert [(goal.strength, goal.of) for goal in made.goals(3)] == [(2, ""), (3, "without conditions")]
    rows = made.rows(3)
    for name, level in (("T", (512, 512)), ("truncation", "Tail")):
        some = [row for row in rows if row.levels[name] == level]
        assert {row.levels["kind"] for row in some} == {"a", "b", "c"}
        assert {row.levels["N"] for row in some} == set(FACTORS["N"])
    plain = [row.levels for row in rows if row.sizes["T"] < 512 and row.levels["truncation"] == "Full"]
    assert tuples(made.varied, 3, RULES)[0] <= met(plain, made.varied, 3)
    assert [(goal.strength, goal.of) for goal in design(conditions={}).goals(3)] == [(2, ""), (3, "")]


def test_a_limit_of_the_strength_is_kept():
    made = design(most=2, conditions={})
    assert [goal.strength for goal in made.goals(4)] == [2]
    assert made.rows(4) == made.rows(2)


def test_rows_around_a_tuple_meet_it_with_other_companions():
    """At every attempt; none where no row can have it."""
    made, wanted = design(), (("kind", "b"), ("T", (2, 4)))
    found = [made.around([wanted], attempt) for attempt in range(8)]
    assert all(len(rows) == 1 and dict(wanted).items() <= rows[0].levels.items() for rows in found)
    assert len({tuple(rows[0].levels.items()) for rows in found}) > 1
    assert made.around([(("kind", "c"), ("flag", True))], 0) == ()


def test_a_case_is_made_of_a_row():
    made = design()
    row = made.rows(2)[0]
    assert made.make(row, np.random.default_rng(0)) == (row.sizes["N"], np.random.default_rng(0).integers(9))
