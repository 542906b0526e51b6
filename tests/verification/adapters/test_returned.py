"""The forms in which an engine returns several things."""

import pytest

from verification.adapters.returned import check_dict, checked_tuple
from verification.processes.invalid import InvalidAnswer


@pytest.mark.parametrize(("given", "count"), [((1, 2), 2), ([1], 1), ((1,), None)])
def test_a_tuple_or_a_list_is_a_tuple(given, count):
    """Of so many entries, or of any number."""
    assert checked_tuple("it is", given, count) == tuple(given)


@pytest.mark.parametrize(
    ("given", "count", "words"),
    [
        (None, 2, "it is a NoneType, needed a tuple of 2"),
        ((1,), 2, "it is a tuple of 1, needed a tuple of 2"),
        ((), None, "it is a tuple of 0, needed a tuple of arrays"),
    ],
)
def test_anything_else_is_an_invalid_answer(given, count, words):
    """Which says what it is."""
    with pytest.raises(InvalidAnswer, match=f"^{words}$"):
        checked_tuple("it is", given, count)


def test_a_dict_is_a_mapping():
    """By name."""
    check_dict("d_params", {"U": 1})
    with pytest.raises(InvalidAnswer, match=r"^d_params is a list, needed a dict by name$"):
        check_dict("d_params", [])
