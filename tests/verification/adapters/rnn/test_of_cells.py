"""What every cell is asked beside the designed sample: right cells answer it, and it refutes faults."""

from dataclasses import dataclass

# Before any test of a process: Numba cannot load it twice, as where a test has taken away what it had loaded.
import numba.core.boxing  # noqa: F401
import pytest

from benchmarks.evidence.mutants.compiled.planting import THREADS, planted
from benchmarks.evidence.mutants.fault import Edit, Fault
from benchmarks.evidence.mutants.patch import package
from rnn.loops import compiled_module
from verification.adapters.rnn.cells import CELLS, LOOPS, compile_loops, network_of
from verification.adapters.rnn.of_cells import CASES, of_every_cell
from verification.properties.findings import findings, truth_of


def case_of(engine, name):
    """The case of that name."""
    (case,) = (each.make() for each in of_every_cell(engine.model) if each.name == name)
    return case


def wrong(engine, name):
    """What is found wrong on a case."""
    found = findings(engine, truth_of(case_of(engine, name)))
    return [f"{each.property} {each.part}" for each in found if each.wrong]


@pytest.mark.slow
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
        "an own truncation is asked for another step where the last alone has a loss",
        "gru",
        "through_time.routes",
        "return self.firsts[t - steps]",
        "return self.firsts[t]",
        "a truncation of one's own, a loss on the last step",
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
        "through_time.recurrence",
        "by_step[last - (steps - len(dhs)), records] += final[records]",
        "by_step[last - (steps - len(dhs)), records] += final[records] * (by_step is found[0])",
        "a layer",
    ),
    Planted(
        "the last state's cotangents enter at the last of all steps, and not at each record's own",
        "vanilla",
        "layer",
        "tuple(map(ends.sorted, finals)), ends.lengths - 1",
        "tuple(map(ends.sorted, finals)), xs.shape[1] - 1",
        "a layer whose records end early",
    ),
    Planted(
        "a layer truncates nothing",
        "gru",
        "layer",
        "segments(truncation, steps, 0, sweeps_at_once(state))",
        "segments(Full(), steps, 0, sweeps_at_once(state))",
        "a layer under a window",
    ),
)

COMPILED = (
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
)


@pytest.mark.parametrize("one", NUMPY, ids=lambda one: one.story)
def test_a_fault_is_refuted_by_its_case(one):
    """By NumPy's loops, in a copy of the package."""
    assert wrong(network_of(one.cell, package=package(one.fault)), one.case)


@pytest.mark.slow
@pytest.mark.parametrize("one", COMPILED, ids=lambda one: one.story)
def test_a_fault_of_the_compiled_text_is_refuted_by_its_case(one):
    """And it is right without the fault, as is asked above."""
    engine = network_of(one.cell, LOOPS["compiled"])
    with planted(one.fault):
        compile_loops(one.cell, (case_of(engine, one.case).dtype.name,))
        assert wrong(engine, one.case)


@pytest.mark.slow
@pytest.mark.parametrize("made", [0, 1], ids=["nothing", "the first of its parts alone"])
@pytest.mark.parametrize("name", CELLS)
def test_a_thread_that_leaves_out_parts_is_refuted(name, made, monkeypatch):
    """Of every cell, with two threads whatever processors there are."""
    compile_loops(name, ("float32",))

    def shared(loop, parts, threads):
        for first in range(threads):
            own = parts[first::threads]
            for part in own[:made] if first else own:
                loop(*part)

    monkeypatch.setenv(THREADS, "2")
    monkeypatch.setattr(compiled_module("blocks"), "shared", shared)
    assert wrong(network_of(name, LOOPS["compiled"]), "work for several threads, in more parts than those")


@pytest.mark.slow
@pytest.mark.parametrize("name", CELLS)
def test_a_sweep_alone_that_writes_over_others_is_refuted(name, monkeypatch):
    """Of every cell: where others have been to its steps, it adds."""
    compile_loops(name, ("float32",))
    text = compiled_module(name)
    right = text.in_blocks

    def in_blocks(loop, given, *rest):
        if loop is text._steps_back:
            *before, (firsts, *more), das, adds, below = given
            given = (*before, (firsts, *more), das, adds and len(firsts) > 1, below)
        right(loop, given, *rest)

    monkeypatch.setattr(text, "in_blocks", in_blocks)
    engine = network_of(name, LOOPS["compiled"])
    assert wrong(engine, "a sweep alone, after others that came to its steps")
