"""An engine before a problem: whatever it does wrong in form is said, and never breaks the verifier."""

import signal
import sys
import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from rnn import Full, Tail, Window
from verification import timeout
from verification.answer import InvalidAnswer, TimedOut
from verification.engine import manual
from verification.problem import Gradients, Problem, Unsupported
from verification.properties import PROPERTIES, findings
from verification.tolerance import WIDER
from verification.trial import Trial, Truth


def a_problem(dtype=np.float64, truncation=Full(), activation="tanh"):
    """N, T, D, H, K = 3, 4, 2, 2, 2."""
    rng = np.random.default_rng(0)
    shapes = {"U": (2, 2), "W": (2, 2), "b": (2,), "V": (2, 2), "c": (2,)}
    params = {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}
    xs, h0 = rng.standard_normal((3, 4, 2)).astype(dtype), rng.standard_normal((3, 2)).astype(dtype)
    targets = rng.standard_normal((3, 4, 2)).astype(dtype)
    return Problem(activation, params, xs, targets, h0, truncation)


def with_(**parts):
    """The right engine but for some parts, each a function of the problem and the right part."""

    def engine(problem):
        answer = manual(problem)
        wrong = {name: change(problem, getattr(answer, name)) for name, change in parts.items()}
        return replace(answer, **wrong)

    return engine


def raises(problem):
    """An engine that is not finished."""
    raise NotImplementedError("no backward yet")


def exits(problem):
    """An engine that takes itself for a program."""
    sys.exit("bye")


class Unspeakable(BaseException):
    """An exception of no common kind, whose message is another exception."""

    def __str__(self):
        raise RuntimeError("no message")


def raises_the_unspeakable(problem):
    """An engine whose fault cannot even be told."""
    raise Unspeakable


def forgets_a_block(problem):
    """An answer made without its constructor."""
    answer = object.__new__(Gradients)
    for name, part in manual(problem).named().items():
        if name != "c":
            object.__setattr__(answer, name, part)
    return answer


