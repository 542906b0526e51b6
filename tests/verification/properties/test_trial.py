"""An engine before a case: whether it answers, and what each property finds."""

import pytest

from tests.layers import lstm
from tests.verification.properties.refuting import TRUTH
from verification import layer, models
from verification.properties.engine import InvalidAnswer, TimedOut
from verification.properties.property import About, Property
from verification.properties.trial import Trial, found

RIGHT = layer(lstm.forward, lstm.backward, model=models.lstm)
OTHER = Property("other", "an example", About.CONDUCT, lambda trial: iter([("U", "off", trial.some)]))


@pytest.mark.parametrize(("error", "names"), [(InvalidAnswer, ["one", "other"]), (TimedOut, ["one"])])
def test_who_did_not_come_back_is_asked_no_more(error, names):
    """An answer of another form is that property's, and the next one is asked all the same."""

    def look(trial):
        raise error("gone")
        yield

    one = Property("one", "an example", About.CONDUCT, look)
    told = list(found([one, OTHER], Trial(RIGHT, TRUTH)))
    assert [each.property for each in told] == names
    assert [each.lost for each in told] == [error.lost, False][: len(names)]
