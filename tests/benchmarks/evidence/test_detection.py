"""The detection curve: faults are what they are said to be, and are counted as they should be."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from benchmarks.evidence import detection
from benchmarks.evidence.checkers import Checker, lags_accuse
from benchmarks.evidence.detection import PROMISED, LagFault
from tests.cases import a_network
from tests.vanilla import BLOCKS, blocks_of, changed
from verification.adapters.problem import problem_of
from verification.adapters.rnn.manual import manual
from verification.models.tolerance import SAFETY
from verification.models.truncation import FULL
from verification.properties.unfolding import Unfolded

TRUNCATIONS = ("Full", "Window", "Chunked", "Tail")


def network(activation="tanh", steps=3, scale=0.5):
    """One of so many steps."""
    return a_network(activation, sizes=(2, steps, 2, 3, 2), scale=scale, seed=1)


def answered(engine, case):
    """The engine's gradient of a case, by its blocks."""
    return blocks_of(engine(problem_of(case)))


def by_any_bit(engine, case, block):
    """Accuses a block in which any bit is not the right engine's."""
    got, right = (answered(each, case)[block] for each in (engine, manual))
    return bool(np.max(np.abs(got - right)) > 0)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_part_is_the_lag_tables(block):
    """G[t, s] by a copy of one step's block is the entry of the lag table."""
    case = network()
    table = Unfolded(case)
    for t, s in product(range(3), range(3)):
        if s <= t:
            want = table.parts(t, block).want
            part = LagFault(block, t, s).part(case)
            part = part[:, s] if block == "xs" else part
            want = want[0] if block in ("V", "c", "h0") else want[s]
            assert np.allclose(part, want, rtol=1e-15, atol=1e-18), (t, s)


def test_a_fault_is_planted_in_one_block_and_by_its_size():
    """The engine is off by ε G[t, s] in the block, and right elsewhere; with ε = 0 it is the engine."""
    case, fault = network(), LagFault("U", 2, 0)
    of = detection.planted(fault)
    right, wrong = answered(manual, case), answered(of(1e-3), case)
    assert np.allclose(wrong["U"] - right["U"], 1e-3 * fault.part(case), rtol=1e-9, atol=0)
    for name in BLOCKS:
        assert np.array_equal(answered(of(0.0), case)[name], right[name])
        assert name == "U" or np.array_equal(wrong[name], right[name])


def test_a_fault_is_the_same_in_every_case():
    """An unfolded one has the same fault, in the same rows."""
    case, fault = network(), LagFault("h0", 2, 0)
    of = detection.planted(fault)
    unfolded = Unfolded(case)
    off, own = (
        answered(of(1e-3), one)["h0"] - answered(of(0.0), one)["h0"] for one in (unfolded.amplified(2), case)
    )
    assert np.allclose(off[:, :3] / 2.0**unfolded.gain, own, rtol=1e-9, atol=0)


def test_entries_are_the_lags_up_to_the_loss():
    """None beyond the loss, and none that is zero: W's use at step 0 with h0 = 0."""
    case = network()
    found = detection.entries(replace(case, blocks={**case.blocks, "h0": np.zeros((2, 3))}))
    assert np.array_equal(found["U"].nonzero, np.tri(3, dtype=bool))
    assert not found["W"].nonzero[:, 0].any()
    assert found["V"].nonzero.shape == (3, 1)
    assert all(np.array_equal(found[name].determined, found[name].nonzero) for name in BLOCKS)


def test_faults_are_drawn_among_the_entries():
    """The first, the middle and the last loss, at lags that are not zero; none where all is zero."""
    case = network(steps=6)
    found = detection.entries(case)
    rng = np.random.default_rng(0)
    faults = [detection.draw_fault(case, found, rng)[0] for _ in range(100)]
    assert {fault.t for fault in faults} == {0, 3, 5}
    assert {fault.block for fault in faults} == set(BLOCKS)
    assert all(fault.s <= fault.t for fault in faults)
    outputs = manual(problem_of(network())).outputs
    nothing = replace(network(), objective=network().objective.replaced(lambda targets: outputs))
    vacuous = {name: replace(e, nonzero=e.nonzero & False) for name, e in found.items()}
    assert detection.draw_fault(nothing, vacuous, rng) is None


