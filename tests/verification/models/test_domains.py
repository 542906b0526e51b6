"""Domains bring any numbers into them, and leave those that are there."""

from fractions import Fraction

import numpy as np
import pytest

from verification.models import domains
from verification.models.model import Block, Model, Use
from verification.truth.soundness import check

ANY = np.array([-850.0, -3.0, -1.0, -0.25, -1e-30, 0.0, 1e-30, 0.25, 1.0, 3.0, 850.0])

INSIDE = {
    domains.positive: lambda a: a > 0,
    domains.not_negative: lambda a: a >= 0,
    domains.between_0_and_1: lambda a: (a > 0) & (a < 1),
    domains.below_1: lambda a: (a >= 0) & (a < 1),
    domains.not_positive: lambda a: a <= 0,
    domains.within_unit_length: lambda a: np.linalg.norm(a) <= 1 + 1e-15,
    domains.within_20: lambda a: np.abs(a) <= 20,
}


@pytest.mark.parametrize("domain", INSIDE, ids=lambda domain: domain.__name__)
def test_a_domain_holds_what_it_makes(domain):
    """All of it, and once is as good as twice."""
    made = domain(ANY)
    assert made.shape == ANY.shape
    assert np.all(INSIDE[domain](made))
    assert domain(made) == pytest.approx(made, rel=1e-15)


def test_sizes_are_kept_where_the_domain_has_them():
    """So that what is tiny stays so."""
    small = np.array([-0.5, 1e-4, 0.5])
    for domain in INSIDE:
        assert np.abs(domain(small)).tolist() == np.abs(small).tolist()


@pytest.mark.parametrize(
    "domain", [domains.positive, domains.not_positive, domains.between_0_and_1, domains.below_1]
)
def test_fractions_stay_such(domain):
    made = domain(np.array([Fraction(-3), Fraction(0), Fraction(1, 3), Fraction(1)], dtype=object))
    assert {type(number) for number in made} == {Fraction}
    assert np.all(INSIDE[domain](made))


def test_a_domain_that_is_broken_is_none():
    """A model is refused whose domain moves numbers that are in it, by the name of its block."""
    x, h = Block("x", ("H",), Use.INPUT, domain=lambda a: a / 2), Block("h0", ("H",), Use.STATE)
    with pytest.raises(ValueError, match="model m: the domain of x moves numbers that are in it"):
        check(Model("m", (x, h), lambda f, p, x, h: h + x))