# Each with what must be said of it.
INVALID = {
    "raises": (raises, "raised NotImplementedError: no backward yet"),
    "returns nothing": (lambda problem: None, "returned None, needed verification.Gradients"),
    "returns a tuple": (
        lambda problem: (1.0, 2.0),
        "returned an object of type tuple, needed verification.Gradients",
    ),
    "exits": (exits, "raised SystemExit: bye"),
    "raises what has no message": (raises_the_unspeakable, f"raised {__name__}.Unspeakable"),
    "a dictionary": (
        lambda problem: manual(problem).named(),
        "returned an object of type dict, needed verification.Gradients",
    ),
    "a block is missing": (
        forgets_a_block,
        "returned Gradients whose c raised AttributeError: 'Gradients' object has no attribute 'c'",
    ),
    "a block is None": (with_(b=lambda p, b: None), "b is None, needed numpy.ndarray"),
    "a nested list": (with_(W=lambda p, W: W.tolist()), "W is an object of type list, needed numpy.ndarray"),
    "a ragged list": (
        with_(U=lambda p, U: [[1.0], [1.0, 2.0]]),
        "U is an object of type list, needed numpy.ndarray",
    ),
    "a tuple of rows": (
        with_(h0=lambda p, h0: tuple(h0)),
        "h0 is an object of type tuple, needed numpy.ndarray",
    ),
    "a number for a block": (
        with_(b=lambda p, b: b.sum()),
        "b is an object of type numpy.float64, needed numpy.ndarray",
    ),
    "a masked array": (
        with_(V=lambda p, V: np.ma.array(V)),
        "V is an object of type numpy.ma.MaskedArray, needed numpy.ndarray",
    ),
    "a matrix": (
        with_(W=lambda p, W: W.view(np.matrix)),
        "W is an object of type numpy.matrix, needed numpy.ndarray",
    ),
    "a loss that is a list": (
        with_(value=lambda p, v: [v]),
        "value is an object of type list, needed a number",
    ),
    "a loss that is None": (with_(value=lambda p, v: None), "value is None, needed a number"),
    "a masked loss": (
        with_(value=lambda p, v: np.ma.masked),
        "value is an object of type numpy.ma.core.MaskedConstant, needed a number",
    ),
    "a loss that is a string": (with_(value=lambda p, v: "1"), "value has dtype <U1, needed float64"),
    "a loss of another type": (
        with_(value=lambda p, v: np.float32(v)),
        "value has dtype float32, needed float64",
    ),
    "a block of another shape": (with_(W=lambda p, W: W[:1]), "W has shape (1, 2), needed (2, 2)"),
    "a column for a vector": (with_(c=lambda p, c: c[:, None]), "c has shape (2, 1), needed (2,)"),
    "time first": (with_(xs=lambda p, xs: xs.swapaxes(0, 1)), "xs has shape (4, 3, 2), needed (3, 4, 2)"),
    "the last output alone": (
        with_(outputs=lambda p, o: o[:, -1]),
        "outputs has shape (3, 2), needed (3, 4, 2)",
    ),
    "a loss of each record": (with_(value=lambda p, v: np.full(3, v)), "value has shape (3,), needed ()"),
    "another dtype": (with_(V=lambda p, V: V.astype(np.float32)), "V has dtype float32, needed float64"),
    "whole numbers": (with_(h0=lambda p, h0: h0.astype(int)), "h0 has dtype int64, needed float64"),
    "complex numbers": (with_(U=lambda p, U: U + 0j), "U has dtype complex128, needed float64"),
    "the input itself": (with_(xs=lambda p, xs: p.xs), "xs is a view of the problem's xs"),
    "a view of an input": (with_(h0=lambda p, h0: p.h0[::-1]), "h0 is a view of the problem's h0"),
    "a view of a target": (
        with_(outputs=lambda p, o: p.targets[...]),
        "outputs is a view of the problem's targets",
    ),
    "a view of a parameter": (with_(V=lambda p, V: p.params["W"].T), "V is a view of the problem's W"),
}


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_answer_is_told_by_name(name):
    """The message says what was done and what was needed."""
    engine, message = INVALID[name]
    with pytest.raises(InvalidAnswer) as told:
        Trial(engine, Truth(a_problem())).ask(a_problem())
    assert str(told.value) == message


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_answer_refutes_every_property_and_stops_none(name):
    """Each property is refuted in each of its rows, by that."""
    engine, message = INVALID[name]
    trial = Trial(engine, Truth(a_problem()))
    for check in PROPERTIES:
        if check.problems is not PROPERTIES[0].problems:
            continue
        found = list(findings(trial, check))
        assert {finding.row for finding in found} == set(check.rows)
        assert {type(finding.wrong) for finding in found} == {InvalidAnswer}
        assert {str(finding.wrong) for finding in found} == {message}
        assert all(finding.unanswered for finding in found)


def test_an_engine_that_fails_on_one_kind_of_problem_is_judged_on_the_others():
    """One record alone is too few for it: only the property that asks so is refuted, the others hold."""

    def batches_only(problem):
        if len(problem.xs) == 1:
            raise IndexError("a batch of one")
        return manual(problem)

    trial = Trial(batches_only, Truth(a_problem()))
    refuted = {
        check.name for check in PROPERTIES for found in findings(trial, check) if found.wrong is not None
    }
    assert refuted == {"records add up"}


def test_the_cause_of_an_exception_is_kept():
    """The engine's own exception is the cause, traceback and all."""
    with pytest.raises(InvalidAnswer) as told:
        Trial(raises, Truth(a_problem())).ask(a_problem())
    assert isinstance(told.value.__cause__, NotImplementedError)


@pytest.mark.parametrize("form", [np.float64, float, np.array], ids=["scalar", "float", "array"])
def test_a_loss_is_a_number_of_the_type(form):
    """A NumPy scalar, a Python float where that is the type, or an array of no dimensions."""
    engine = with_(value=lambda problem, value: form(value))
    assert isinstance(Trial(engine, Truth(a_problem())).answer, Gradients)


def test_an_interruption_is_not_the_engines():
    """Ctrl-C stops the verifier, also while the engine is at work."""

    def interrupted(problem):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Trial(interrupted, Truth(a_problem())).ask(a_problem())


def loops(problem):
    """An engine that never returns."""
    while True:
        pass


