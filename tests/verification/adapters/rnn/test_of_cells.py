"""The cases of every cell beside the designed sample: right cells pass them, and they refute faults."""

from pathlib import Path

# Before any test of a process: Numba cannot load it twice, as where a test has taken away what it had loaded.
import numba.core.boxing  # noqa: F401
import pytest

from benchmarks.evidence.mutants.compiled.planting import THREADS, planted
from benchmarks.evidence.mutants.fault import read
from benchmarks.evidence.mutants.patch import package
from rnn.loops import compiled_module
from verification.adapters.rnn.cells import CELLS, LOOPS, compile_loops, network_of
from verification.adapters.rnn.of_cells import CASES, DRAWN, of_every_cell
from verification.models.truncation import KINDS, kind_of
from verification.properties.findings import findings, truth_of


def case_of(engine, name):
    (case,) = (each.make() for each in of_every_cell(engine.model) if each.name == name)
    return case


def wrong(engine, truth):
    return [f"{each.property} {each.part}" for each in findings(engine, truth) if each.wrong]


def wrong_on(engine, name):
    return wrong(engine, truth_of(case_of(engine, name)))


@pytest.mark.slow
def test_layers_are_drawn_as_any_layer_is():
    """Of one step and of many, one record and many, either type, every truncation, with ends and without."""
    model = network_of("lstm").model
    drawn = [make(model) for make in DRAWN.values()]
    for size in ("N", "T", "D", "H"):
        assert {1, 2} < {case.sizes[size] for case in drawn}
    assert {case.dtype.name for case in drawn} == {"float32", "float64"}
    assert {kind_of(case.truncation) for case in drawn} == {*KINDS}
    assert any(case.lengths for case in drawn)
    ends = [case for case in drawn if case.objective.state[-1].any()]
    assert min(sum(case.steps == 1 for case in ends), sum(case.records == 1 for case in ends)) > 1


@pytest.mark.slow
@pytest.mark.parametrize("name", CELLS)
def test_right_cells_answer_all(name):
    """By compiled loops, under every property of such a case; NumPy's are a part of `make verify`.

    Each case has a truth that says something, of every cell; of rows some are of zeros alone.
    """
    compile_loops(name)
    engine, informative, found = network_of(name, LOOPS["compiled"]), {}, {}
    for each in of_every_cell(engine.model):
        truth = truth_of(each.make())
        informative[each.name] = truth.informative(engine.claim.blocks)
        found[each.name] = wrong(engine, truth)
    assert found == {each: [] for each in (*CASES, *DRAWN)}
    assert [case for case in CASES if not informative[case]] == []
    assert sum(informative[case] for case in DRAWN) >= 0.9 * len(DRAWN)


FAULTS = read(Path(__file__).with_name("of_cells.faults"))
COMPILED = [fault for fault in FAULTS if fault.edits[0].module.startswith("compiled.")]
NUMPY = [fault for fault in FAULTS if fault not in COMPILED]


@pytest.mark.parametrize("one", NUMPY, ids=lambda one: one.name)
def test_a_fault_is_refuted_by_its_case(one):
    """By NumPy's loops, in a copy of the package."""
    assert wrong_on(network_of(one.cell, package=package(one)), one.case["runs"])


@pytest.mark.slow
@pytest.mark.parametrize("one", COMPILED, ids=lambda one: one.name)
def test_a_fault_of_the_compiled_text_is_refuted_by_its_case(one):
    """And it is right without the fault, as the test above checks."""
    engine = network_of(one.cell, LOOPS["compiled"])
    with planted(one):
        assert wrong_on(engine, one.case["runs"])


@pytest.mark.slow
@pytest.mark.parametrize("name", CELLS)
def test_a_thread_that_makes_the_first_of_its_parts_alone_is_refuted(name, monkeypatch):
    """Of every cell, with two threads whatever processors there are."""
    compile_loops(name, ("float32",))

    def shared(loop, parts, threads):
        for first in range(threads):
            own = parts[first::threads]
            for part in own[:1] if first else own:
                loop(*part)

    monkeypatch.setenv(THREADS, "2")
    monkeypatch.setattr(compiled_module("blocks"), "shared", shared)
    assert wrong_on(network_of(name, LOOPS["compiled"]), "work for several threads, in more parts than those")


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
    assert wrong_on(engine, "a sweep alone, after others that came to its steps")
