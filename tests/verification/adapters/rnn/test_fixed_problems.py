"""The fixed problems of the vanilla model say how they are made, do not round, and are answered rightly."""

import pytest

from tests.quick import first_quick, one_quick_each
from verification.adapters.rnn.fixed_problems import DECAYING, INTEGERS, LARGER_PROBLEMS, OWN_TRUNCATIONS
from verification.adapters.rnn.manual import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.adapters.rnn.small import fits_exactly
from verification.models.code import of_case
from verification.properties.findings import findings, truth_for

LARGE = [*LARGER_PROBLEMS, *OWN_TRUNCATIONS]


@pytest.mark.parametrize(
    "one", [INTEGERS[3], LARGER_PROBLEMS[13], OWN_TRUNCATIONS[0], DECAYING[0]], ids=lambda each: each.name
)
def test_a_case_is_made_once_and_says_how(one):
    """The same object for every caller, and a program of a few lines."""
    assert one.make() is one.make()
    code = of_case(one.make())
    assert code.body.count("\n") == 1
    namespace = {}
    exec(code.imports + code.body, namespace)
    assert namespace["case"].sizes == one.make().sizes


@first_quick(
    "one", [each for each in LARGE if not each.name.startswith("a delay line")], 6, ids=lambda each: each.name
)
def test_whole_numbers_are_held_exactly(one):
    """Every sum stays below the integers that its type can hold, whatever the order of its terms."""
    assert fits_exactly(one.make())


@one_quick_each("one", [*INTEGERS[:8], *LARGE], lambda each: each.property.name, ids=lambda each: each.name)
def test_the_engine_is_right(one):
    """Its answer is autograd's, and no larger problem is without a recurrent gradient."""
    truth = truth_for(one.property, one.make())
    found = list(findings(as_rnn(manual), truth))
    assert {each.property for each in found} == {one.property.name}
    assert [each.wrong for each in found if each.wrong] == []
    assert one in INTEGERS or all(truth.blocks[name].size for name in ("U", "W", "xs"))
