"""Truncations as data: by the verifier's own definitions, which rnn's have to meet."""

import numpy as np
import pytest

from rnn import Chunked, Full, Tail, Window
from verification.models.truncation import Standard, Tabled, equivalents, truncation_of

THEIRS = (
    Full(),
    *(Window(k) for k in (0, 1, 3, 9)),
    *(Tail(k) for k in (0, 1, 3, 9)),
    *(Chunked(k1, k2) for k1 in (1, 2, 3, 9) for k2 in (None, 0, 1, 2, 5, 9)),
)


def reaches(kind, numbers, t, s, steps):
    """Does the loss at step t reach step s ≤ t? By the definitions, as they stand in the table."""
    if kind == "Full":
        return True
    if kind == "Window":
        return t - s <= numbers[0]
    if kind == "Tail":
        return steps - s <= numbers[0]
    k1, k2 = numbers
    chunk = t // k1
    if s // k1 == chunk:
        return min(steps, (chunk + 1) * k1) - s <= k2
    return chunk * k1 - s <= k2 - k1


def mask(kind, numbers, steps):
    """M[t, s], (steps, steps): does the loss at step t reach step s?"""
    table = np.zeros((steps, steps), dtype=bool)
    for t in range(steps):
        for s in range(t + 1):
            table[t, s] = reaches(kind, numbers, t, s, steps)
    return table


@pytest.mark.parametrize("theirs", THEIRS, ids=repr)
@pytest.mark.parametrize("steps", [1, 2, 5, 7])
def test_first_is_the_first_of_the_mask(theirs, steps):
    """The mask is written step by step, and knows neither rnn nor this."""
    truncation = truncation_of(theirs)
    assert isinstance(truncation, Standard)
    reached = mask(truncation.kind, truncation.numbers, steps)
    for t in range(steps):
        first = truncation.first(t, steps)
        np.testing.assert_array_equal(np.flatnonzero(reached[t]), np.arange(first, t + 1))
        assert min(first, t + 1) == min(theirs.first(t, steps), t + 1)


def test_another_object_with_a_first_is_a_truncation_of_one_s_own():
    """As it is; what has none is no truncation."""
    own = Tabled((0, 1, 1))
    assert truncation_of(own) is own
    assert truncation_of(Standard("Tail", (2,))) == Standard("Tail", (2,))
    assert truncation_of("Window") is None
    assert truncation_of(3) is None


@pytest.mark.parametrize("last_only", [True, False])
@pytest.mark.parametrize("steps", [1, 2, 5, 6])
def test_equivalents_are_the_same(steps, last_only):
    """Every loss that there is reaches the same steps."""
    found = 0
    truncations = [Standard("Full")]
    truncations += [Standard(kind, (k,)) for kind in ("Window", "Tail") for k in range(steps + 3)]
    truncations += [Standard("Chunked", (k1, k2)) for k1 in range(1, steps + 2) for k2 in range(steps + 3)]
    for truncation in truncations:
        want = mask(truncation.kind, truncation.numbers, steps)[steps - 1 if last_only else 0 :]
        for other in equivalents(truncation, steps, last_only):
            found += 1
            got = mask(other.kind, other.numbers, steps)[steps - 1 if last_only else 0 :]
            np.testing.assert_array_equal(got, want, err_msg=f"{truncation}, {other}")
    assert found > 2 * steps
