"""Networks of LSTM and GRU judged as whole problems: every truncation, checkpoints, workspaces, Fractions."""

import pytest

from tests.rnn.cells.judged import network
from verification import Scope, verify
from verification.suite import Profile

# Sizes and a share of the designed sample that run in seconds.
SHORT = Profile("short", cases=60, exact_cases=10, strength=1)
FUNCTIONS = {
    "LSTM": {"gate": ("sigmoid",), "candidate": ("tanh",), "output": ("tanh",)},
    "GRU": {"gate": ("sigmoid",), "candidate": ("tanh",)},
}
RATIONAL = {
    "LSTM": {"gate": ("rational_gate",), "candidate": ("softsign",), "output": ("softsign",)},
    "GRU": {"gate": ("rational_gate",), "candidate": ("softsign",)},
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("functions", [FUNCTIONS, RATIONAL], ids=["floats", "fractions"])
def test_the_verifier_finds_no_fault(name, functions):
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
    found = verify(network(name, scope), SHORT)
    assert found.verdict == "verified", str(found)
    assert {"autograd", "forward"} <= {row.property for row in found.rows}
