"""The article's training, run again: what is trained, what is counted, what is shown."""

import numpy as np
import pytest

from benchmarks.article.article import (
    CORRECTED,
    GRADIENT_CORRECTED,
    OWN_PASS,
    PUBLISHED,
    TRAINED_PASS,
    ArticleRun,
    Training,
    as_text,
    draw,
    forecasts,
    rerun,
)
from benchmarks.article.published_rule import article_data, healthy_weights, initial_weights


@pytest.fixture(scope="session")
def run():
    """One epoch of everything, from one seed."""
    return rerun(1, lambda *progress: None, epochs=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", [PUBLISHED, GRADIENT_CORRECTED])
def test_the_losses_are_the_articles(run, name):
    """All states saturated, the prediction is V's sum, and an epoch of clipped steps lowers that by 10."""
    learn, unseen = article_data()
    for seed in range(run.seeds):
        total = initial_weights(seed).V.sum()
        for losses, data in ((run.trainings[name].train, learn), (run.trainings[name].validation, unseen)):
            expected = [np.square(total - moved - data.targets).sum() / 2 for moved in (0, 10)]
            np.testing.assert_allclose(losses[seed], expected, rtol=1e-9)


def test_what_moves(run):
    """The published rule moves U and W, the right gradient V alone, since the true ones of U and W are 0."""
    moved = {name: training.moved for name, training in run.trainings.items()}
    assert moved == {
        PUBLISHED: ("U", "W", "V"),
        GRADIENT_CORRECTED: ("V",),
        CORRECTED: ("U", "W", "b", "V", "c"),
    }


def test_the_articles_own_prediction_pass():
    """At every step it multiplies U by the whole window, which is another forward than the one trained."""
    params, (_, unseen) = healthy_weights(0), article_data()
    window = np.diagonal(unseen.xs, axis1=1, axis2=2)
    state = np.zeros((50, 100))
    for _ in range(50):
        state = 1 / (1 + np.exp(-(window @ params.U.T + state @ params.W.T)))
    passes = forecasts(params, unseen, both=True)
    np.testing.assert_allclose(passes[OWN_PASS], (state @ params.V.T)[:, 0], rtol=1e-9)
    assert not np.allclose(passes[OWN_PASS], passes[TRAINED_PASS], rtol=1e-3)
    assert list(forecasts(params, unseen, both=False)) == [TRAINED_PASS]


def made(predictions):
    """A run whose one training predicted these multiples of the truth, a seed each."""
    truth = np.sqrt(2) * np.array([0.7, -0.7])
    losses = np.full((len(predictions), 2), 100.0)
    training = Training(losses, losses, {TRAINED_PASS: np.multiply.outer(predictions, truth)}, ("V",))
    zero = float(np.sqrt(np.square(truth).mean()))
    return ArticleRun(len(predictions), 1, 0.5, {PUBLISHED: training}, truth, {"predict zero": zero}, 1.0)


def test_the_summary_counts():
    """The truth is as good as published, zero is no worse than zero, and neither is a tie in three digits."""
    summary = made([1.0, 0.0, -1e-5, -1.0, -2.0]).summary(PUBLISHED, TRAINED_PASS)
    assert summary["worse than zero"] == 2
    assert summary["as good as published"] == 1
    assert summary["lowest"] == 0
    assert summary["median"] == pytest.approx(0.7 * np.sqrt(2), rel=1e-4)
    assert summary["highest"] == pytest.approx(3 * 0.7 * np.sqrt(2))


@pytest.mark.slow
def test_a_run_is_printed_and_drawn(run, tmp_path):
    """Every baseline and forecast by its name."""
    text = as_text(run)
    assert [name for name in (*run.baselines, OWN_PASS, TRAINED_PASS, CORRECTED) if name not in text] == []
    draw(tmp_path / "article.png", run)
    assert (tmp_path / "article.png").read_bytes().startswith(b"\x89PNG")