@pytest.fixture
def short_timeout(monkeypatch):
    """An engine is waited for a tenth of a second."""
    monkeypatch.setattr(timeout, "ANSWER", 0.1)


def test_an_engine_that_never_returns_is_late(short_timeout):
    """It is told with the time that it had, and is an invalid answer as others are."""
    with pytest.raises(TimedOut, match=r"^did not return within 0\.1 s$"):
        Trial(loops, Truth(a_problem())).ask(a_problem())
    assert issubclass(TimedOut, InvalidAnswer)
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_an_engine_that_never_returns_is_waited_for_once_a_case(short_timeout):
    """It refutes every row of every property, and only the first has waited."""
    trial = Trial(loops, Truth(a_problem()))
    assert isinstance(trial.truth.determined, bool)
    waited = 0.0
    for check in PROPERTIES:
        started = time.process_time()
        found = list(findings(trial, check))
        waited += time.process_time() - started
        assert {finding.row for finding in found} == set(check.rows)
        assert {type(finding.wrong) for finding in found} == {TimedOut}
    assert waited < 0.5


def test_an_engine_that_does_not_return_on_one_kind_is_judged_on_the_others(short_timeout):
    """One record alone never ends: the one property that asks so is refuted, and the others hold."""

    def batches_only(problem):
        return loops(problem) if len(problem.xs) == 1 else manual(problem)

    trial = Trial(batches_only, Truth(a_problem()))
    refuted = [(check.name, f.wrong) for check in PROPERTIES for f in findings(trial, check) if f.wrong]
    assert [(name, type(wrong)) for name, wrong in refuted] == [("records add up", TimedOut)]


def test_an_engines_own_timeout_is_its_own():
    """It raised, and says what."""

    def gives_up(problem):
        raise TimeoutError("no device")

    with pytest.raises(InvalidAnswer, match=r"^raised TimeoutError: no device$") as told:
        Trial(gives_up, Truth(a_problem())).ask(a_problem())
    assert not isinstance(told.value, TimedOut)


def test_what_an_engine_does_not_do_is_no_invalid_answer():
    """It says so, and that passes through every property; none finds anything."""

    def floats_only(problem):
        if problem.dtype == np.float32:
            raise Unsupported("float64 alone")
        return manual(problem)

    trial = Trial(floats_only, Truth(a_problem(np.float32)))
    for check in PROPERTIES:
        found = []
        with pytest.raises(Unsupported, match=r"^float64 alone$"):
            found.extend(findings(trial, check))
        assert found == []
    assert isinstance(Trial(floats_only, Truth(a_problem())).answer, Gradients)


@pytest.mark.parametrize("spoil", ["eats", "rebinds", "reshapes"])
def test_nobody_sees_what_an_engine_does_to_its_inputs(spoil):
    """The truth, and the next who asks, have the problem as it was."""

    def spoils(problem):
        answer = manual(problem)
        if spoil == "eats":
            for array in problem.arrays().values():
                array[...] = 7
        elif spoil == "rebinds":
            problem.params["W"] = problem.params["V"]
        else:
            problem.params["b"].resize((problem.params["b"].size, 1), refcheck=False)
        return answer

    problem = a_problem()
    before = {name: array.copy() for name, array in problem.arrays().items()}
    trial = Trial(spoils, Truth(problem))
    refuted = {check.name for check in PROPERTIES for f in findings(trial, check) if f.wrong is not None}
    assert "inputs stay" in refuted
    assert refuted <= {"inputs stay", "memory layout"}
    for name, array in problem.arrays().items():
        np.testing.assert_array_equal(array, before[name])


def test_asked_directly_it_is_given_the_arrays_themselves():
    """Laid out as they are; asked otherwise, copies that are laid out alike."""
    asked = []

    def keeps(problem):
        asked.append(problem)
        return manual(problem)

    problem = a_problem()
    problem = problem.replaced(W=np.asfortranarray(problem.params["W"]))
    trial = Trial(keeps, Truth(problem))
    trial.ask_directly(problem)
    trial.ask(problem)
    direct, copied = asked
    assert direct is problem
    for name, array in copied.arrays().items():
        assert not np.may_share_memory(array, problem.arrays()[name])
        assert array.strides == problem.arrays()[name].strides


