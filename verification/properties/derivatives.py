"""A third way to a gradient: complex steps, where every function takes them."""

from verification.models.arrays import Array
from verification.properties.property import About, Looked, Property, Reference
from verification.properties.trial import CaseTruth, Trial
from verification.truth import complex_step
from verification.truth.comparison import compare

# The most numbers of a case of which each is moved in a copy of its own.
MOST = 200


def complex_steps(trial: Trial) -> Looked:
    """Each block agrees with the imaginary part of the forward at θ + iε."""
    gradient = gradient_of(trial.truth)
    for name, got in trial.answer.gradients() if gradient else ():
        expected = trial.truth.blocks[name]
        yield name, compare(f"d_{name}", got, gradient[name], expected.bound), expected


def gradient_of(truth: CaseTruth) -> dict[str, Array]:
    """By complex steps; of a case that is too large for them, or takes none, nothing."""
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