@pytest.mark.parametrize("block", BLOCKS)
def test_a_determined_fault_of_the_promised_size_is_caught(block):
    """Lag by lag sees 1e-8 of any lag of any block, and nothing in the right engine."""
    for activation in ("tanh", "sigmoid", "softsign"):
        case = network(activation)
        for t, s in ((0, 0), (2, 0), (2, 2)):
            of = detection.planted(LagFault(block, t, 0 if block == "h0" else s))
            assert not lags_accuse(of(0.0), case, block)
            assert lags_accuse(of(PROMISED), case, block), (activation, t, s)


def test_the_problems_are_the_same_for_a_seed():
    """Problem by problem, whatever their number, with what was requested and nothing else."""
    first = list(detection.problems(40, 5, ["float64"], ["Full"]))
    again = list(detection.problems(20, 5, ["float64"], ["Full"]))
    for one, other in zip(first, again, strict=False):
        arrays, others = ({**case.blocks, **case.objective.arrays()} for case in (one, other))
        assert all(np.array_equal(array, others[name]) for name, array in arrays.items())
    assert {p.functions["activation"] for p in first} == {"tanh", "sigmoid", "relu", "softsign", "identity"}
    assert {p.truncation for p in first} == {FULL}
    assert {p.dtype.name for p in first} == {"float64"}
    every = list(detection.problems(60, 0, ["float32", "float64"], TRUNCATIONS))
    assert {p.truncation.kind for p in every} == set(TRUNCATIONS)
    assert {p.dtype.name for p in every} == {"float32", "float64"}


def test_the_curve_counts():
    """Who accuses nobody catches nothing, who accuses the right engine is no judge, who sees is counted."""
    reported = []
    accuse = {"never": lambda *asked: False, "always": lambda *asked: True, "sees": by_any_bit}
    checkers = [Checker(name, "1.0", accuses) for name, accuses in accuse.items()]
    found = detection.curve(12, 0, lambda *done: reported.append(done), checkers)
    asleep, jumpy, sees = found.curves
    determined = found.planted - found.undetermined
    assert 6 < determined <= found.planted <= found.cases == 12
    assert (asleep.judged, asleep.accused, set(asleep.caught)) == (determined, 0, {0})
    assert sum(asleep.missed.values()) == determined
    assert (jumpy.judged, jumpy.accused) == (0, determined)
    assert set(jumpy.shares) == {None}
    assert sees.caught[-1] == determined
    assert sees.missed == {}
    assert list(sees.caught) == sorted(sees.caught)
    assert reported[-1] == (12, 12)
    assert 0.5 < found.determined <= 1


def test_alarms_are_counted(monkeypatch):
    """An engine whose bias gradient is doubled is accused, with an example; no other property is checked."""
    monkeypatch.setattr(detection, "TOLERANT", ("autograd",))

    def doubled(case):
        answer = manual(case)
        return changed(answer, b=2 * answer.params["b"])

    found = detection.false_alarms(5, 0, engine=doubled)
    assert found.cases == 5
    assert 10 < found.decided <= 35
    assert 0 < found.failures <= 5
    assert "case = Case(" in found.example


def test_accuracy_is_that_of_both_at_working_precision():
    """Within what the suite accepts, and as large as a type's rounding makes it."""
    found = {(row.dtype, row.who): row for row in detection.accuracy(30)}
    assert set(found) == set(product(("float32", "float64"), ("by hand", "autograd")))
    for (dtype, _), row in found.items():
        median, rare, largest = row.units
        assert 0 < median <= rare <= largest < SAFETY
        assert np.finfo(dtype).eps / 100 < row.relative[0] < np.finfo(dtype).eps * 100
