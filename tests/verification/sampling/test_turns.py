"""Turns: each name stands beside every level and number, on different rows, and large rows have their own."""

from collections import Counter
from dataclasses import replace
from itertools import product

from tests.cases import claimed
from verification.models import lstm
from verification.properties.calling import beyond
from verification.properties.findings import turns
from verification.sampling.numbering import Row
from verification.sampling.sample import in_floats
from verification.sampling.turns import STRIDE, Turns, in_turn, nobody

NAMES = ("linearity", "cut", "memory layout")
ROWS = [
    Row({"type": type_, "T": span, "layout": layout}, {"T": steps})
    for (span, steps), type_, layout in product(
        [((2, 4), 2), ((2, 4), 3), ((5, 17), 9)], ("float32", "float64"), ("C", "F", "mixed")
    )
]


def of_all(row):
    return NAMES


def places(rows, name):
    """Those on which it is checked, by their places."""
    return [place for place, row in enumerate(rows) if name in row.turns]


def levels_of(rows):
    """Those of all of them, each with its factor."""
    return {each for row in rows for each in row.levels.items()}


def test_every_name_meets_every_level_and_every_number():
    """On half of the rows at most, which are the same in their order, and not those of another name."""
    made = in_turn(ROWS, Turns(of_all, first=0))
    assert [(row.levels, row.sizes) for row in made] == [(row.levels, row.sizes) for row in ROWS]
    for name in NAMES:
        mine = [row for row in made if name in row.turns]
        assert len(mine) <= len(ROWS) / 2
        assert levels_of(mine) == levels_of(ROWS)
        assert {row.sizes["T"] for row in mine} == {2, 3, 9}
    assert len({tuple(name in row.turns for row in made) for name in NAMES}) == len(NAMES)


def test_everything_is_checked_on_the_first_rows():
    """So that a run which ends early, or has few rows, has checked everything some times."""
    made = in_turn(ROWS, Turns(of_all))
    assert all(row.turns == NAMES for row in made[:6])
    assert all(row.turns == NAMES for row in in_turn(ROWS[:2], Turns(of_all)))
    assert all(row.turns != NAMES for row in made[-2:])


def test_each_is_checked_early_and_by_a_stride():
    """On one of the first rows, each on another, and on few at a time."""
    many = tuple("abcdefgh")
    made = in_turn(ROWS, Turns(lambda row: many, first=0))
    assert sorted(places(made, name)[0] for name in many) == sorted([*range(STRIDE)] * 2)
    assert max(len(row.turns) for row in made) < len(many)


def test_rows_that_are_apart_share_no_turns():
    """What a name has met on large rows it has not met on small ones, unless they are alike."""

    def names(row):
        return NAMES[:1] if row.sizes["T"] == 9 else NAMES

    made = in_turn(ROWS, Turns(names, apart=lambda row: row.sizes["T"] == 9, first=0))
    for large in (False, True):
        mine = [row for row in made if "linearity" in row.turns and (row.sizes["T"] == 9) == large]
        assert {row.levels["layout"] for row in mine} == {"C", "F", "mixed"}
    assert not any("cut" in row.turns for row in made if row.sizes["T"] == 9)
    alike = in_turn(ROWS, Turns(names, first=0))
    assert len(places(alike, "linearity")) < len(places(made, "linearity"))


def test_rows_of_much_that_is_new_come_first():
    """So that fewer are run, which meet as much; numbers do not count where they are not to."""
    rows = [replace(row, sizes={"T": steps}) for row in ROWS for steps in (2, 3, 4, 8)]
    few, usual = (in_turn(rows, Turns(of_all, first=0, least=least)) for least in ((3, 2, 1), (1,)))
    levels = in_turn(rows, Turns(of_all, first=0, numbers=False))
    for name in NAMES:
        for made in (few, usual, levels):
            assert levels_of([rows[place] for place in places(made, name)]) == levels_of(rows)
        assert {rows[place].sizes["T"] for place in places(few, name)} == {2, 3, 4, 8}
    count = [sum(len(row.turns) for row in made) for made in (levels, few, usual)]
    assert max(count[:2]) < count[2]


def test_without_names_only_what_is_always_checked_is_checked():
    """A row that has had no turns is everybody's."""
    assert {row.turns for row in in_turn(ROWS, Turns(nobody))} == {()}
    assert {row.turns for row in in_turn(ROWS, Turns(nobody, of_all))} == {NAMES}
    assert {row.turns for row in ROWS} == {None}


def test_every_property_meets_every_level_and_number_of_small_rows_and_of_large_ones():
    """Conditions too, in the sample of an LSTM's layer; on fewer than half of the rows."""
    claim = claimed(lstm)
    names = turns(claim)
    made = in_turn(in_floats(lstm, claim).rows(3), names)
    for large in (False, True):
        rows = [row for row in made if beyond(row.sizes, claim.least) == large]
        count = Counter(name for row in rows for name in row.turns)
        for name in names.names(rows[0]):
            mine = [row for row in rows if name in row.turns]
            assert levels_of(mine) == levels_of(rows)
            have, meet = ({size for row in some for size in row.sizes.items()} for some in (rows, mine))
            assert meet == have
            assert count[name] < len(rows) / 2
