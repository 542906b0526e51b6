"""Sizes are powers of two and their neighbours, each of which meets every level of the other factors."""

from collections import Counter

import numpy as np
import pytest

from tests.cases import claimed, rules_of
from tests.layers import RIGHT
from tests.quick import first_quick
from verification.adapters import step
from verification.models import lstm, scan, vanilla
from verification.sampling.factors import NUMBERS, TRUNCATIONS, sizes_of, table
from verification.sampling.numbering import (
    Row,
    completed,
    factor_of,
    least_steps,
    loosened,
    numbered,
    wanted,
    with_each_number,
)
from verification.sampling.sample import in_floats


@first_quick("model", [vanilla, lstm, scan], ids=lambda model: model.name)
def test_every_number_meets_every_level(model):
    """Pairs that no rule excludes, counted in the rows of the quick profile."""
    claim = claimed(model)
    rows = in_floats(model, claim).rows(3)
    found = {each for row in rows for each in row.met()}
    assert set(wanted(table(model, claim), rules_of(model))) <= found
    assert ("T", 128, "layout", "backwards") in found
    assert ("H", 129, "N", (1, 1)) in found


@first_quick("model", [model for model, _ in RIGHT], ids=lambda model: model.name)
def test_every_number_is_met_once_where_single_levels_are(model):
    """By few rows, among which levels are dealt out."""
    claim = claimed(model)
    rows = in_floats(model, claim).rows(1)
    every = wanted(table(model, claim), rules_of(model))
    assert {each[:2] for each in every} <= {size for row in rows for size in row.sizes.items()}
    assert {each[2:] for each in every} <= {level for row in rows for level in row.levels.items()}
    assert len(rows) < 60
    assert Counter(row.levels["layout"] for row in rows).most_common(1)[0][1] < len(rows) / 2


def test_a_number_that_no_row_has_stands_beside_the_rarest_level_that_it_can_meet():
    """Three steps beside ragged chunks; two, which have no such chunks, beside what is left."""
    kinds = ("Full", "Chunked, ragged, k2 = k1")
    factors = {"truncation": kinds, "T": ((2, 4),), "N": ((1, 1),), "type": ("float32", "float64")}
    given = Row({"truncation": "Full", "T": (2, 4), "N": (1, 1), "type": "float32"}, {"T": 2, "N": 1})
    rows = with_each_number([given], factors, (), 1, free)
    assert rows[0] is given
    assert [row.sizes["T"] for row in rows] == [2, 3, 4]
    assert rows[1].levels["truncation"] == kinds[1]
    others = [Row(given.levels, {"T": steps, "N": 1}) for steps in (3, 4)]
    *_, last = with_each_number(others, factors, (), 1, free)
    assert (last.sizes["T"], last.levels["truncation"]) == (2, "Full")
    assert with_each_number(rows, factors, (), 1, free) == rows


@pytest.mark.slow
def test_a_row_s_numbers_are_of_its_classes_and_fit_its_truncation():
    """A ragged chunk needs three steps."""
    claim = claimed(lstm, adapter=step)
    for row in in_floats(lstm, claim).rows(2):
        for name, (low, high) in sizes_of(row.levels).items():
            assert low <= row.sizes[name] <= high
        needed = {level: least for kind in TRUNCATIONS.values() for level, least in kind.items()}
        assert row.sizes["T"] >= needed[row.levels["truncation"]]


def test_the_fewest_steps_are_those_of_the_neediest_level():
    assert least_steps({"truncation": "Full"}, 1) == 1
    assert least_steps({"truncation": "Chunked, ragged, k2 > k1", "checkpoints": "1"}, 1) == 3
    for level, least in {"1": 1, "2": 3, "half": 5, "T - 1": 3, "T": 1}.items():
        assert least_steps({"truncation": "Full", "checkpoints": level}, 1) == least
    assert least_steps({"truncation": "Full", "lengths": "of their own"}, 4) == 5


def free(levels):
    return 0.0


