"""Turns: each name stands beside every level and number, on rows of about the same count."""

from collections import Counter
from itertools import product

from verification.sampling.numbering import Row
from verification.sampling.turns import in_turn

NAMES = ("linearity", "cut", "memory layout")
ROWS = [
    Row({"type": type_, "T": span, "layout": layout}, {"T": steps})
    for (span, steps), type_, layout in product(
        [((2, 4), 2), ((2, 4), 3), ((5, 17), 9)], ("float32", "float64"), ("C", "F", "mixed")
    )
]


def test_every_name_meets_every_level_and_every_number():
    """The rows are the same, in their order; none has much more of them than another."""
    made = list(in_turn(ROWS, NAMES))
    assert [(row.levels, row.sizes) for row in made] == [(row.levels, row.sizes) for row in ROWS]
    for name in NAMES:
        mine = [row for row in made if row.turn == name]
        assert {each for row in mine for each in row.levels.items()} == {
            each for row in ROWS for each in row.levels.items()
        }
        assert {row.sizes["T"] for row in mine} == {2, 3, 9}
    count = Counter(row.turn for row in made)
    assert max(count.values()) - min(count.values()) <= 2


def test_without_names_a_row_is_everybodys():
    """As it was."""
    assert list(in_turn(ROWS, ())) == ROWS
    assert {row.turn for row in ROWS} == {""}
