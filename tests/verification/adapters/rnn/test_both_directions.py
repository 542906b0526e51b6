"""Both directions as a function: right by either loops, and wrong where an edit of the text makes them so."""

import numpy as np
import pytest

from verification import Profile, verify
from verification.adapters.rnn.both_directions import both_directions
from verification.adapters.rnn.cells import BIDIRECTIONAL, LOOPS, judged_by
from verification.evidence.mutants.fault import Edit, Fault
from verification.evidence.mutants.patch import package
from verification.properties.of_function import calls, findings
from verification.sampling.drawing import all_drawn

FEW = Profile("few", cases=12)
MODULE = "through_time.bidirectional"


@pytest.mark.slow
@pytest.mark.parametrize("loops", LOOPS)
def test_both_directions_are_verified(loops):
    """Of every argument, records that end early among them."""
    found = verify(judged_by(BIDIRECTIONAL, loops), FEW)
    assert found.verdict == "verified", str(found)


DYS = "        dys = _from_first(dhs[:, :, own.units :], segment.first_loss, steps)\n"
FAULTS = [
    (
        "dy is overwritten by dx before the other direction reads it (MXNet #17898)",
        DYS,
        "        early = own.back(\n"
        "            of_ahead, tape.ahead, dhs[:, :, : own.units], last_ahead, ahead_, (), loops\n"
        "        )\n"
        "        dhs[:, :, own.units :] = np.resize(early.dxs, dhs[:, :, own.units :].shape)\n" + DYS,
    ),
    (
        "the second direction is handed the first one's half",
        DYS,
        DYS.replace("own.units :]", ": own.units]"),
    ),
    (
        "the second direction's cotangents are not turned",
        "np.ascontiguousarray(turned(dys, tape.lengths))",
        "np.ascontiguousarray(dys)",
    ),
    (
        "records that end early are turned as if they did not",
        "turned(_from_first(back.dxs, back.first, steps), tape.lengths)",
        "turned(_from_first(back.dxs, back.first, steps), None)",
    ),
    (
        "the inputs' cotangents are the first direction's alone",
        "dxs = dxs + turned(_from_first(back.dxs, back.first, steps), tape.lengths)",
        "dxs = dxs + 0 * turned(_from_first(back.dxs, back.first, steps), tape.lengths)",
    ),
    (
        "the last states of the second direction are taken for the first one's",
        "if finals is None else finals.halves",
        "if finals is None else finals.halves[::-1]",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("story", "right", "wrong"), FAULTS, ids=[each[0] for each in FAULTS])
def test_a_fault_of_both_directions_is_refuted(story, right, wrong):
    """By autograd of the whole, on one of a few calls."""
    fault = Fault(story, story, story, (Edit(MODULE, right, wrong),), "autograd", "xs")
    engine = both_directions(package=package(fault))
    drawn = all_drawn(calls(engine), "both directions", FEW.cases)
    assert any(finding.wrong for call in drawn for finding in findings(engine, call, ("autograd",)))


def test_outputs_that_are_not_the_forward_s_are_an_error():
    """For the backward alone is asked."""
    fault = Fault(
        "turned",
        "s.",
        "s",
        (Edit(MODULE, "turned(own.outputs(back), lengths)", "own.outputs(back)"),),
        "autograd",
        "xs",
    )
    engine = both_directions(package=package(fault))
    rng = np.random.default_rng(0)
    shapes = [(2, 3, 1), *[(2, 1)] * 6, *[(4, 1), (4, 1), (4,)] * 2, *[(3, 2), (3, 1), (3,), (1,)] * 2]
    xs, *others = (rng.uniform(-1, 1, shape) for shape in shapes)
    outputs, saved = engine.forward(xs, np.array([3, 2]), *others)
    with pytest.raises(ArithmeticError, match=r"^outputs or last states are off by "):
        engine.backward(saved, *(np.ones_like(each) for each in outputs))
