"""One property checked again on one case: the function that printed programs call."""

from typing import Any

from verification.models.case import Case
from verification.properties import of_function
from verification.properties.findings import BY_NAME, findings, truth_for, truth_of
from verification.properties.of_function import Call
from verification.properties.training import Recorded, findings_of


def check(engine: Any, name: str, case: Case | Call | Recorded) -> None:
    """Check one property, by name, of an engine that an adapter returned, on one case or one call.

    For a kept call of a training run, the results of that time are compared, and the engine is not called.

    Raises AssertionError if the property is refuted; the message has the part, got, want and the bound.
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
