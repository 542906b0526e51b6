"""The calls of functions that a step makes."""

from tests.cases import a_case
from verification import models
from verification.diagnosis.calls import roles_of_calls


def test_each_call_has_its_role():
    """In the order in which a step makes them."""
    assert roles_of_calls(a_case(models.vanilla)) == ["activation"]
    assert set(roles_of_calls(a_case(models.lstm))) == {"gate", "candidate", "output"}
