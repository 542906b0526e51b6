"""PyTorch's Functions as their users call them: two graphs alive, one gone back twice, some gradients."""

import pytest

from tests.peers import conduct
from tests.peers.checked import judged, wrong
from tests.peers.decay import Decay
from verification import Scope
from verification.diagnosis.probe import healthy_case
from verification.models import linear
from verification.properties.findings import findings, truth_for
from verification.properties.partial import PARTIAL_GRADIENTS
from verification.torch import function

# Libraries are loaded, and compile, in processes of each test's own.
pytestmark = pytest.mark.slow


def made(kind):
    """The Function before the verifier, checked for little."""
    scope = Scope(records=(1, 3), steps=(1, 4))
    return function(kind, model=linear, arguments=("xs", "h0", "lam", "B"), scope=scope)


def partly(kind):
    """What is wrong where some gradients are wanted, and some outputs used."""
    engine = made(kind)
    found = findings(engine, truth_for(PARTIAL_GRADIENTS, healthy_case(engine)))
    return [each.wrong for each in found if each.wrong]


WHOLE = {
    conduct.ModuleTape: ("interleaved calls", "the backward takes the tape of the last forward: "),
    conduct.Queue: ("interleaved calls", "a backward before that of the forward before: "),
    conduct.Deleted: ("second backward", "a second backward of one forward: raised AttributeError"),
    conduct.Overwritten: ("second backward", "a second backward of one forward differs: "),
}


@pytest.mark.parametrize(("kind", "expected"), WHOLE.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_what_two_graphs_and_two_backwards_share_is_reported(kind, expected):
    """Each by its property, and one call by itself is right."""
    conduct.QUEUE.clear()
    found = wrong(made(kind))
    property_, begins = expected
    assert {name for name, _ in found} - {"second backward"} <= {property_}
    assert any(name == property_ and each.startswith(begins) for (name, _), each in found.items()), found


PARTLY = {
    conduct.OnlyWithInputs: "where the gradient of lam alone is wanted: d_lam[",
    conduct.WrongIndex: "where the gradient of B alone is wanted: d_B[",
    conduct.NoNone: "with outputs unused: raised TypeError",
}


@pytest.mark.parametrize(("kind", "begins"), PARTLY.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_wrong_partial_gradients_are_reported(kind, begins):
    """All else is right."""
    assert wrong(made(kind)) == {}
    assert any(each.startswith(begins) for each in partly(kind)), partly(kind)


def test_a_right_function_holds():
    """Whatever is wanted and used."""
    assert wrong(made(Decay)) == {}
    assert partly(Decay) == []


@pytest.mark.parametrize("kind", [conduct.ModuleTape, conduct.OnlyWithInputs], ids=lambda each: each.__name__)
def test_each_is_refuted_in_a_run_and_reported(kind):
    """As the place of the fault is other calls than one by itself."""
    found = judged(made(kind))
    assert found.verdict == "refuted"
    assert found.diagnosis.stage == "conduct", found.diagnosis.sentence
    assert "one call by itself is right" in found.diagnosis.sentence or "it is right" in str(found.diagnosis)
