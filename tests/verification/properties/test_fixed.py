"""Cases of whole numbers: an answer equals autograd's."""

from dataclasses import replace

import numpy as np
import pytest

from verification import Scope
from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.scoping import scoped
from verification.adapters.rnn.small import whole
from verification.adapters.rnn.vanilla_form import case_of
from verification.judge import verify
from verification.judging.profile import Profile
from verification.properties.engine import FixedCase
from verification.properties.fixed import INTEGERS

CASE = case_of(whole(1))


def off(problem):
    """An engine whose b is larger by two roundings, which no tolerance can tell from an honest sum's."""
    answer = manual(problem)
    if problem.dtype == object:
        return answer
    larger = np.nextafter(np.nextafter(answer.b, np.inf), np.inf)
    return replace(answer, b=np.where(answer.b == 0, answer.b, larger).astype(problem.dtype))


@pytest.mark.slow
def test_a_run_meets_them_and_says_where():
    """The stage and the sentence are the property's own; its scope holds little more than the case."""
    few = {"functions": {"activation": (CASE.functions["activation"],)}, "dtypes": (CASE.dtype.name,)}
    scope = Scope(truncations=(CASE.truncation.kind,), steps=(1, 6), records=(1, 4), exact=True, **few)
    fixed = FixedCase(INTEGERS, "one", lambda: replace(CASE, source="whole(1)"))
    found = verify(replace(scoped(off, scope), fixed=(fixed,)), Profile("tiny", 1, 1, strength=1))
    assert (found.verdict, found.diagnosis.stage) == ("refuted", "exact")
    assert found.diagnosis.sentence.endswith(f", in whole(1): {INTEGERS.alone.says}.")
    assert found.example.property == "integers"
