"""Pictures are a part of their page."""

import re

import pytest

from tests.pages import Page, full
from verification.report.pages import svg
from verification.report.pages.report import page as page_of


@pytest.fixture(scope="module")
def text():
    """The page with every part."""
    return page_of(full())


@pytest.fixture(scope="module")
def page(text):
    """The same, read."""
    return Page(text)


def test_pictures_say_what_they_show(page):
    """Each has a role and a text, and takes its ink from the page."""
    pictures = page.named("svg")
    assert len(pictures) == 2
    assert all(picture["role"] == "img" and len(picture["aria-label"]) > 40 for picture in pictures)


def test_pictures_follow_the_page(text):
    """Ink and fonts are the page's; no white ground is painted."""
    assert "currentColor" in text
    assert svg.INK not in text
    assert "DejaVu" not in text
    assert "fill: #ffffff" not in text


def test_a_picture_is_no_finer_than_a_screen(text):
    """Two decimals are enough, and half of the page."""
    drawn = text.partition("<svg")[2].partition("</svg>")[0]
    assert re.search(r"\d\.\d{2}\b", drawn)
    assert not re.search(r"\d\.\d{3}", drawn)
