"""The vanilla model's problems: what a scope asks of an engine of them, and the cases that they are."""

from dataclasses import dataclass

import pytest

from rnn import Chunked, Full
from verification import Scope, manual, verify
from verification.adapters.rnn import small
from verification.adapters.rnn.vanilla_form import case_of
from verification.judging.profile import Profile
from verification.models.truncation import Standard, Tabled

SHORT = Profile("short", cases=20, exact_cases=0, strength=1)


@dataclass(frozen=True)
class Half:
    """Each loss reaches back to half its step."""

    def first(self, t, steps):
        """The earliest step."""
        return t // 2


@pytest.mark.parametrize(
    ("truncation", "data"),
    [
        (Full(), Standard("Full")),
        (Chunked(3), Standard("Chunked", (3, 3))),
        (Half(), Tabled((0, 0, 1))),
    ],
    ids=repr,
)
def test_a_case_has_the_truncation_as_data(truncation, data):
    """By name and numbers, or, of one of an engine's own, the earliest step that each loss reaches."""
    problem = next(each for each in map(small.whole, range(small.WHOLE)) if each.steps == 3)
    assert case_of(problem.replaced(truncation=truncation)).truncation == data


def test_no_scope_is_wider_than_what_there_is():
    """One line says which."""
    with pytest.raises(ValueError, match="scope: losses: 'cotangents', needed one of last, every"):
        verify(manual, SHORT, scope=Scope(losses=("cotangents",)))
