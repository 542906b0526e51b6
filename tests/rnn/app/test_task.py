"""Both tasks as the training sees them: a network and records that fit each other."""

import numpy as np
import pytest

from rnn.app import series, text
from rnn.app.recipe import Recipe


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (series, series.asked_for(series.sine(), "", None, None)),
        (text, text.asked_for("to be or not to be. " * 20, "a text")),
    ],
)
def test_the_network_takes_the_records(kind, data):
    """Those to learn from and those that choose, of one type; and the task says how many there are."""
    task = kind.task(data, Recipe(units=2, length=5))
    for lesson in task.lessons:
        params = lesson.begin(task.net, np.random.default_rng(0))
        for records in (lesson.learn, lesson.choose):
            assert len(records.xs) > 0
            assert np.isfinite(task.net.loss_value(params, *records))
            assert lesson.adds == (not task.net.predict(params, records.xs).any())
    assert data["name"] in task.said
