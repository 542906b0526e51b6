"""A third way to a gradient: complex steps, where every function takes them."""

from functools import lru_cache

from verification.models.arrays import Array
from verification.models.case import Case
from verification.properties.property import About, Looked, Property, Reference
from verification.properties.trial import Trial
from verification.truth import complex_step
from verification.truth.comparison import compare

# The most numbers of a case of which each is moved in a copy of its own.
MOST = 200


def complex_steps(trial: Trial) -> Looked:
    """Each block agrees with the imaginary part of the forward at θ + iε."""
    truth, case = trial.truth, trial.truth.case
    numbers = sum(array.size for array in case.blocks.values())
    if case.lengths is None and complex_step.admitted(case) and numbers <= MOST:
        gradient = _gradient(case)
        for name, got in trial.answer.gradients():
            expected = truth.blocks[name]
            yield name, compare(f"d_{name}", got, gradient[name], expected.bound), expected


@lru_cache(maxsize=256)
def _gradient(case: Case) -> dict[str, Array]:
    return complex_step.gradient(case)


COMPLEX_STEP = Property(
    "complex step",
    "each gradient agrees with the imaginary part of the forward at θ + iε",
    About.CALL,
    complex_steps,
    reference=Reference("complex step", "the imaginary part of the forward at θ + iε; no AD library"),
)
