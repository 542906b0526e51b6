"""Two forwards before their backwards, and a second backward of one forward."""

from tests.cases import a_case
from tests.layers import linear
from tests.verification.properties.refuting import refuted_by
from verification import layer, models


def test_a_queue_is_in_order_when_the_next_property_is_checked():
    """Each backward takes the tape that was saved first: one call by itself is right before and after."""
    queue = []

    def forward(params, xs, state):
        *returned, saved = linear.forward(params, xs, state)
        queue.append(saved)
        return *returned, None

    def backward(saved, d_outputs, d_state):
        return linear.backward(queue.pop(0), d_outputs, d_state)

    case = a_case(models.linear, 3, 4)
    engine = layer(forward, backward, model=models.linear)
    assert refuted_by(engine, case, ("interleaved calls",))
    assert not queue
    assert not refuted_by(engine, case, ("cut", "memory layout"))
