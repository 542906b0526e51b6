"""The trainings on the page."""

from tests.pages import judgement, sine
from verification.report.outcome import Report
from verification.report.pages.sine import sine as section


def test_both_trainings_stand_beside_the_baselines():
    """And the free run, with a picture."""
    told = "".join(section(Report(judgement(), "quick", sine(), sine())))
    for words in ("this network, 2 epochs, Window(k=5)", "the article, as published", "predict zero", "<svg"):
        assert words in told


def test_without_a_training_there_is_a_line():
    """Which says why, where the gradients do not hold."""
    assert "would prove nothing" not in "".join(section(Report(judgement())))
    assert "would prove nothing" in "".join(section(Report(judgement(failures=2))))
