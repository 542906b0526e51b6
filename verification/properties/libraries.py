"""Libraries: a backward that has another one differentiate is right, and is not what it is judged as.

Where an engine's functions run in the judge's own process, its calls cannot be told from the judge's.
"""

from verification.models.case import Cotangents
from verification.properties.calling import begin, run_case
from verification.properties.property import Checked, Remark
from verification.properties.trial import Trial


def called_libraries(trial: Trial) -> Checked:
    """A remark on those that differentiate and are called by a backward, or by a call where that is one."""
    engine, case, watch = trial.engine, trial.truth.case, trial.engine.place.libraries()
    if not engine.claim.capabilities.own:
        return
    if engine.claim.capabilities.in_two and isinstance(case.objective, Cotangents):
        what = "a backward"
        begin(engine, case).back(around=watch)
    else:
        what = "a call"
        run_case(engine, case, watch)
    if watch.found:
        names = ", ".join(watch.found)
        yield "", Remark(f"{what} calls {names}: the gradient may be that library's"), trial.some
