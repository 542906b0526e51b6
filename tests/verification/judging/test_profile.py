"""How thorough a run is."""

import pytest

from verification.judging.profile import BRIEF, PROFILES, QUICK, THOROUGH, Profile


def test_the_thorough_one_asks_more():
    """In every respect."""
    assert PROFILES == {"quick": QUICK, "thorough": THOROUGH, "brief": BRIEF}
    assert THOROUGH.cases > QUICK.cases
    assert THOROUGH.exact_cases > QUICK.exact_cases
    assert (QUICK.strength, THOROUGH.strength) == (3, 4)


@pytest.mark.parametrize(
    ("name", "least"), [("cases", 0), ("exact_cases", 0), ("faults", 0), ("strength", 1)]
)
def test_counts_are_whole_numbers(name, least):
    """From 0 on, and the strength from 1 on."""
    Profile("mine", **{"cases": 1, name: least})
    with pytest.raises(ValueError, match=rf"^{name}: {least - 1}, needed a whole number from {least} on$"):
        Profile("mine", **{"cases": 1, name: least - 1})