def test_a_heavy_row_has_small_numbers_and_keeps_them():
    """The least that its levels can have, or one that costs little more; a light one any."""
    levels = {"truncation": "Chunked, ragged, k2 = k1", "T": (2, 4), "N": (66, 129), "type": "float32"}

    def work(levels):
        return levels["N"][1] * levels["T"][1]

    rows = numbered([levels] * 4, 1, work)
    assert [row.sizes for row in rows] == 4 * [{"T": 3, "N": 66}]
    assert loosened(rows * 3, {"type": ("float32",)}, 1, work, np.random.default_rng(0)) == rows * 3
    # A part more is little, beside 512 steps as well.
    for little in (lambda levels: work(levels) / 6000, lambda levels: 1 + levels["N"][1] / 1000):
        assert {row.sizes["N"] for row in numbered([levels] * 4, 1, little)} == {66, 127, 128, 129}
    (long,) = numbered([{**levels, "N": (18, 65), "T": (512, 512)}], 1, lambda levels: levels["N"][1])
    assert long.sizes["N"] == 18
    assert rows[0].priced == {**levels, "T": (3, 3), "N": (66, 66)}


def test_numbers_take_turns():
    """Of one class beside one level, until all have been met."""
    rows = [{"truncation": "Full", "T": (2, 4), "N": (1, 1), "type": "float32"}] * 3
    assert {row.sizes["T"] for row in numbered(rows, 1, free)} == {2, 3, 4}


def test_numbers_that_have_met_every_level_give_way_to_sizes_between_them():
    """But where a number would not stand beside a level any more."""
    factors = {"truncation": ("Full",), "T": ((5, 17),), "N": ((1, 1),), "type": ("float32", "float64")}
    levels = {"truncation": "Full", "T": (5, 17), "N": (1, 1)}
    once = [
        Row({**levels, "type": name}, {"T": n, "N": 1}) for n in NUMBERS[4:11] for name in factors["type"]
    ]
    assert loosened(once, factors, 1, free, np.random.default_rng(0)) == once
    rows = loosened(once * 3, factors, 1, free, np.random.default_rng(0))
    # Of those that could be others a tenth stays.
    many = loosened(once * 20, factors, 1, free, np.random.default_rng(0))
    assert 20 < sum(row.sizes["T"] in NUMBERS for row in many) < 60
    assert set(once[0].met()) <= {each for row in rows for each in row.met()}
    assert set(wanted(factors, ())) <= {each for row in rows for each in row.met()}
    assert {row.sizes["T"] for row in rows} - set(NUMBERS) >= {6, 11, 14}
    assert all(5 <= row.sizes["T"] <= 17 for row in rows)


def test_what_numbers_have_not_met_is_added():
    """One more row for three steps beside the second type."""
    factors = {"truncation": ("Full",), "T": ((2, 4),), "N": ((1, 1),), "type": ("float32", "float64")}
    levels = {"truncation": "Full", "T": (2, 4), "N": (1, 1)}
    rows = [Row({**levels, "type": name}, {"T": n, "N": 1}) for n in (2, 3, 4) for name in factors["type"]]
    assert completed(rows, factors, (), 1, free) == rows
    more = completed(rows[:-1], factors, (), 1, free)
    assert len(more) == len(rows)
    assert dict(more[-1].sizes) == {"T": 4, "N": 1}
    assert more[-1].levels["type"] == "float64"
    ragged = {**factors, "truncation": ("Full", "Chunked, ragged, k2 = k1")}
    more = completed([], ragged, (), 1, free)
    assert {row.sizes["T"] for row in more if row.levels["truncation"] != "Full"} == {3, 4}
    assert factor_of("H") == "size H"


def test_what_is_added_is_no_heavier_than_it_must_be():
    """Many steps of many records are heavy: either class stands once beside each number of the other."""
    large, types = (31, 65), ("float32", "float64", "longdouble")
    factors = {"truncation": ("Full",), "T": ((2, 4), large), "N": ((1, 1), large), "type": types}

    def heavy(levels):
        return levels["T"] == levels["N"] == large

    def count(work):
        rows = completed([], factors, (), 1, work)
        assert set(wanted(factors, ())) == {each for row in rows for each in row.met()}
        return sum(heavy(row.levels) for row in rows)

    assert count(lambda levels: 0.2 * heavy(levels)) < count(free)
