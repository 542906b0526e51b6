"""The fixed problems of the vanilla model have their properties, sources, and a right engine's answers."""

import pytest

from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.fixed_problems import (
    DECAYING,
    FIXED,
    INTEGERS,
    LARGER_PROBLEMS,
    OWN_TRUNCATIONS,
)
from verification.adapters.rnn.larger import LARGER, OWN
from verification.adapters.rnn.scoping import as_rnn
from verification.models.code import of_case
from verification.properties import fixed
from verification.properties.findings import findings, truth_for


def test_each_has_its_property():
    """Those in whole numbers are asked for equality, the others as any case."""
    assert {each.property for each in INTEGERS} == {fixed.INTEGERS}
    assert {each.property for each in LARGER_PROBLEMS} == {fixed.LARGER}
    assert {each.property for each in OWN_TRUNCATIONS} == {fixed.OWN_TRUNCATIONS}
    assert {each.property for each in DECAYING} == {None}
    assert [each.name for each in LARGER_PROBLEMS] == list(LARGER)
    assert [each.name for each in OWN_TRUNCATIONS] == list(OWN)
    assert set(OWN_TRUNCATIONS).isdisjoint(FIXED)


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


@pytest.mark.parametrize("one", [*INTEGERS[:8], *OWN_TRUNCATIONS], ids=lambda each: each.name)
def test_the_engine_is_right(one):
    """Its answer is autograd's."""
    found = list(findings(as_rnn(manual), truth_for(one.property, one.make())))
    assert {each.property for each in found} == {one.property.name}
    assert [each.wrong for each in found if each.wrong] == []
