"""The edits that are no fault."""

import numpy as np
import pytest

from benchmarks.evidence.mutants.cases import laid_out
from benchmarks.evidence.mutants.catalogue.equivalent import EQUIVALENT
from benchmarks.evidence.mutants.patch import engine
from verification.adapters.rnn.engine import manual


@pytest.mark.parametrize("mutant", EQUIVALENT, ids=lambda mutant: mutant.name)
def test_it_answers_as_the_engine_does(mutant):
    """On every problem laid out by hand, within a few roundings; its proof is a line."""
    copy = engine(mutant)
    assert mutant.edits
    assert mutant.caught_by is None
    assert "\n" not in mutant.story
    for problem in laid_out():
        got, want = copy(problem).named(), manual(problem).named()
        for name, part in want.items():
            scale = max(1, float(np.max(np.abs(part))))
            np.testing.assert_allclose(got[name], part, rtol=0, atol=64 * np.finfo(problem.dtype).eps * scale)
