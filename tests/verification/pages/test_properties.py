"""Every property, oracle and entry of the contract has its place on the page."""

from dataclasses import replace

import pytest

from tests.pages import full, verification
from verification.outcome import Report
from verification.pages.report import page as page_of
from verification.properties import PROPERTIES
from verification.suite import EVERY_PROPERTY, Row


@pytest.fixture(scope="module")
def text():
    """The page with every part."""
    return page_of(full())


def test_every_row_is_there(text):
    """Every property with its claim, and the counts of a row under each truncation."""
    for check in PROPERTIES:
        assert f">{check.name}</span>" in text
    assert text.count("1,200</span><small>92%</small>") == sum(len(c.rows) for c in EVERY_PROPERTY) * 4


def test_a_row_of_no_known_property_is_shown():
    """A row of somebody's own property stands by itself, and not under others."""
    own = replace(verification(), rows=(Row("my own", "Full", 5, 5),))
    assert "my own" in page_of(Report(own))
