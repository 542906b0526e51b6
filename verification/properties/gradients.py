"""One call on the case itself: the forward, and the gradients compared with two oracles."""

from verification.properties.property import About, Checked, Property, Reference
from verification.properties.trial import AnsweredCase, Trial, matching
from verification.truth.comparison import compare


def forward(trial: Trial) -> Checked:
    """Outputs and final states agree with the model's."""
    return matching(trial.answer.forward.items(), trial.truth.forward)


def autograd(trial: Trial) -> Checked:
    """Each block agrees with autograd's gradient of the model."""
    for name, got in trial.answer.gradients():
        expected = trial.truth.blocks[name]
        yield name, compare(f"d_{name}", got, trial.truth.autograd[name], expected.bound), expected


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
