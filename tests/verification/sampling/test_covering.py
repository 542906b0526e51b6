"""Covering arrays, recounted one tuple at a time."""

from itertools import combinations, product

import numpy as np
import pytest

from verification.sampling.covering import Exclusion, companions, covering, met, possible, row_with, tuples

FACTORS = {
    "truncation": ("full", "window", "chunked", "tail"),
    "steps": (1, 3, 9, 33),
    "records": (1, 4, 65),
    "type": ("float32", "float64"),
    "state": (False, True),
    "layout": ("C", "F", "backwards"),
}
RULES = (
    Exclusion(
        "no chunks of one step",
        ("truncation", "steps"),
        lambda r: (r.get("truncation"), r.get("steps")) == ("chunked", 1),
    ),
    Exclusion("work", ("steps", "records"), lambda r: r.get("steps", 1) * r.get("records", 1) > 1000),
)


def recounted(strength, rules):
    """Every tuple, and whether no rule excludes it."""
    counted = {}
    for names in combinations(FACTORS, strength):
        for levels in product(*(FACTORS[name] for name in names)):
            row = dict(zip(names, levels, strict=True))
            counted[tuple(row.items())] = [rule.name for rule in rules if rule.excludes(row)]
    return counted


@pytest.mark.parametrize("strength", [2, 3, 4])
@pytest.mark.parametrize("rules", [(), RULES], ids=["free", "ruled"])
def test_every_possible_tuple_is_in_a_row_and_no_row_is_excluded(strength, rules):
    """Counted with loops over all combinations and levels."""
    rows = covering(FACTORS, strength, rules, np.random.default_rng(0))
    seen = {tuple((n, row[n]) for n in names) for row in rows for names in combinations(FACTORS, strength)}
    counted = recounted(strength, rules)
    assert seen == {each for each, excluded in counted.items() if not excluded}
    assert all(list(row) == list(FACTORS) for row in rows)
    assert all(possible(row, rules) for row in rows)
    # The product of the largest level counts is the least that can be.
    least = np.prod(sorted(map(len, FACTORS.values()))[-strength:])
    assert 0.8 * least <= len(rows) <= 2 * least


def missing(rows, factors, strength, rules):
    """The possible tuples that no row meets."""
    return tuples(factors, strength, rules)[0] - met(rows, factors, strength)


@pytest.mark.parametrize("strength", [1, 2, 3])
def test_tuples_are_counted_by_what_excludes_them(strength):
    """The first rule that does."""
    found, excluded = tuples(FACTORS, strength, RULES)
    counted = recounted(strength, RULES)
    assert found == {each for each, names in counted.items() if not names}
    for rule in RULES:
        assert excluded[rule.name] == sum(names[:1] == [rule.name] for names in counted.values())


def test_a_row_that_is_taken_out_is_missed():
    """Some of its tuples are nowhere else."""
    rows = covering(FACTORS, 3, RULES, np.random.default_rng(0))
    assert not missing(rows, FACTORS, 3, RULES)
    gone = missing(rows[1:], FACTORS, 3, RULES)
    assert gone
    assert gone <= met(rows[:1], FACTORS, 3)


def test_the_same_seed_makes_the_same_rows():
    one, same, other = (covering(FACTORS, 2, RULES, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_a_level_that_meets_nothing_more_is_the_first():
    """Where three factors are met by pairs, others stay at their cheapest."""
    factors = {"a": (0, 1, 2, 3), "b": (0, 1, 2, 3), "c": (0, 1)}
    rows = covering(factors, 2, (), np.random.default_rng(0))
    assert len(rows) == 16
    assert sum(row["c"] for row in rows) < 8


def test_a_tuple_that_no_row_can_have_is_left_out():
    """Each pair of levels is possible by itself, and three are not."""
    factors = dict.fromkeys("abc", (0, 1))
    rules = (
        Exclusion("a is c", ("a", "c"), lambda r: "a" in r and "c" in r and r["a"] != r["c"]),
        Exclusion("b is not c", ("b", "c"), lambda r: "b" in r and "c" in r and r["b"] == r["c"]),
    )
    rows = covering(factors, 2, rules, np.random.default_rng(0))
    assert missing(rows, factors, 2, rules) == {(("a", n), ("b", n)) for n in (0, 1)}
    assert row_with({"a": 0, "b": 0}, factors, rules) is None
    assert row_with({"a": 0, "b": 1}, factors, rules) == {"a": 0, "b": 1, "c": 0}
    assert companions([(("a", 0), ("b", 0))], factors, rules, np.random.default_rng(0)) == []


def test_a_level_that_led_nowhere_is_forgotten():
    """It excludes none of the levels that are tried after it."""
    nothing_with_0 = Exclusion("nothing with 0", ("a", "c"), lambda r: "c" in r and r.get("a") == 0)
    nor_1_with_1 = Exclusion("nor 1 with 1", ("a", "c"), lambda r: (r.get("a"), r.get("c")) == (1, 1))
    factors = dict.fromkeys("abc", (0, 1))
    assert row_with({}, factors, (nothing_with_0, nor_1_with_1)) == {"a": 1, "b": 0, "c": 0}


def test_companions_are_drawn_and_possible():
    """Around each tuple, others at another seed."""
    wanted = [(("steps", 33), ("type", "float32")), (("truncation", "chunked"), ("state", True))]
    one, two = (companions(wanted, FACTORS, RULES, np.random.default_rng(seed)) for seed in (0, 1))
    for rows in (one, two):
        assert all(possible(row, RULES) for row in rows)
        assert all(any(dict(each).items() <= row.items() for row in rows) for each in wanted)
    assert one != two


def test_a_dead_end_is_left():
    """A tuple that few levels go with is found them."""
    factors = {**dict.fromkeys("abc", range(6)), "d": (0,)}

    def apart(x, y):
        return lambda r: x in r and y in r and (r[x] + r[y]) % 6 not in (0, 1, 5)

    rules = tuple(Exclusion(f"{x}{y}", (x, y), apart(x, y)) for x, y in combinations("abc", 2))
    rows = covering(factors, 1, rules, np.random.default_rng(0))
    assert not missing(rows, factors, 1, rules)
