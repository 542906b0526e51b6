"""An engine before a case: whether it answers, and what each property finds."""

import pytest

from tests.layers import lstm
from tests.verification.properties.refuting import TRUTH
from verification import layer, models
from verification.properties.engine import InvalidAnswer, TimedOut
from verification.properties.gradients import FORWARD
from verification.properties.property import About, Property
from verification.properties.trial import Trial, agreement, alike, found

RIGHT = layer(lstm.forward, lstm.backward, model=models.lstm)
OTHER = Property("other", "an example", About.CONDUCT, lambda trial: iter([("U", "off", trial.some)]))


def test_who_does_not_answer_is_asked_nothing():
    """And is told by the form."""
    trial = Trial(layer(lambda *given: 3, lstm.backward, model=models.lstm), TRUTH)
    (told,) = found([FORWARD, OTHER], trial)
    assert told.property == "form"
    assert told.wrong == "forward returned a int, needed (outputs, state, saved)"


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


def test_agreement_is_about_every_part():
    """The forward's and the gradient's; and another answer is held to the first one as well."""
    trial = Trial(RIGHT, TRUTH)
    parts = [(name, wrong) for name, wrong, _ in agreement(trial.answer, TRUTH)]
    assert parts == [(n, None) for n in ("outputs", "final h0", "final c0", "U", "W", "b", "xs", "h0", "c0")]
    ((name, wrong, expected),) = alike({"b": 2 * trial.answer.blocks["b"]}, trial)
    assert (name, expected) == ("b", TRUTH.blocks["b"])
    assert str(wrong).startswith("d_b[")
