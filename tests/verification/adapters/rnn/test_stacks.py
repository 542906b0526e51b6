"""Stacks of cells as engines: right by either loops, and wrong where an edit of their text makes them so."""

from pathlib import Path

import pytest

from benchmarks.evidence.mutants.fault import read
from benchmarks.evidence.mutants.patch import package
from tests.rnn.cells.judged import looked_at
from verification import Scope
from verification.adapters.rnn.cells import LOOPS, cell_engine, layer_of, network_of


@pytest.mark.slow
@pytest.mark.parametrize("loops", LOOPS)
def test_a_stack_claims_what_a_cell_claims_and_is_right(loops):
    """In a network, on drawn cases, all but those of Fractions, whose digits multiply level by level."""
    engine = cell_engine("stack", loops)
    assert (engine.claim.exact, engine.claim.bits, engine.claim.checkpoints) == (False, True, True)
    wrong, properties = looked_at(engine, 15)
    assert wrong == []
    assert {"autograd", "lag by lag", "recomputation", "workspace"} <= properties


@pytest.mark.slow
@pytest.mark.parametrize("loops", LOOPS.values(), ids=LOOPS)
def test_a_stack_is_right_as_a_layer(loops):
    """Outputs, last states and every gradient, of records of any length."""
    functions = {"gate": "sigmoid", "candidate": "tanh", "output": "tanh"}
    scope = Scope(functions={role: (name,) for role, name in functions.items()}, lengths=True, bits=True)
    wrong, _ = looked_at(layer_of("stack", functions, scope, loops=loops), 15)
    assert wrong == []


FAULTS = read(Path(__file__).with_name("stacks.faults"))

# Those of several rounds.
OF_ROUNDS = {"the last round alone", "what sweeps that overlap hand down is added before the level below"}

# Where no two sweeps share a step there is one round. All others are planted in either kind in turn.
UNDER = [
    ("Window",) if number % 2 or fault.name in OF_ROUNDS else ("Full", "Chunked")
    for number, fault in enumerate(FAULTS)
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "truncations"), [*zip(FAULTS, UNDER, strict=True)], ids=[fault.name for fault in FAULTS]
)
def test_a_fault_of_a_stack_is_refuted(fault, truncations):
    """In the part in which it shows, whatever else."""
    scope = Scope(
        dtypes=("float64",), records=(1, 3), steps=(3, 6), checkpoints=True, truncations=truncations
    )
    engine = network_of("stack", scope=scope, package=package(fault))
    found, _ = looked_at(engine, 15)
    assert any(f" {fault.place}:" in line for line in found), found[:5]
