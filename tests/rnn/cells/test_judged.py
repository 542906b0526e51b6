"""The cells judged by the project's own verifier, as layers and in networks."""

import pytest

from tests.quick import first_quick
from tests.rnn.cells.judged import judged, judged_network, looked_at
from verification import Scope, verify
from verification.judging.profile import Profile

pytestmark = pytest.mark.usefixtures("untraced")

# The designed sample in which every level stands, in place of every three, and few drawn cases.
SHORT = Profile("short", cases=12, exact_cases=10, strength=1)
# Drawn cases, of up to six of every size.
COUNT = 20
FUNCTIONS = {
    "Vanilla": {"activation": ("tanh",)},
    "LSTM": {"gate": ("sigmoid",), "candidate": ("tanh",), "output": ("tanh",)},
    "GRU": {"gate": ("sigmoid",), "candidate": ("tanh",)},
}
RATIONAL = {
    "Vanilla": {"activation": ("softsign",)},
    "LSTM": {"gate": ("rational_gate",), "candidate": ("softsign",), "output": ("softsign",)},
    "GRU": {"gate": ("rational_gate",), "candidate": ("softsign",)},
}
TEXTS = [(FUNCTIONS, "NumPyLoops"), (FUNCTIONS, "CompiledLoops"), (RATIONAL, "NumPyLoops")]

every_text = pytest.mark.parametrize(("functions", "loops"), TEXTS, ids=["floats", "compiled", "fractions"])


def scope_of(functions, **claims):
    """What a cell claims with these functions."""
    exact = functions is not None and ("rational_gate",) in functions.values()
    return Scope(
        functions=functions,
        exact=exact or functions == RATIONAL["Vanilla"],
        dtypes=("float64",) if exact else None,
        bits=True,
        records=(1, 9),
        steps=(1, 17),
        **claims,
    )


def one_each(functions):
    """The function of each role of a cell."""
    return {role: function for role, (function,) in functions.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["LSTM", "GRU"])
@every_text
def test_networks_show_no_fault(name, functions, loops):
    """Under every truncation and place of the losses, with checkpoints and in a workspace."""
    scope = scope_of(functions[name], checkpoints=True, workspace=True)
    engine = judged_network(name, loops, scope)
    wrong, properties = looked_at(engine, COUNT)
    assert wrong == []
    assert ("exact" if functions is RATIONAL else "autograd") in properties


@first_quick("name", FUNCTIONS)
@every_text
def test_layers_show_no_fault(name, functions, loops):
    """In outputs, last states, every gradient, lag by lag, of records of any length, to the bit."""
    engine = judged(name, one_each(functions[name]), scope_of(functions[name], lengths=True), loops=loops)
    wrong, properties = looked_at(engine, COUNT)
    assert wrong == []
    assert ("exact" if functions is RATIONAL else "lag by lag") in properties


@pytest.mark.slow
@pytest.mark.parametrize(("name", "loops"), [("LSTM", "NumPyLoops"), ("GRU", "CompiledLoops")])
def test_layers_are_verified(name, loops):
    """One of each text by a whole run, sizes up to 129 among them."""
    scope = scope_of(FUNCTIONS[name], lengths=True)
    found = verify(judged(name, one_each(FUNCTIONS[name]), scope, loops=loops), SHORT)
    assert found.word == "verified", str(found)
