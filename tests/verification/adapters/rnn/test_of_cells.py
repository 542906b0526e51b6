"""What every cell is asked beside the designed sample: right cells answer it, and faults are refuted by it."""

from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from verification.adapters.rnn.cells import CELLS, LOOPS, compile_loops, network_of
from verification.adapters.rnn.of_cells import CASES, of_every_cell
from verification.evidence.mutants.compiled.planting import planted
from verification.evidence.mutants.fault import Edit, Fault
from verification.evidence.mutants.patch import package
from verification.properties.findings import findings, truth_of


def wrong(engine, name):
    """What is found wrong on a case."""
    (case,) = (each.make() for each in of_every_cell(engine.model) if each.name == name)
    return [f"{each.property} {each.part}" for each in findings(engine, truth_of(case)) if each.wrong]


@pytest.mark.parametrize("name", CELLS)
def test_each_is_informative(name):
    """It has a truth that says something, of every cell."""
    engine = network_of(name)
    for each in of_every_cell(engine.model):
        assert truth_of(each.make()).informative(engine.claim.blocks), each.name


@pytest.mark.slow
@pytest.mark.parametrize("loops", LOOPS)
@pytest.mark.parametrize("name", CELLS)
def test_right_cells_answer_all(name, loops):
    """By either loops, to every property that is asked of such a case."""
    if loops == "compiled":
        compile_loops(name)
    engine = network_of(name, LOOPS[loops])
    assert {each: found for each in CASES if (found := wrong(engine, each))} == {}


@dataclass(frozen=True)
class Planted:
    """A fault in a module of ``rnn``, and the case of a cell that refutes it."""

    story: str
    cell: str
    module: str
    right: str
    wrong: str
    case: str

    @property
    def fault(self):
        """As the catalogue of mutants has them."""
        return Fault(
            self.story, "", "plausible", (Edit(self.module, self.right, self.wrong),), None, self.cell
        )


NUMPY = (
    Planted(
        "an own policy is asked for another step where the last alone has a loss",
        "gru",
        "through_time.routes",
        "return self.firsts[t - steps]",
        "return self.firsts[t]",
        "a policy of one's own, a loss on the last step",
    ),
    Planted(
        "checkpoints of the engine's own number are none",
        "lstm",
        "through_time.checkpoints",
        "return often * ceil(sqrt(steps / 2) / often)",
        "return 0 * often * ceil(sqrt(steps / 2) / often)",
        "segments of the engine's own length",
    ),
    Planted(
        "the last state's cotangents reach the first of its arrays alone",
        "lstm",
        "layer",
        "by_step[last, np.arange(len(xs))] += final",
        "by_step[last, np.arange(len(xs))] += final * (by_step is dhs)",
        "a layer",
    ),
    Planted(
        "the last state's cotangents enter at the last of all steps, and not at each record's own",
        "vanilla",
        "layer",
        "tuple(map(ends.sorted, finals)), ends.lengths - 1",
        "tuple(map(ends.sorted, finals)), last",
        "a layer whose records end early",
    ),
    Planted(
        "a layer truncates nothing",
        "gru",
        "layer",
        "segments(truncation, steps, 0, batch)",
        "segments(Full(), steps, 0, batch)",
        "a layer under a window",
    ),
)

COMPILED = (
    Planted(
        "a thread makes the first of its parts alone",
        "gru",
        "compiled.sharing",
        "pool.submit(each, parts[i::threads])",
        "pool.submit(each, parts[i : i + 1])",
        "work for several threads, in more parts than those",
    ),
    *(
        Planted(
            "the other threads make nothing",
            cell,
            "compiled.sharing",
            "for i in range(1, threads)",
            "for i in range(2, threads)",
            "work for several threads, in more parts than those",
        )
        for cell in CELLS
    ),
    Planted(
        "a sweep alone writes over what others have put at its steps",
        "lstm",
        "compiled.lstm",
        "spans[:-1], das, das is not derivatives[0], below",
        "spans[:-1], das, das is not derivatives[0] and len(spans.firsts) > 1, below",
        "a sweep alone, after others that came to its steps",
    ),
    Planted(
        "the last state's cotangents of c are those of the first block's records",
        "lstm",
        "compiled.lstm",
        "collect(dc[rows], dcs[t - first_loss, lo:hi])",
        "collect(dc[rows], dcs[t - first_loss, : hi - lo])",
        "a layer of more records than a block",
    ),
    Planted(
        "far out a softsign has no slope",
        "vanilla",
        "compiled.functions",
        "return (one - abs(y)) * (one - abs(y))",
        "return (one - abs(y)) * (one - abs(y)) if abs(y) < 0.99 else one - one",
        "functions far out",
    ),
    Planted(
        "far out a rational gate has no slope",
        "gru",
        "compiled.functions",
        "away = one - abs(y + y - one)",
        "away = max(one - abs(y + y - one), one / 64) - one / 64",
        "functions far out",
    ),
)


@contextmanager
def planted_in_a_process_of_two(fault):
    """While it lasts, the compiled text is the fault's, and there are two threads."""
    with planted(fault):
        compile_loops(fault.cell)
        yield


@pytest.mark.parametrize("one", NUMPY, ids=lambda one: one.story)
def test_a_fault_is_refuted_by_its_case(one):
    """By NumPy's loops, in a copy of the package."""
    assert wrong(network_of(one.cell, package=package(one.fault)), one.case)


@pytest.mark.slow
@pytest.mark.parametrize("one", COMPILED, ids=lambda one: f"{one.story}, {one.cell}")
def test_a_fault_of_the_compiled_text_is_refuted_by_its_case(one):
    """And it is right without the fault, as is asked above."""
    with planted_in_a_process_of_two(one.fault):
        assert wrong(network_of(one.cell, LOOPS["compiled"]), one.case)
