"""A property is an object that says all that others need to know of it."""

from verification.properties.property import FORM, About, Property


def test_a_property_says_for_itself_whom_it_asks():
    """Everybody, unless it says otherwise, small cases, and no evidence is needed of it."""
    made = Property("one", "one thing holds", About.CALL, lambda trial: iter(()))
    assert made.asks(None)
    assert (made.of_large, made.evidence(None), made.alone, made.reference) == (False, (), None, None)


def test_the_form_finds_nothing_by_itself():
    """It is refuted where there is no answer, whatever is asked."""
    assert list(FORM.look(None)) == []
    assert FORM.about is About.FORM
