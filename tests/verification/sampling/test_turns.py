"""Turns: each name stands beside every level and number, on different rows, and large rows have their own."""

from collections import Counter
from itertools import product

from verification.adapters import layer
from verification.models import lstm
from verification.properties.asking import beyond
from verification.properties.findings import turns
from verification.sampling.numbering import Row
from verification.sampling.resolving import resolved
from verification.sampling.sample import in_floats
from verification.sampling.turns import FIRST, in_turn, nobody

NAMES = ("linearity", "cut", "memory layout")
ROWS = [
    Row({"type": type_, "T": span, "layout": layout}, {"T": steps})
    for (span, steps), type_, layout in product(
        [((2, 4), 2), ((2, 4), 3), ((5, 17), 9)], ("float32", "float64"), ("C", "F", "mixed")
    )
]


def of_all(row):
    """Three names of every row."""
    return NAMES


def test_every_name_meets_every_level_and_every_number():
    """On half of the rows at most, which are the same in their order, and not those of another name."""
    made = in_turn(ROWS, of_all, 0)
    assert [(row.levels, row.sizes) for row in made] == [(row.levels, row.sizes) for row in ROWS]
    for name in NAMES:
        mine = [row for row in made if name in row.turns]
        assert len(mine) <= len(ROWS) / 2
        assert {each for row in mine for each in row.levels.items()} == {
            each for row in ROWS for each in row.levels.items()
        }
        assert {row.sizes["T"] for row in mine} == {2, 3, 9}
    assert len({tuple(name in row.turns for row in made) for name in NAMES}) == len(NAMES)


def test_the_first_rows_are_asked_all():
    """So that a run which ends early, or has few rows, has asked everything some times."""
    made = in_turn(ROWS, of_all)
    assert all(row.turns == NAMES for row in made[:FIRST])
    assert all(row.turns == NAMES for row in in_turn(ROWS[:2], of_all))
    assert all(row.turns != NAMES for row in made[-2:])


def test_rows_of_other_names_are_apart():
    """What a name has met on large rows it has not met on small ones."""
    made = in_turn(ROWS, lambda row: NAMES[:1] if row.sizes["T"] == 9 else NAMES, 0)
    for large in (False, True):
        mine = [row for row in made if "linearity" in row.turns and (row.sizes["T"] == 9) == large]
        assert {row.levels["layout"] for row in mine} == {"C", "F", "mixed"}
    assert not any("cut" in row.turns for row in made if row.sizes["T"] == 9)


def test_without_names_nothing_is_asked_in_turn():
    """A row that has had no turns is everybody's."""
    assert {row.turns for row in in_turn(ROWS, nobody)} == {()}
    assert {row.turns for row in ROWS} == {None}


def test_every_property_meets_every_level_and_number_of_small_rows_and_of_large_ones():
    """Conditions too, in the sample of an LSTM's layer; on fewer than half of the rows."""
    claim = resolved(None, lstm, layer.CAPABILITIES)
    names = turns(claim)
    made = in_turn(in_floats(lstm, claim).rows(3), names)
    for large in (False, True):
        rows = [row for row in made if beyond(row.sizes, claim.least) == large]
        count = Counter(name for row in rows for name in row.turns)
        for name in names(rows[0]):
            mine = [row for row in rows if name in row.turns]
            for what in ("levels", "sizes"):
                have, meet = (
                    {i for row in some for i in getattr(row, what).items()} for some in (rows, mine)
                )
                assert meet == have
            assert count[name] < len(rows) / 2
