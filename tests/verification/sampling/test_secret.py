"""A secret changes the numbers, sizes and rows of a designed sample, and not which levels meet."""

import os

import numpy as np
import pytest

from verification import models
from verification.sampling.covering import met
from verification.sampling.resolving import resolved
from verification.sampling.sample import in_floats
from verification.sampling.scope import Scope
from verification.sampling.secret import LEAST, secret_of

# A pattern has no more numbers than this, some of which are in every sample.
FEW = 4

SECRETS = [bytes(range(n, n + LEAST)) for n in range(2)]


def designs(secret):
    """The rows of singles, pairs, of a claim."""
    from verification.adapters.layer import CAPABILITIES

    claim = resolved(Scope(), models.lstm, CAPABILITIES)
    design = in_floats(models.lstm, claim)
    numbers = () if secret is None else secret_of(secret).numbers
    return type(design)(**{**vars_of(design), "secret": numbers})


def vars_of(design):
    """The fields of a design."""
    return {name: getattr(design, name) for name in design.__dataclass_fields__}


def made(secret, strength=2):
    """A design, its rows, and the cases of the first few."""
    design = designs(secret)
    rows = design.rows(strength)
    cases = [design.make(row, design.rng(number, 0)) for number, row in enumerate(rows[:12])]
    return design, rows, cases


def numbers_of(cases):
    """The bytes of all arrays but those of a few equal numbers."""
    arrays = [array for case in cases for array in case.blocks.values()]
    return [array.tobytes() for array in arrays if np.unique(array).size > FEW]


@pytest.mark.slow
def test_another_secret_has_other_rows_sizes_and_numbers():
    """And the same secret the same, to the bit."""
    first, again, other, none = (made(each) for each in (SECRETS[0], SECRETS[0], SECRETS[1], None))
    assert numbers_of(first[2]) == numbers_of(again[2])
    assert [row.sizes for row in first[1]] == [row.sizes for row in again[1]]
    for these in (other, none):
        assert not {*numbers_of(first[2])} & {*numbers_of(these[2])}
        assert [row.levels for row in first[1]] != [row.levels for row in these[1]]
        pairs = zip(first[1], these[1], strict=False)
        assert sum(one.sizes == another.sizes for one, another in pairs) < len(first[1]) / 2


@pytest.mark.slow
def test_the_same_levels_meet_with_any_secret():
    """All that can: the strength of a sample is not the secret's."""
    found = []
    for secret in (*SECRETS, None):
        design, rows, _ = made(secret)
        goals = design.goals(2)
        found.append([met([row.levels for row in rows], goal.factors, goal.strength) for goal in goals])
    assert found[0] == found[1] == found[2]


def test_a_secret_is_known_by_a_name():
    """From which it cannot be told; its bytes are in no text of it but its own field."""
    secret = secret_of(SECRETS[0])
    assert secret.name == secret_of(SECRETS[0]).name != secret_of(SECRETS[1]).name
    assert len(secret.name) == 16
    assert len(secret.numbers) == 8


def test_a_seed_with_a_secret_is_another():
    """The same for the same two, of any size."""
    secret, other = map(secret_of, SECRETS)
    assert secret.seed(3) == secret_of(SECRETS[0]).seed(3)
    assert len({secret.seed(3), secret.seed(4), other.seed(3), 3}) == 4
    assert 0 <= secret.seed(10**900) < 2**32


@pytest.mark.parametrize("count", [0, LEAST - 1])
def test_a_short_secret_is_refused(count):
    """Which somebody could find."""
    with pytest.raises(ValueError, match=rf"^secret: {count} bytes, needed at least 16"):
        secret_of(os.urandom(count))


def test_without_a_secret_the_draws_are_those_of_before():
    """A generator of the same numbers."""
    design = designs(None)
    assert design.rng(3, 1).integers(2**60) == np.random.default_rng((3, 1)).integers(2**60)
    assert design.rng(0).integers(2**60) == np.random.default_rng(0).integers(2**60)
