"""The cells of rnn as engines: right by either loops, and wrong where they are."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

import rnn
from benchmarks.evidence.mutants.fault import Edit, Fault
from benchmarks.evidence.mutants.patch import package
from tests.rnn.cells.judged import looked_at
from tests.verification.adapters.rnn.test_engine import copied
from verification import Problem, Scope, Standard, models
from verification.adapters.rnn import cells
from verification.adapters.rnn.cells import CELLS, ONE_PROCESSOR, cell_engine, network_of, without_threads
from verification.adapters.rnn.engine import gradients_of
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


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_a_copy_of_the_package_is_judged_by_itself(name):
    """One whose gradient of the readout is half of what it should be is wrong in V and c alone."""

    class Half(rnn.RNN):
        def loss_and_gradients(self, *given, **options):
            value, grads = super().loss_and_gradients(*given, **options)
            params = grads.params._replace(V=grads.params.V / 2, c=grads.params.c / 2)
            return value, grads._replace(params=params)

    copy = copied(RNN=Half)
    scope = Scope(dtypes=("float64",))
    wrong, _ = looked_at(network_of(name, scope=scope, package=copy), 5)
    assert {line.split(":")[0] for line in wrong if line.startswith("autograd")} == {
        "autograd V",
        "autograd c",
    }


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, (kind, _) in CELLS.items()])
def test_what_overflows_is_judged_as_it_is(name, kind):
    """An answer that is not finite is no exception of the engine's: what is finite in it is right."""
    cell = getattr(rnn, kind)(2, 3)
    net = rnn.RNN(cell, outputs=2)
    params = net.init(np.random.default_rng(0))._asdict()
    functions = {role: names[0] for role, names in cell_engine(name, "numpy").claim.functions.items()}
    xs, targets = np.ones((2, 3, 2)), np.full((2, 3, 2), 1.7e308)
    state = tuple(np.zeros((2, 3)) for _ in cell.state)
    with np.errstate(all="ignore"):
        problem = Problem(functions, params, xs, state, targets, workspace=True)
        answer = gradients_of(rnn, kind)(problem)
    assert np.isfinite(answer.outputs).all()
    assert not np.isfinite(answer.value)


def test_the_loops_are_those_asked_for(monkeypatch):
    """No other makes a step."""
    used = []
    for name in ("NumPyLoops", "CompiledLoops"):
        loops = getattr(rnn, name)
        forward = loops.forward

        def noted(self, *given, forward=forward):
            used.append(type(self).__name__)
            return forward(self, *given)

        monkeypatch.setattr(loops, "forward", noted)
    scope = Scope(dtypes=("float64",))
    for loops in cells.LOOPS.values():
        used.clear()
        wrong, _ = looked_at(network_of("gru", loops, scope), 2)
        assert wrong == []
        assert used
        assert used[0] == loops
    assert np.all([name in rnn.__all__ for name in cells.LOOPS.values()])


def fault(module, right, wrong):
    """A copy of rnn with one wrong line."""
    return package(Fault("one", "", "this test", (Edit(module, right, wrong),), None))


LOSSES = [
    ("network", "do = do * weights[..., np.newaxis]", "do = do * 1", "weighted"),
    ("losses", "np.put_along_axis(e, targets[..., np.newaxis], -others, axis=-1)", "", "of classes"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("module", "right", "wrong", "told"), LOSSES, ids=["weights", "classes"])
def test_a_wrong_gradient_of_such_losses_is_refuted_and_told(module, right, wrong, told):
    """With the model's own loss it is right, which the diagnosis says."""
    engine = network_of("gru", package=fault(module, right, wrong or "pass"))
    seen = [
        diagnose(engine, found, case)
        for case in all_drawn(cases(engine.model, engine.claim, "float64"), 0, 12)
        for found in islice((each for each in findings(engine, truth_of(case)) if each.wrong), 1)
    ]
    assert seen
    assert {each.stage for each in seen} == {"losses"}
    assert all(
        told in each.sentence and "The bug is in the gradient of losses" in each.sentence for each in seen
    )


def test_records_that_end_early_are_asked_of_a_loss():
    """One that truncates each record as if it ended with the last is refuted."""
    wrong = fault("calls.lengths", "self.truncation.first(t, t + 1)", "self.truncation.first(t, steps)")
    case = replace(network(models.gru, Standard("Tail", (2,)), losses="last"), lengths=(2, 5, 4))
    for engine, holds in ((network_of("gru"), True), (network_of("gru", package=wrong), False)):
        found = [each.part for each in findings(engine, truth_of(case), ("autograd",)) if each.wrong]
        assert (found == []) is holds


def test_one_processor_is_told():
    """Where no threads can be asked, a verdict says so."""
    engine = network_of("gru", "CompiledLoops")
    assert ONE_PROCESSOR not in engine.claim.not_asked(engine.model)
    assert ONE_PROCESSOR in without_threads(engine).claim.not_asked(engine.model)
