"""The cells judged by the project's own verifier, as layers and in networks."""

import pytest

from tests.rnn.cells.judged import judged, network
from verification import Scope, verify
from verification.judging.profile import Profile

# Sizes and a share of the designed sample that run in seconds.
SHORT = Profile("short", cases=12, exact_cases=10, strength=1)
FUNCTIONS = {
    "LSTM": {"gate": ("sigmoid",), "candidate": ("tanh",), "output": ("tanh",)},
    "GRU": {"gate": ("sigmoid",), "candidate": ("tanh",)},
}
RATIONAL = {
    "LSTM": {"gate": ("rational_gate",), "candidate": ("softsign",), "output": ("softsign",)},
    "GRU": {"gate": ("rational_gate",), "candidate": ("softsign",)},
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    ("functions", "loops"),
    [(FUNCTIONS, "NumPyLoops"), (FUNCTIONS, "CompiledLoops"), (RATIONAL, "NumPyLoops")],
    ids=["floats", "floats, compiled", "fractions"],
)
def test_networks_are_verified(name, functions, loops):
    """Under every truncation and place of the losses, with checkpoints and in a workspace."""
    scope = Scope(
        functions=functions[name],
        records=(1, 5),
        steps=(1, 9),
        exact=functions is RATIONAL,
        dtypes=("float64",) if functions is RATIONAL else None,
        checkpoints=True,
        workspace=True,
        bits=True,
    )
    found = verify(network(name, scope, loops=loops), SHORT)
    assert found.verdict == "verified", str(found)
    assert {"autograd", "forward"} <= {row.property for row in found.rows}


LAYERS = {"Vanilla": {"activation": ("tanh",)}, **FUNCTIONS}


def one_each(functions, name):
    """The function of each role of a cell."""
    return {role: function for role, (function,) in functions[name].items()}


def scope_of(functions, **claims):
    """Records of any length, the same bits, and sizes that run in seconds."""
    return Scope(functions=functions, lengths=True, bits=True, records=(1, 9), steps=(1, 17), **claims)


@pytest.mark.parametrize("name", LAYERS)
def test_layers_are_verified(name):
    """In outputs, last states, every gradient, lag by lag, of records of any length, to the bit."""
    found = verify(judged(name, one_each(LAYERS, name), scope_of(LAYERS[name])), SHORT)
    assert found.verdict == "verified", str(found)


@pytest.mark.parametrize("name", RATIONAL)
def test_gradients_are_exact_in_fractions(name):
    """With rational gates nothing rounds, and every number is the oracle's."""
    scope = scope_of(RATIONAL[name], exact=True, dtypes=("float64",))
    found = verify(judged(name, one_each(RATIONAL, name), scope), SHORT)
    assert found.verdict == "verified", str(found)
    assert "exact" in {row.property for row in found.rows}
