"""A scope as it is given."""

from dataclasses import fields

from verification.sampling.scope import Scope


def test_a_scope_says_nothing_of_what_it_does_not_name():
    """So that the default of model and adapter stands."""
    scope = Scope(steps=(2, 5))
    said = {field.name for field in fields(scope) if getattr(scope, field.name) is not None}
    assert said == {"steps", "departures"}
    assert not scope.departures
