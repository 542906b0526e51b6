"""Cases of Fractions: small, rational, and within the claim."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from verification.asked.fractions import MOST, MOST_STEPS, exact_cases
from verification.asked.resolving import resolved
from verification.asked.scope import Scope
from verification.doors import layer, problem
from verification.models import lstm, vanilla


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_every_number_is_a_fraction(data):
    """And every function rational."""
    claim = resolved(None, vanilla, problem.OFFER)
    case = data.draw(exact_cases(vanilla, claim))
    arrays = [*case.blocks.values(), *case.objective.arrays().values()]
    assert all(isinstance(number, Fraction) for array in arrays for number in array.ravel())
    assert all(function.rational for function in case.cast.values())
    assert case.steps <= MOST_STEPS
    assert max(size for name, size in case.sizes.items() if name != "T") <= MOST


@given(st.data())
@settings(max_examples=10, deadline=None)
def test_they_lie_within_the_claim(data):
    """A state of zero, and at least so many steps."""
    functions = {"gate": ("rational_gate",), "candidate": ("softsign",), "output": ("identity",)}
    scope = Scope(functions=functions, exact=True, states="zero", steps=(2, 9), records=(2, 2))
    case = data.draw(exact_cases(lstm, resolved(scope, lstm, layer.OFFER)))
    assert not any(array.any() for array in case.state)
    assert (case.records, 2 <= case.steps <= MOST_STEPS) == (2, True)