def test_a_right_answer_is_returned_as_it_is():
    """In the engine's own arrays, for any problem that it is asked about."""
    kept = []

    def keeps(problem):
        kept.append(manual(problem))
        return kept[-1]

    trial = Trial(keeps, Truth(a_problem()))
    for number, answer in enumerate([trial.ask(a_problem(np.float32)), trial.answer]):
        for name, part in answer.named().items():
            np.testing.assert_array_equal(part, kept[number].named()[name])
            if name != "value":
                assert np.may_share_memory(part, kept[number].named()[name])


def test_the_answer_is_asked_for_once():
    """Properties share the answer to the problem itself."""
    calls = Counter()

    def counts(problem):
        calls["engine"] += 1
        return manual(problem)

    trial = Trial(counts, Truth(a_problem()))
    assert trial.answer is trial.answer
    assert calls["engine"] == 1


def test_under_asks_of_the_same_arrays_under_another_truncation():
    """Nothing but the truncation is another."""
    asked = []

    def keeps(problem):
        asked.append(problem)
        return manual(problem)

    problem = a_problem()
    answer = Trial(keeps, Truth(problem)).under(Tail(1))
    assert asked[0].truncation == Tail(1)
    for name, array in asked[0].arrays().items():
        np.testing.assert_array_equal(array, problem.arrays()[name])
    np.testing.assert_array_equal(answer.W, manual(problem.replaced(truncation=Tail(1))).W)


def test_an_overflow_inside_an_engine_is_no_invalid_answer():
    """An engine may overflow and go on; that is judged by what it answers."""

    def overflows(problem):
        assert np.isinf(np.float64(1e308) * 10)
        return manual(problem)

    assert isinstance(Trial(overflows, Truth(a_problem())).answer, Gradients)


def test_the_truth_is_computed_once():
    """Every part of the truth is kept, for all properties and engines."""
    truth = Truth(a_problem())
    for name in ("table", "autograd", "blocks", "forward", "reach"):
        assert getattr(truth, name) is getattr(truth, name)


def test_the_truth_is_in_the_wider_type():
    """Both oracles answer in it."""
    for dtype in (np.float32, np.float64):
        truth = Truth(a_problem(dtype))
        wide = WIDER[np.dtype(dtype)]
        assert truth.autograd.W.dtype == truth.blocks["W"].truth.dtype == wide
        assert truth.forward["outputs"].truth.dtype == wide


def test_reach_is_the_mask_of_the_steps_with_a_loss():
    """(L, T): all rows with a loss on every step, the last row alone with one on the last."""
    every = a_problem(truncation=Window(1))
    last = every.replaced(targets=every.targets[:, -1])
    rows = [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]
    assert Truth(every).reach.astype(int).tolist() == rows
    assert Truth(last).reach.astype(int).tolist() == rows[-1:]


def scaled_weights(W, truncation=Full(), activation="identity", **arrays):
    """A float32 problem whose cotangents shrink or grow by W a step."""
    problem = a_problem(np.float32, truncation, activation)
    return problem.replaced(W=np.eye(2, dtype=np.float32) * np.float32(W), **arrays)


def test_an_ordinary_problem_determines_its_truth():
    """Nothing overflows, nothing vanishes, nothing is on a kink."""
    assert Truth(a_problem()).determined
    assert Truth(scaled_weights(0.5, activation="relu")).determined


@pytest.mark.parametrize(
    "problem",
    [
        scaled_weights(1e30),
        scaled_weights(
            0,
            activation="relu",
            b=np.zeros(2, np.float32),
            xs=np.zeros((3, 4, 2), np.float32),
        ),
    ],
    ids=["overflow", "kink"],
)
def test_there_is_no_truth_at_the_edges_of_a_type(problem):
    """What overflows or stands on a relu's kink determines nothing."""
    assert not Truth(problem).determined


def test_what_may_be_lost_is_in_the_bound_where_it_is_reached():
    """The chain vanishes two jumps back, and a window of one jump does not look there."""
    near, far = (Truth(scaled_weights(1e-20, Window(k))) for k in (1, 2))
    assert near.determined
    assert far.determined
    assert near.blocks["U"].lost == 0 < far.blocks["U"].lost < 1e-30
    assert far.blocks["V"].lost == 0
