"""One property, asked again on one case: what a printed program calls."""

from typing import Any

from verification.models.case import Case
from verification.properties import of_function
from verification.properties.findings import BY_NAME, findings, truth_for, truth_of
from verification.properties.of_function import Call
from verification.properties.training import Recorded, findings_of


def check(engine: Any, name: str, case: Case | Call | Recorded) -> None:
    """Ask an engine that an adapter returned for the property of that name, on one case or one call.

    For a kept call of a training run, the results of that time are compared, and the engine is not called.

    Raises AssertionError where it is refuted: the part, what came, what was wanted, and within which bound.
    """
    __tracebackhide__ = True
    if isinstance(case, Call):
        found = of_function.findings(engine, case, (name,))
    elif isinstance(case, Recorded):
        found = findings_of(case, truth_of(case.case))
    else:
        found = findings(engine, truth_for(BY_NAME[name], case), (name,))
    for each in found:
        if each.wrong is not None:
            raise AssertionError(f"{each.property} {each.part}".strip() + f": {each.wrong}")
