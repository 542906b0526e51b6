"""rnn as the verifier sees it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import rnn
from rnn import Full, Window
from tests.cases import a_network
from tests.vanilla import BLOCKS, arrays_of, blocks_of
from verification.adapters.problem import problem_of
from verification.adapters.rnn.engine import gradients_of
from verification.adapters.rnn.manual import manual
from verification.models.truncation import Standard, window


def a_problem(*given, **named):
    return problem_of(a_network(*given, **named))


def named(answer):
    """Every part of an answer, by name."""
    return {"outputs": answer.outputs, "value": answer.value, **blocks_of(answer)}


def copied(**changed):
    """The package's names, some of them others."""
    return SimpleNamespace(**{name: getattr(rnn, name) for name in rnn.__all__} | changed)


def engine_with(**changed):
    """The vanilla cell of such a copy."""
    return gradients_of(copied(**changed), "Vanilla")


TRUNCATIONS = [("Full", ()), ("Window", (1,)), ("Chunked", (2, 2)), ("Chunked", (2, 3)), ("Tail", (2,))]


@pytest.mark.parametrize(("kind", "numbers"), TRUNCATIONS, ids=str)
@pytest.mark.parametrize("activation", rnn.ACTIVATIONS)
def test_it_answers_with_rnns_own_numbers(activation, kind, numbers):
    """Every part of the answer is what rnn's public calls give for the same network and truncation."""
    problem = a_problem(activation, Standard(kind, numbers))
    cell = rnn.Vanilla(3, 5, rnn.ACTIVATIONS[activation])
    net = rnn.RNN(cell, outputs=6, loops=rnn.NumPyLoops())
    given = rnn.Params(**problem.params), problem.xs
    value, grads = net.loss_and_gradients(*given, problem.targets, problem.h0, getattr(rnn, kind)(*numbers))
    want = {"outputs": net.predict(*given, problem.h0), "value": value, "xs": grads.xs, "h0": grads.h0}
    want |= grads.params._asdict()
    got = named(manual(problem))
    assert got.keys() == want.keys()
    for name, part in want.items():
        np.testing.assert_array_equal(got[name], part)


def test_a_copy_of_the_package_is_an_engine_of_its_own():
    """The truncations are the copy's too: one whose windows are too long is wrong there alone."""
    longer = engine_with(Window=lambda k: Window(k + 1))
    for kind, numbers in TRUNCATIONS:
        problem = a_problem(truncation=Standard(kind, numbers))
        same = np.array_equal(longer(problem).params["W"], manual(problem).params["W"])
        assert same is (kind != "Window")
    one, two = (a_problem(truncation=window(k)) for k in (1, 2))
    np.testing.assert_array_equal(longer(one).params["W"], manual(two).params["W"])


def test_a_workspace_is_used_before_and_after():
    """Calls for other numbers under other truncations go before the problem's own and after it, in one."""
    seen = []

    class Noting(rnn.RNN):
        def loss_and_gradients(self, params, xs, targets, h0, truncation, workspace=None):
            seen.append((float(params.W[0, 0]), float(xs[0, 0, 0]), truncation, workspace))
            return super().loss_and_gradients(params, xs, targets, h0, truncation, workspace=workspace)

    problem = a_problem(truncation=window(2))
    answer = engine_with(RNN=Noting)(replace(problem, workspace=True))
    W, x = problem.params["W"][0, 0], problem.xs[0, 0, 0]
    assert [given for *given, _ in seen] == [[-W, -x, Window(1)], [W, x, Window(2)], [-W, -x, Full()]]
    assert len({id(workspace) for *_, workspace in seen}) == 1
    for name, part in named(manual(problem)).items():
        np.testing.assert_array_equal(named(answer)[name], part)


def test_two_ways_to_the_loss_have_to_agree():
    """A loss alone that is another number than the loss with gradients is reported, and answers nothing."""

    class TwoLosses(rnn.RNN):
        def loss_value(self, *given):
            return super().loss_value(*given) + 1

    with pytest.raises(ArithmeticError, match=r"loss_value gives .*, loss_and_gradients"):
        engine_with(RNN=TwoLosses)(a_problem())


@pytest.mark.parametrize("every", [0, 3])
def test_checkpoints_are_set(every):
    """0 leaves their number to the engine."""
    made = []

    class Noting(rnn.RNN):
        def loss_and_gradients(self, *given, checkpoints=None):
            made.append(checkpoints)
            return super().loss_and_gradients(*given, checkpoints=checkpoints)

    engine_with(RNN=Noting)(replace(a_problem(), checkpoints=every))
    assert made == [rnn.Checkpoints(every or None)]


@pytest.mark.parametrize("workspace", [False, True])
@pytest.mark.parametrize(("target", "finite"), [(1e200, BLOCKS), (1.7e308, ())])
def test_what_is_not_finite_is_nan(workspace, target, finite):
    """Where rnn says that a result is not finite, what is not is so in the answer too."""
    targets = np.full_like(a_problem().targets, target)
    problem = replace(a_problem(), targets=targets, workspace=workspace)
    with np.errstate(over="ignore", invalid="ignore"):
        answer = named(manual(problem))
    np.testing.assert_array_equal(answer["outputs"], manual(a_problem()).outputs)
    for name in ("value", *BLOCKS):
        given = arrays_of(problem).get(name, np.float64(0))
        assert (np.shape(answer[name]), answer[name].dtype) == (np.shape(given), np.float64)
        assert np.isfinite(answer[name]).all() == (name in finite), name


def test_a_package_that_raises_wrongly_is_no_right_answer():
    """NaN stands where a number is true, and no tolerance holds it."""

    class Raising(rnn.RNN):
        def loss_and_gradients(self, *arguments, **options):
            raise FloatingPointError("grads.params.U: nan")

        predict = loss_value = loss_and_gradients

    answer = engine_with(RNN=Raising)(a_problem())
    assert all(np.isnan(part).all() for part in named(answer).values())


@pytest.mark.parametrize("place", [0, 2])
def test_other_numbers_in_the_workspace_may_overflow(place):
    """They are not the problem's, whose answer is as without them."""
    calls = []

    class Overflowing(rnn.RNN):
        def loss_and_gradients(self, *arguments, **options):
            calls.append(None)
            if len(calls) - 1 == place:
                raise FloatingPointError("loss: inf")
            return super().loss_and_gradients(*arguments, **options)

    answer = engine_with(RNN=Overflowing)(replace(a_problem(), workspace=True))
    assert len(calls) == 3
    for name, part in named(manual(a_problem())).items():
        np.testing.assert_array_equal(named(answer)[name], part)
