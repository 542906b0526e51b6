"""Arguments are refused in one line."""

import numpy as np
import pytest

from verification.judging.arguments import checked_count, refuse


@pytest.mark.parametrize("value", [0, 3, np.int64(7)])
def test_whole_numbers_are_counts(value):
    """As Python's own."""
    assert checked_count("cases", value) == value
    assert type(checked_count("cases", value)) is int


@pytest.mark.parametrize(
    ("value", "error"), [(-1, ValueError), (1.5, TypeError), (True, TypeError), ("3", TypeError)]
)
def test_others_are_none(value, error):
    """By the name, with what was given."""
    with pytest.raises(error, match=rf"^cases: {value!r}, needed a whole number from 0 on$"):
        checked_count("cases", value)


def test_what_fits_is_not_refused():
    """And what does not is told of."""
    assert refuse("engine", 3, True, "a function") is None
    with pytest.raises(TypeError, match=r"^engine: 3, needed a function$"):
        refuse("engine", 3, False, "a function")
