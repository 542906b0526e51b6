"""How thorough a run is."""

import pytest

from verification.judging.profile import Profile


@pytest.mark.parametrize(
    ("name", "least"), [("cases", 0), ("exact_cases", 0), ("faults", 0), ("strength", 1)]
)
def test_counts_are_whole_numbers(name, least):
    """From 0 on, and the strength from 1 on."""
    Profile("mine", **{"cases": 1, name: least})
    with pytest.raises(ValueError, match=rf"^{name}: {least - 1}, needed a whole number from {least} on$"):
        Profile("mine", **{"cases": 1, name: least - 1})
    for other in (1.5, True, "3"):
        with pytest.raises(TypeError, match=rf"^{name}: {other!r}, needed a whole number from {least} on$"):
            Profile("mine", **{"cases": 1, name: other})
