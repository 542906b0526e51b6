"""One call on the case itself: the forward, and the gradients compared with three oracles."""

from collections.abc import Mapping

from verification.models.arrays import Array
from verification.properties.property import About, Checked, Property, Reference
from verification.properties.trial import AnsweredCase, CaseTruth, Trial, matching
from verification.truth import complex_step
from verification.truth.comparison import compare

# The most numbers in a case for complex steps; each is moved in a copy of its own.
MOST = 200


def forward(trial: Trial) -> Checked:
    """Outputs and final states agree with the model's."""
    return matching(trial.answer.forward.items(), trial.truth.forward)


def autograd(trial: Trial) -> Checked:
    """Each block agrees with autograd's gradient of the model."""
    return _of_oracle(trial, trial.truth.autograd)


def complex_steps(trial: Trial) -> Checked:
    """Each block agrees with the imaginary part of the forward at θ + iε."""
    gradient = gradient_of(trial.truth)
    return _of_oracle(trial, gradient) if gradient else iter(())


def gradient_of(truth: CaseTruth) -> dict[str, Array]:
    """The gradient by complex steps; empty if the case is too large for them, or not admitted."""
    case = truth.case
    numbers = sum(array.size for array in case.blocks.values())
    if case.lengths is not None or numbers > MOST or not complex_step.admitted(case):
        return {}
    return truth.memo.once("complex step", lambda: complex_step.gradient(case))


def _of_oracle(trial: Trial, gradient: Mapping[str, Array]) -> Checked:
    """Compares each gradient with that of an oracle, within the bound of the truth."""
    for name, got in trial.answer.gradients():
        expected = trial.truth.blocks[name]
        yield name, compare(f"d_{name}", got, gradient[name], expected.bound), expected


def lags(trial: AnsweredCase) -> Checked:
    """Each block agrees with the sum of the lag table."""
    return matching(trial.answer.gradients(), trial.truth.blocks, "d_")


FORWARD = Property(
    "forward",
    "what the forward returns agrees with the model's",
    About.CALL,
    forward,
    of_large=True,
    evidence=lambda claim: claim.outputs,
)
AUTOGRAD = Property(
    "autograd",
    "each gradient agrees with autograd's",
    About.CALL,
    autograd,
    of_large=True,
    evidence=lambda claim: claim.blocks,
    prepare=lambda claim, truth: truth.autograd,
    reference=Reference(
        "autograd", "automatic differentiation of a plain forward; truncated by stopped states"
    ),
)
LAGS = Property(
    "lags",
    "each gradient agrees with the sum of the lag table",
    About.CALL,
    lags,
    evidence=lambda claim: claim.blocks,
    reference=Reference("lag table", "the same, with weights of its own for every step; truncated by a mask"),
)
COMPLEX_STEP = Property(
    "complex step",
    "each gradient agrees with the imaginary part of the forward at θ + iε",
    About.CALL,
    complex_steps,
    prepare=lambda claim, truth: gradient_of(truth),
    reference=Reference("complex step", "the imaginary part of the forward at θ + iε; no AD library"),
)
