"""The cells of rnn as engines: right by either loops, and wrong where they are."""

from dataclasses import replace
from itertools import islice

import pytest

from benchmarks.evidence.mutants.fault import Edit, Fault
from benchmarks.evidence.mutants.patch import package
from tests.rnn.cells.judged import looked_at
from verification import Standard, models
from verification.adapters.rnn import cells
from verification.adapters.rnn.cells import CELLS, ONE_PROCESSOR, cell_engine, network_of, without_threads
from verification.adapters.rnn.of_cells import network
from verification.diagnosis.diagnosis import diagnose
from verification.properties.findings import findings, truth_of
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import cases


@pytest.mark.parametrize("loops", cells.LOOPS)
@pytest.mark.parametrize("name", CELLS)
def test_every_cell_claims_everything_and_is_right(name, loops):
    """On a few drawn cases, those of Fractions, which every cell claims."""
    engine = cell_engine(name, loops)
    assert (engine.claim.exact, engine.claim.bits, engine.claim.checkpoints) == (True, True, True)
    wrong, properties = looked_at(engine, 5)
    assert wrong == []
    assert "exact" in properties


def fault(module, right, wrong):
    """A copy of rnn with one wrong line."""
    return package(Fault("one", "", "this test", (Edit(module, right, wrong),), None))


LOSSES = [
    ("network", "do = do * weights[..., np.newaxis]", "do = do * 1", "weighted"),
    ("losses", "np.put_along_axis(e, targets[..., np.newaxis], -others, axis=-1)", "", "of classes"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("module", "right", "wrong", "expected"), LOSSES, ids=["weights", "classes"])
def test_a_wrong_gradient_of_such_losses_is_refuted_and_named(module, right, wrong, expected):
    """With the model's own loss it is right, which the diagnosis says."""
    engine = network_of("gru", package=fault(module, right, wrong or "pass"))
    seen = [
        diagnose(engine, found, case)
        for case in all_drawn(cases(engine.model, engine.claim, "float64"), 0, 12)
        for found in islice((each for each in findings(engine, truth_of(case)) if each.wrong), 1)
    ]
    assert seen
    assert {each.stage for each in seen} == {"losses"}
    for words in (expected, "The bug is in the gradient of losses"):
        assert all(words in each.sentence for each in seen)


def test_a_loss_has_records_that_end_early():
    """One that truncates each record as if it ended with the last is refuted."""
    wrong = fault("calls.lengths", "self.truncation.first(t, t + 1)", "self.truncation.first(t, steps)")
    case = replace(network(models.gru, Standard("Tail", (2,)), losses="last"), lengths=(2, 5, 4))
    for engine, holds in ((network_of("gru"), True), (network_of("gru", package=wrong), False)):
        found = [each.part for each in findings(engine, truth_of(case), ("autograd",)) if each.wrong]
        assert (found == []) is holds


def test_one_processor_is_reported():
    """Where threads cannot be run, a verdict says so."""
    engine = network_of("gru", "CompiledLoops")
    assert ONE_PROCESSOR not in engine.claim.not_checked(engine.model)
    assert ONE_PROCESSOR in without_threads(engine).claim.not_checked(engine.model)
