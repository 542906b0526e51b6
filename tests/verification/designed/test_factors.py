"""The array of the designed sample meets what it promises, recounted by plain loops."""

from itertools import combinations, product

import pytest

from verification.designed.factors import FACTORS, RULES, rows, work


def allowed(pair):
    """Does no rule exclude two levels?"""
    return not any(rule.excludes(dict(pair)) for rule in RULES)


def test_every_possible_pair_of_levels_is_met():
    """Counted anew, without the table that made the rows."""
    met = {pair for row in rows() for pair in combinations([(name, row[name]) for name in FACTORS], 2)}
    possible = {
        ((one, a), (other, b))
        for one, other in combinations(FACTORS, 2)
        for a, b in product(FACTORS[one], FACTORS[other])
        if allowed(((one, a), (other, b)))
    }
    assert possible - met == set()
    assert len(possible) > 3_500


def test_no_pair_is_excluded_but_what_cannot_be():
    """T = 1 has nothing within it, zeros no 6, a workspace no checkpoints; work excludes no pair."""
    excluded = {
        rule.name
        for one, other in combinations(FACTORS, 2)
        for a, b in product(FACTORS[one], FACTORS[other])
        for rule in RULES
        if rule.excludes({one: a, other: b})
    }
    assert excluded == {
        "no k within one step",
        "zeros with a 6 among them",
        "checkpoints where every state is kept",
    }


def test_no_row_breaks_a_rule():
    """Whole rows are asked as well."""
    assert [row for row in rows() for rule in RULES if rule.excludes(row)] == []


def test_with_each_kind_of_truncation_each_activation_meets_long_sequences():
    """Kind and activation are one factor, and so any two of them meet each class of T."""
    long = {row["way"] for row in rows() if row["T"][0] > 12}
    assert long == set(FACTORS["way"])


@pytest.mark.parametrize("size", range(5))
def test_work_grows_with_each_size(size):
    """No size is free."""
    sizes = [5] * 5
    more = [10 if i == size else 5 for i in range(5)]
    assert work("Full", *sizes) < work("Full", *more) < work("Window, k < T", *more)
