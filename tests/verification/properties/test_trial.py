"""An engine before a case: whether it answers, and what each property finds."""

import pytest

from tests.layers import lstm
from tests.verification.properties.refuting import TRUTH
from verification import layer, models
from verification.properties.engine import InvalidAnswer, TimedOut, Unsupported
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


@pytest.mark.parametrize(("words", "told"), [("an LSTM", "an LSTM"), ("", "it says no more")])
def test_what_an_engine_does_not_do_is_declined(words, told):
    """Neither held nor refuted, whatever was asked before."""

    def declines(params, xs, state):
        raise Unsupported(words)

    engine = layer(declines, lstm.backward, model=models.lstm)
    (one,) = found([OTHER], Trial(engine, TRUTH))
    assert (one.wrong, one.declined) == (None, told)
