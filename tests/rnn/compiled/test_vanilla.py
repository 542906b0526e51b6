"""The compiled loops of the Vanilla cell, with each function that its model has, under the verifier.

``tests/rnn/cells/test_judged.py`` asks both texts of every cell, ``tests/rnn/test_loops.py`` compares them.
"""

import pytest

from tests.rnn.cells.judged import MODELS, judged, looked_at
from verification import Scope

FUNCTIONS = [
    (role, function) for role, functions in MODELS["Vanilla"].functions.items() for function in functions
]


@pytest.mark.parametrize(("role", "function"), FUNCTIONS)
def test_each_function_shows_no_fault(role, function):
    """In its role, in both types, on drawn cases, to the bit."""
    functions = {each: names[0] for each, names in MODELS["Vanilla"].functions.items()} | {role: function}
    scope = Scope(functions={each: (name,) for each, name in functions.items()}, bits=True)
    wrong, properties = looked_at(judged("Vanilla", functions, scope, loops="CompiledLoops"), 6)
    assert wrong == []
    assert "autograd" in properties
