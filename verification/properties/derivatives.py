"""A third way to a gradient: complex steps, where every function allows them."""

from verification.models.arrays import Array
from verification.properties.property import About, Checked, Property, Reference
from verification.properties.trial import CaseTruth, Trial
from verification.truth import complex_step
from verification.truth.comparison import compare

# The most numbers in a case; each is moved in a copy of its own.
MOST = 200


def complex_steps(trial: Trial) -> Checked:
    """Each block agrees with the imaginary part of the forward at θ + iε."""
    gradient = gradient_of(trial.truth)
    for name, got in trial.answer.gradients() if gradient else ():
        expected = trial.truth.blocks[name]
        yield name, compare(f"d_{name}", got, gradient[name], expected.bound), expected


def gradient_of(truth: CaseTruth) -> dict[str, Array]:
    """The gradient by complex steps; empty if the case is too large for them, or not admitted."""
    case = truth.case
    numbers = sum(array.size for array in case.blocks.values())
    if case.lengths is not None or numbers > MOST or not complex_step.admitted(case):
        return {}
    return truth.memo.once("complex step", lambda: complex_step.gradient(case))


COMPLEX_STEP = Property(
    "complex step",
    "each gradient agrees with the imaginary part of the forward at θ + iε",
    About.CALL,
    complex_steps,
    prepare=lambda claim, truth: gradient_of(truth),
    reference=Reference("complex step", "the imaginary part of the forward at θ + iε; no AD library"),
)
