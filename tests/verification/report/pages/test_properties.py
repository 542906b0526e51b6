"""What was asked by truncation, and the oracles, have their place on the page."""

from dataclasses import replace

import pytest

from tests.pages import ASKED, BLOCKS, TRUNCATIONS, full, judgement
from verification.judging.judgement import Row
from verification.properties.findings import BY_NAME, PROPERTIES
from verification.report.pages.properties import by_truncation
from verification.report.pages.report import page as page_of

PARTS = (("U", 5), ("W", 4), ("b", 5))


@pytest.fixture(scope="module")
def text():
    """The page with every part."""
    return page_of(full())


def test_every_property_is_there(text):
    """With its claim, and the counts under each truncation, of parts that are alike once."""
    for name in ("forward", *ASKED):
        assert f'<th scope="row">{name}</th>' in text
        assert f"<dt>{name}</dt><dd>{BY_NAME[name].claim}</dd>" in text.replace("\n", "")
    assert text.count("1,200<small>92%</small>") == (1 + len(ASKED)) * len(TRUNCATIONS)
    assert text.count(f'<th scope="row">{", ".join(BLOCKS)}</th>') == len(ASKED)


def test_parts_that_are_not_alike_have_rows_of_their_own():
    """W was asked less often."""
    rows = [
        Row("lags", part, cases, cases, truncation=kind) for kind in TRUNCATIONS[:2] for part, cases in PARTS
    ]
    (shown,) = by_truncation(replace(judgement(), rows=tuple(rows)))
    assert shown.count('<th scope="row">U, b</th>') == shown.count('<th scope="row">W</th>') == 1


def test_the_matrix_sums_over_truncations(text):
    """A block's entry has the cases of all four."""
    matrix = text.partition('class="matrix')[2].partition("</table>")[0]
    row = matrix.partition('<th scope="row">lag by lag</th>')[2].partition("</tr>")[0]
    assert row.count("<span>4.8k</span><span>4.4k</span>") == len(BLOCKS)


def test_what_a_truncation_has_shown_nothing_of_has_a_share_of_zero():
    """In figures: no sign says that a run should have met it."""
    rows = (Row("lags", "h0", 5, 5, truncation="Full", nonzero=5), Row("lags", "h0", 3, truncation="Tail"))
    (shown,) = by_truncation(replace(judgement(), rows=rows))
    assert "3<small>0%</small>" in shown
    assert "–" not in shown


def test_every_oracle_is_there(text):
    """With why it is independent."""
    for reference in (each.reference for each in PROPERTIES if each.reference):
        assert reference.name in text
