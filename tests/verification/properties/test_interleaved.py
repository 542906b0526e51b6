"""Two forwards before their backwards, and a second backward of one forward."""

from tests.cases import a_case
from tests.layers import linear
from tests.verification.properties.refuting import refuted
from verification import layer, models
from verification.properties.findings import findings
from verification.properties.truth import Truth

NAMES = ("interleaved calls", "second backward")


def test_a_second_backward_that_adds_is_told():
    """As that, and by this alone; and one that does otherwise is not."""
    zeros = 'd_U, d_W, d_b = np.zeros_like(U), np.zeros_like(W), np.zeros_like(params["b"])'
    kept = 'tuple(map(np.zeros_like, (U, W, params["b"])))'
    sums = f"len(tape) > d_outputs.shape[1] or tape.append({kept}); d_U, d_W, d_b = tape[-1]"
    ((name, told),) = refuted(zeros, sums).items()
    assert name == "second backward"
    assert told.startswith("a second backward adds to what the last backward left: d_b[")
    found = refuted(zeros, f"{zeros}; d_b += len(tape) > d_outputs.shape[1]; tape.append(0)")
    assert found["second backward"].startswith("a second backward of one forward differs: d_b[")


def test_a_queue_is_in_order_when_the_next_property_asks():
    """Each backward takes the tape that was saved first: one call by itself is right before and after."""
    queue = []

    def forward(params, xs, state):
        *returned, saved = linear.forward(params, xs, state)
        queue.append(saved)
        return *returned, None

    def backward(saved, d_outputs, d_state):
        return linear.backward(queue.pop(0), d_outputs, d_state)

    model = models.linear
    case = a_case(model, 3, 4)
    engine = layer(forward, backward, model=model)
    found = {each.property: each.wrong for each in findings(engine, Truth(case), NAMES[:1]) if each.wrong}
    assert found.keys() == {"interleaved calls"}
    assert not queue
    assert not [each.wrong for each in findings(engine, Truth(case), ("cut", "memory layout")) if each.wrong]
