"""A page as a whole."""

from tests.pages import Page
from verification.report.pages.document import asked, document, environment
from verification.report.pages.markup import tag


def test_the_verdict_comes_first_and_every_section_has_a_link():
    """In the order in which they are given."""
    sections = {"one": (tag("p", "first"),), "versions": environment()}
    text = document([tag("h1", "Verified")], [tag("p", "lead")], sections)
    page = Page(text)
    assert page.attributes("href") == ["#one", "#versions"]
    assert page.attributes("id") == ["one", "versions"]
    places = [text.index(f">{words}<") for words in ("Verified", "One", "lead", "first", "numpy")]
    assert places == sorted(places)


def test_what_was_asked_stands_beside_what_was_not():
    """In words."""
    made = asked("float64; full gradient", ("Fractions", "truncations"), ("tanh is less accurate",))
    assert "<dd>float64; full gradient</dd>" in made
    assert "<dd>Fractions, truncations</dd>" in made
    assert "<dt>Remark</dt>\n<dd>tanh is less accurate</dd>" in made
    assert "<dd>nothing</dd>" in asked("all", (), ())
