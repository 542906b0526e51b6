"""What every mutant has to be: lines that stand in the engine, with its story; and what is no fault."""

import numpy as np
import pytest

from benchmarks.evidence.mutants.cases import laid_out
from benchmarks.evidence.mutants.catalogue import CATALOGUE, EQUIVALENT
from benchmarks.evidence.mutants.judging import JUDGES
from benchmarks.evidence.mutants.patch import engine, texts
from verification.adapters.problem import parts_of, problem_of
from verification.adapters.rnn.manual import manual


@pytest.mark.parametrize("fault", CATALOGUE, ids=lambda fault: fault.name)
def test_it_fits_the_engine_and_tells_its_story(fault):
    """Its lines stand there once, it names a property and a place, has a source; `make verify` runs it."""
    texts(fault)
    assert fault.edits
    assert fault.caught_by in JUDGES
    assert fault.place
    assert fault.story.endswith(".")
    assert fault.source


def answered(engine, case):
    """All parts of its answer, by name."""
    forward, blocks = parts_of(case.model, engine(problem_of(case)))
    return {**forward, **blocks}


@pytest.mark.parametrize("mutant", EQUIVALENT, ids=lambda mutant: mutant.name)
def test_it_answers_as_the_engine_does(mutant):
    """On every problem laid out by hand, within a few roundings."""
    copy = engine(mutant)
    assert mutant.edits
    assert mutant.caught_by is None
    for problem in laid_out():
        got, want = (answered(each, problem) for each in (copy, manual))
        for name, part in want.items():
            scale = max(1, float(np.max(np.abs(part))))
            np.testing.assert_allclose(got[name], part, rtol=0, atol=64 * np.finfo(problem.dtype).eps * scale)
