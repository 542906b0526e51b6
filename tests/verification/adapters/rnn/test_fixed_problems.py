"""The fixed problems of the vanilla model have their properties, sources, and a right engine's answers."""

import pytest

from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.fixed_problems import DECAYING, FIXED, INTEGERS, LARGER_PROBLEMS, OWN_POLICIES
from verification.adapters.rnn.larger import LARGER, OWN
from verification.adapters.rnn.scoping import as_rnn
from verification.adapters.rnn.vanilla_form import VanillaForm
from verification.properties.findings import findings
from verification.properties.fixed import WholeTruth


def test_each_has_its_property():
    """Those in whole numbers are asked for equality, the others as any case."""
    assert {each.property for each in INTEGERS} == {"integers"}
    assert {each.property for each in LARGER_PROBLEMS} == {"larger"}
    assert {each.property for each in OWN_POLICIES} == {"own policies"}
    assert {each.property for each in DECAYING} == {""}
    assert [each.name for each in LARGER_PROBLEMS] == list(LARGER)
    assert [each.name for each in OWN_POLICIES] == list(OWN)
    assert set(OWN_POLICIES).isdisjoint(FIXED)


@pytest.mark.parametrize(
    "fixed", [INTEGERS[3], LARGER_PROBLEMS[13], OWN_POLICIES[0], DECAYING[0]], ids=lambda each: each.name
)
def test_a_case_is_made_once_and_says_how(fixed):
    """The same object for all that ask, and a program of a few lines."""
    assert fixed.make() is fixed.make()
    code = VanillaForm().code(fixed.make())
    assert code.count("\n") == 3
    namespace = {}
    exec(code, namespace)
    assert namespace["problem"].sizes["T"] == fixed.make().steps


@pytest.mark.parametrize("fixed", [*INTEGERS[:8], *OWN_POLICIES], ids=lambda each: each.name)
def test_the_engine_is_right(fixed):
    """Its answer is autograd's."""
    found = list(findings(as_rnn(manual), WholeTruth(fixed.make(), fixed.property)))
    assert {each.property for each in found} == {fixed.property}
    assert [each.wrong for each in found if each.wrong] == []
