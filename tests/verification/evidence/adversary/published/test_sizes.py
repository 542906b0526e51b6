"""Conditions on sizes hold of the sizes that they name."""

import pytest

from tests.verification.evidence.adversary.calls import call, met


@pytest.mark.parametrize(
    ("name", "holding", "others"),
    [
        ("T % 10 == 3", {"T": 13}, {"T": 14}),
        ("T a power of two, T > 1", {"T": 8}, {"T": 6}),
        ("T odd, T > 1", {"T": 3}, {"T": 1}),
        ("N from 10 to 14", {"N": 14}, {"N": 15}),
        ("D % 4 == 3", {"D": 7}, {"D": 4}),
        ("H == 6", {"H": 6}, {"H": 3}),
        ("N == D == H", {"N": 2, "D": 2, "H": 2}, {"N": 2, "D": 2, "H": 3}),
        ("T < N", {"T": 2, "N": 3}, {"T": 3, "N": 3}),
        ("N T a multiple of 10", {"N": 2, "T": 5}, {"N": 2, "T": 4}),
        ("N, T, D, H all even", {"N": 2, "T": 4, "D": 2, "H": 2}, {"N": 2, "T": 4, "D": 2, "H": 3}),
    ],
)
def test_a_condition_holds_of_its_sizes(name, holding, others):
    """And of no others."""
    assert met(name, call(**holding))
    assert not met(name, call(**others))
