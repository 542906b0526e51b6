"""Every property, oracle and entry of the contract has its place on the page."""

from dataclasses import replace

import pytest
from verification.properties import PROPERTIES
from verification.suite import EVERY_PROPERTY, Row

from tests.pages import full, verification
from verification.outcome import Report
from verification.pages.report import page as page_of


@pytest.fixture(scope="module")
def text():
    """The page with every part."""
    return page_of(full())


def test_every_row_is_there(text):
    """Every property with its claim, and the counts of a row under each truncation."""
    for check in PROPERTIES:
        assert f'<th scope="row">{check.name}</th>' in text
        assert f"<dt>{check.name}</dt><dd>{check.claim}</dd>" in text.replace("\n", "")
    assert text.count("1,200</span><small>92%</small>") == sum(len(c.rows) for c in EVERY_PROPERTY) * 4


def test_a_row_of_no_known_property_is_shown():
    """A row of somebody's own property stands by itself, and not under others."""
    own = replace(verification(), rows=(Row("my own", "Full", 5, 5),))
    assert "my own" in page_of(Report(own))


def test_the_matrix_sums_over_truncations(text):
    """A block's entry has the cases of all four; what is about no block stands under the answer."""
    matrix = text.partition('class="matrix"')[2].partition("</table>")[0]
    row = matrix.partition('<th scope="row">lag by lag</th>')[2].partition("</tr>")[0]
    assert row.count("<span>4.8k</span><span>4.4k</span>") == 8
    row = matrix.partition('<th scope="row">identities</th>')[2].partition("</tr>")[0]
    assert row.index("4.8k") < row.index("·")
    assert row.count("·") == 8


@pytest.mark.parametrize(
    ("changed", "entry"),
    [({"failures": 2}, "✗</span><span>2</span><span>/4.8k"), ({"nonzero": 0}, "–</span><span>4.8k</span>")],
)
def test_one_truncation_can_refute_an_entry(changed, entry):
    """Or leave it without evidence."""
    assert entry in page_of(Report(verification(**changed)))
