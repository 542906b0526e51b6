"""Both tasks as the training sees them: a network and records that fit each other."""

import numpy as np
import pytest

from rnn.app import series, text
from rnn.app.recipe import Recipe
from rnn.training import Learnt


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (series, series.asked_for(series.sine(), "", None, None)),
        (text, text.asked_for("to be or not to be. " * 20, "a text")),
    ],
)
def test_the_network_takes_the_records(kind, data):
    """Those to learn from and those that choose, of one type; a mean is of as many losses as there are."""
    task = kind.task(data, Recipe(units=2, length=5))
    for lesson in task.lessons:
        params = lesson.begin(task.net, np.random.default_rng(0))
        for records in (lesson.learn, lesson.choose):
            assert len(records.xs) > 0
            assert np.isfinite(task.net.loss_value(params, *records))
            assert lesson.adds == (not task.net.predict(params, records.xs).any())
        losses = [float(task.net.loss_value(params, *each)) for each in (lesson.learn, lesson.choose)]
        means = lesson.in_means(Learnt(*((loss,) for loss in losses), params, 0), task.net.loss)
        steps = lesson.learn.xs.shape[1] if kind is text else 1
        assert means.train == (losses[0] / (steps * len(lesson.learn.xs)),)
        assert means.validation == (losses[1] / (steps * len(lesson.choose.xs)),)
    assert data["name"] in task.said
