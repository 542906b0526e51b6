"""Both directions as a function: right by either loops, and wrong where an edit of the text makes them so."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.evidence.mutants.fault import Edit, Fault, read
from benchmarks.evidence.mutants.patch import package
from verification import Profile, verify
from verification.adapters.rnn.both_directions import BY_OWN_STEPS, BY_STEP, both_directions
from verification.adapters.rnn.cells import BIDIRECTIONAL, LOOPS, judged_by
from verification.properties.of_function import BY_NAME, FunctionTrial, calls
from verification.properties.trial import found
from verification.sampling.drawing import one_drawn

FEW = Profile("few", cases=6)
MODULE = "through_time.bidirectional"

# Of what is drawn by these numbers, the same in every process: small calls of every kind and of either type,
# which show every fault below.
NUMBERS = (2, 4, 6, 7, 9, 10, 11, 12, 19, 37, 38, 39)


@pytest.fixture(scope="module")
def trials():
    """Calls, the smallest first, whose truths are the forward's alone and are made once for all tests."""
    engine = both_directions()
    drawn = (one_drawn(calls(engine), number) for number in NUMBERS)
    return [FunctionTrial(engine, call) for call in sorted(drawn, key=lambda call: call.arguments[0].size)]


def wrong_of(engine, trial, names):
    """What those properties find wrong of an engine, whose answers stand beside the truth of the trial."""
    own = FunctionTrial(engine, trial.call)
    vars(own)["blocks"] = trial.blocks
    return [each for each in found([BY_NAME[name] for name in names], own) if each.wrong is not None]


@pytest.mark.slow
def test_the_calls_are_of_every_kind(trials):
    """Whole sequences, records that end early and truncations, of either class and of either type."""
    kinds = set()
    for xs, lengths, first, _, top, *_ in (trial.call.arguments for trial in trials):
        kinds.add((top, bool((lengths < xs.shape[1]).any()), bool(first.any())))
    assert kinds == {
        *((BY_STEP, *each) for each in ((False, False), (True, False), (False, True))),
        *((BY_OWN_STEPS, *each) for each in ((False, False), (True, False))),
    }
    assert {trial.call.arguments[0].dtype for trial in trials} == {np.dtype("f4"), np.dtype("f8")}


@pytest.mark.slow
def test_both_directions_are_verified():
    """Of every argument, records that end early among them."""
    judgement = verify(judged_by(BIDIRECTIONAL, "numpy"), FEW)
    assert judgement.word == "verified", str(judgement)


@pytest.mark.slow
@pytest.mark.parametrize("loops", LOOPS)
def test_nothing_is_wrong_by_either_loops(loops, trials):
    engine = judged_by(BIDIRECTIONAL, loops)
    for trial in trials:
        assert wrong_of(engine, trial, tuple(BY_NAME)) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault", read(Path(__file__).with_name("both_directions.faults")), ids=lambda fault: fault.name
)
def test_a_fault_of_both_directions_is_refuted(fault, trials):
    """By autograd of the whole, on one of a few calls."""
    engine = both_directions(package=package(fault))
    assert any(wrong_of(engine, trial, ("autograd",)) for trial in trials)


def test_outputs_that_are_not_the_forward_s_are_an_error():
    """Only the backward is judged."""
    edit = Edit(MODULE, "self._beside(own.outputs(back), lengths)", "own.outputs(back)")
    fault = Fault("turned", "s.", "s", (edit,), "autograd", "xs")
    engine = both_directions(package=package(fault))
    rng = np.random.default_rng(0)
    shapes = [(2, 3, 1), *[(2, 1)] * 6, *[(4, 1), (4, 1), (4,)] * 2, *[(3, 2), (3, 1), (3,), (1,)] * 2]
    xs, *others = (rng.uniform(-1, 1, shape) for shape in shapes)
    given = np.array([3, 2]), np.zeros(3, int), np.ones((2, 3, 2), int), BY_STEP
    outputs, saved = engine.forward(xs, *given, *others)
    with pytest.raises(ArithmeticError, match=r"^outputs or last states are off by "):
        engine.backward(saved, *(np.ones_like(each) for each in outputs))
