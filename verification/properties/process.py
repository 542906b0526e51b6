"""Process: what an engine's call leaves changed in the process of its caller, beside arrays."""

from itertools import islice

from verification.properties.property import About, Alone, Checked, Property
from verification.properties.trial import AnsweredCase


def process_stays(trial: AnsweredCase) -> Checked:
    """Nothing that belongs to the caller was changed by the call on the case itself."""
    changes = [f"a call {change}" for change in trial.belongings.found]
    # A function of whole numbers alone has no gradient, and a run of it no evidence.
    for some in islice(trial.truth.blocks.values(), 1):
        yield from (("", change, some) for change in changes or (None,))


PROCESS_STAYS = Property(
    "process stays",
    "a call leaves folder, environment, NumPy's handling of errors and random generators as they were",
    About.CALL,
    process_stays,
    of_large=True,
    alone=Alone("conduct", "its answer is right, and its caller's process is not as it was"),
)
