"""A matrix of signs, and their meaning."""

import pytest

from tests.pages import Page
from verification.report.pages.matrix import BESIDE, matrix, short, signs


@pytest.mark.parametrize("count", [0, 9, 999, 1_000, 9_999, 10_000, 999_999, 1_000_000, 12_345_678])
def test_a_count_is_short_and_never_said_to_be_more(count):
    """Four characters, of which three are digits."""
    told = short(count)
    assert len(told) <= 4
    number = float(told.rstrip("kM")) * {"k": 1e3, "M": 1e6}.get(told[-1], 1)
    assert 0.9 * count <= number <= count


def test_every_sign_has_a_meaning():
    """Those of entries, of what is not asked, and of thousands."""
    told = signs(good="held", bad="wrong", elsewhere="wrong in another row", idle="seldom")
    for symbol in ("✓", "✗", "⊗", "–", "·", "12k"):
        assert f"<dt>{symbol}</dt>" in told


def test_many_columns_have_their_counts_below_the_signs():
    """Where there is no room beside them, whatever the screen."""
    for columns, kind in ((BESIDE, "matrix"), (BESIDE + 1, "matrix stacked")):
        (table,) = Page(matrix("Signs", ["U"] * columns, [])).named("table")
        assert table["class"] == kind
