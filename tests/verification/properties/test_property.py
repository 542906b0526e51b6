"""A property is an object that says all that others need to know of it."""

from verification.properties.property import FORM, About


def test_the_form_finds_nothing_by_itself():
    """It is refuted where there is no answer, whatever is asked."""
    assert list(FORM.look(None)) == []
    assert FORM.about is About.FORM
