"""The cells of rnn as engines: right by either loops, and wrong where they are."""

from types import SimpleNamespace

import numpy as np
import pytest

import rnn
from tests.rnn.cells.judged import looked_at
from verification import ModelProblem, Profile, Scope, verify
from verification.adapters.rnn import cells
from verification.adapters.rnn.cells import CELLS, cell_engine, network_of
from verification.adapters.rnn.engine import gradients_of


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

    copy = SimpleNamespace(**{each: getattr(rnn, each) for each in rnn.__all__})
    copy.RNN = Half
    scope = Scope(dtypes=("float64",))
    wrong, _ = looked_at(network_of(name, scope=scope, package=copy), 5)
    assert {line.split(":")[0] for line in wrong if line.startswith("autograd")} == {
        "autograd V",
        "autograd c",
    }


@pytest.mark.slow
@pytest.mark.parametrize("loops", cells.LOOPS.values(), ids=cells.LOOPS)
@pytest.mark.parametrize("name", CELLS)
def test_the_loss_alone_is_judged_as_well(name, loops):
    """Where it is another number than the loss beside the gradients, of every cell and by either loops."""

    class TwoLosses(rnn.RNN):
        def loss_value(self, *given, **options):
            return super().loss_value(*given, **options) + 1

    copy = SimpleNamespace(**{each: getattr(rnn, each) for each in rnn.__all__})
    copy.RNN = TwoLosses
    scope = Scope(dtypes=("float64",))
    found = verify(network_of(name, loops, package=copy), Profile("few", 30, strength=1), scope=scope)
    assert found.verdict == "refuted"
    assert "raised ArithmeticError: loss_value gives " in found.diagnosis.sentence


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
        problem = ModelProblem(functions, params, xs, state, targets, workspace=True)
        answer = gradients_of(rnn, kind)(problem)
    assert np.isfinite(answer.outputs).all()
    assert not np.isfinite(answer.value)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_a_copy_is_judged_by_truncations_of_its_own(name):
    """A window that reaches a step too far is refuted."""

    class Further(rnn.Window):
        def first(self, t, steps):
            return max(0, super().first(t, steps) - 1)

    copy = SimpleNamespace(**{each: getattr(rnn, each) for each in rnn.__all__})
    copy.Window = Further
    scope = Scope(dtypes=("float64",), truncations=("Window",), steps=(3, 6))
    wrong, _ = looked_at(network_of(name, scope=scope, package=copy), 20)
    assert "autograd U" in {line.split(":")[0] for line in wrong}


def test_compiled_loops_need_their_extra(monkeypatch):
    """One line that names it."""
    monkeypatch.setattr(cells, "installed", lambda: False)
    with pytest.raises(ValueError, match=r"--loops compiled: numba is missing; the extra 'compiled'"):
        cell_engine("lstm", "compiled")


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
