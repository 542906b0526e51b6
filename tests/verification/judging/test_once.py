"""What every run asks once."""

import numpy as np

from tests.quick import first_quick
from tests.vanilla import blocks_of, changed
from verification import Scope, manual, scoped
from verification.judging.once import once
from verification.properties.findings import findings, truth_for, truth_of


def asked(engine):
    """What is wrong, by the names of the cases."""
    found = {}
    for each in once(engine):
        case = each.make()
        truth = truth_of(case) if each.property is None else truth_for(each.property, case)
        wrong = [finding.wrong for finding in findings(engine, truth) if finding.wrong]
        found[each.name] = wrong[0] if wrong else ""
    return found


@first_quick("name", ["targets far from the outputs", "targets near the outputs"])
def test_a_function_is_asked_with_targets_far_and_near(name):
    """There a clip shows, or a threshold, that no ordinary target meets."""
    assert set(asked(scoped(manual, Scope())).values()) == {""}

    def engine(problem):
        answer = manual(problem)
        least, most = (0, 50) if name == "targets far from the outputs" else (1e-5, np.inf)
        kept = {n: np.clip(d, -most, most) * (abs(d).max() > least) for n, d in blocks_of(answer).items()}
        return changed(answer, **{n: d.astype(problem.dtype) for n, d in kept.items()})

    assert asked(scoped(engine, Scope()))[name]
