"""How thorough a run is."""

import pytest

from verification.judging.profile import BRIEF, PROFILES, QUICK, THOROUGH, Profile


def test_the_thorough_one_asks_more():
    """In every respect."""
    assert PROFILES == {"quick": QUICK, "thorough": THOROUGH, "brief": BRIEF}
    assert THOROUGH.cases > QUICK.cases
    assert THOROUGH.exact_cases > QUICK.exact_cases
    assert (QUICK.strength, THOROUGH.strength) == (3, 4)


@pytest.mark.parametrize("name", ["cases", "exact_cases", "faults"])
def test_counts_are_whole_numbers(name):
    """From 0 on."""
    with pytest.raises(ValueError, match=rf"^{name}: -1, needed a whole number from 0 on$"):
        Profile("mine", **{"cases": 1, name: -1})
