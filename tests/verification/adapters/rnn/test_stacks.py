"""Stacks of cells as engines: right by either loops, and wrong where an edit of their text makes them so."""

import pytest

from benchmarks.evidence.mutants.fault import Edit, Fault
from benchmarks.evidence.mutants.patch import package
from tests.rnn.cells.judged import looked_at
from verification import Scope
from verification.adapters.rnn.cells import LOOPS, cell_engine, layer_of, network_of

STACK, ROUNDS = "through_time.stack", "through_time.rounds"


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


# What is wrong, the module, its line, the wrong one, and a part that shows it.
FAULTS = [
    (
        "the level above takes its own outputs for its inputs (MXNet #17898, of layers in the middle)",
        *(STACK, "            hs = each.outputs(found[-1])\n"),
        "            hs = each.outputs(found[-1])\n"
        "            if place:\n"
        "                read = found[-1].inputs[:, :, :-1]\n"
        "                read[...] = np.resize(each.outputs(found[-1]), read.shape)\n",
        "U_l1",
    ),
    (
        "the level below is handed the cotangents of the outputs",
        *(STACK, "now, handed_down = below, _from(below.first_loss, back)"),
        "now, handed_down = below, np.resize(dhs, back.dxs.shape)",
        "U_l0",
    ),
    (
        "the level below is handed nothing",
        *(STACK, "now, handed_down = below, _from(below.first_loss, back)"),
        "now, handed_down = below, 0 * back.dxs",
        "W_l0",
    ),
    (
        "the level below collects where losses stand alone",
        *(ROUNDS, "Sweep(sweep.first, sweep.first, sweep.stop)"),
        "Sweep(sweep.first, max(sweep.first, sweep.seed), sweep.stop)",
        "b_l0",
    ),
    (
        "what sweeps that overlap hand down is added before the level below",
        *(ROUNDS, "apart([(sweep.first, sweep.stop) for sweep in sweeps]) or [[]]"),
        "[list(range(len(sweeps)))]",
        "xs",
    ),
    (
        "the last round alone",
        *(STACK, "total = _sum(total, found)"),
        "total = _sum(None, found)",
        "W_l1",
    ),
    (
        "states of the levels in the wrong order",
        *(STACK, "for array in each.state)"),
        "for array in each.state[::-1])",
        "h0_l0",
    ),
]

# Those of several rounds.
OF_ROUNDS = {"the last round alone", "what sweeps that overlap hand down is added before the level below"}


@pytest.mark.slow
@pytest.mark.parametrize("truncations", [("Full", "Chunked"), ("Window",)], ids=" or ".join)
@pytest.mark.parametrize(
    ("story", "module", "right", "wrong", "part"), FAULTS, ids=[each[0] for each in FAULTS]
)
def test_a_fault_of_a_stack_is_refuted(story, module, right, wrong, part, truncations):
    """In the part in which it shows, whatever else; where no two sweeps share a step there is one round."""
    if truncations != ("Window",) and story in OF_ROUNDS:
        return
    fault = Fault(story, story, story, (Edit(module, right, wrong),), "autograd", part)
    scope = Scope(
        dtypes=("float64",), records=(1, 3), steps=(3, 6), checkpoints=True, truncations=truncations
    )
    engine = network_of("stack", scope=scope, package=package(fault))
    found, _ = looked_at(engine, 15)
    assert any(f" {part}:" in line for line in found), found[:5]
