"""The fixed problems of the vanilla model have their properties, sources, and a right engine's answers."""

import pytest

from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.fixed_problems import DECAYING, INTEGERS, LARGER_PROBLEMS, OWN_TRUNCATIONS
from verification.adapters.rnn.scoping import as_rnn
from verification.models.code import of_case
from verification.properties.findings import findings, truth_for


@pytest.mark.parametrize(
    "one", [INTEGERS[3], LARGER_PROBLEMS[13], OWN_TRUNCATIONS[0], DECAYING[0]], ids=lambda each: each.name
)
def test_a_case_is_made_once_and_says_how(one):
    """The same object for all that ask, and a program of a few lines."""
    assert one.make() is one.make()
    code = of_case(one.make())
    assert code.body.count("\n") == 1
    namespace = {}
    exec(code.imports + code.body, namespace)
    assert namespace["case"].sizes == one.make().sizes


@pytest.mark.parametrize("one", INTEGERS[:8], ids=lambda each: each.name)
def test_the_engine_is_right(one):
    """Its answer is autograd's."""
    found = list(findings(as_rnn(manual), truth_for(one.property, one.make())))
    assert {each.property for each in found} == {one.property.name}
    assert [each.wrong for each in found if each.wrong] == []
