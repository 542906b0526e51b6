"""Networks in ONNX compute what ``predict`` does, in another's program; what ONNX lacks is refused."""

import re
from itertools import product

import numpy as np
import pytest

from rnn import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    BothEnds,
    Stack,
    Vanilla,
    identity,
    onnx,
    rational_gate,
    relu,
    sigmoid,
    softsign,
    tanh,
)
from rnn.onnx import FUNCTIONS, to_onnx
from rnn.through_time.naming import initial_named
from rnn.through_time.recurrence import recurrence
from tests.rnn.refusals import of, refuse, table

onnxruntime = pytest.importorskip("onnxruntime")

FUNCTIONS_OF = (tanh, sigmoid, relu, softsign, identity)
CELLS = {
    **{f"vanilla by {f.name}": (Vanilla, {"activation": f}) for f in FUNCTIONS_OF},
    **{
        f"lstm by {g.name}, {c.name}, {o.name}": (LSTM, {"gate": g, "candidate": c, "output": o})
        for g, c, o in product((sigmoid, relu), (tanh, softsign), (tanh, identity))
    },
    **{
        f"gru by {g.name}, {c.name}": (GRU, {"gate": g, "candidate": c})
        for g, c in product((sigmoid, relu), (tanh, softsign, identity))
    },
}


SEVERAL = {
    "a stack": Stack(LSTM(2, 3), GRU(3, 4), Vanilla(4, 2, relu)),
    "both directions": Bidirectional(GRU(2, 3)),
    "both ends": BothEnds(LSTM(2, 3)),
    "a stack with both ends": Stack(Bidirectional(GRU(2, 3)), BothEnds(LSTM(6, 2)), BothEnds(GRU(4, 3))),
    "a stack with both directions": Stack(Bidirectional(LSTM(2, 3)), Bidirectional(GRU(6, 2)), LSTM(4, 3)),
}


def several(name, dtype=np.float64):
    """A network of several cells, and parameters none of which is zero or like another."""
    net, rng = RNN(SEVERAL[name], outputs=4), np.random.default_rng(0)
    params = net.init(rng, dtype)
    return net, type(params)(*(block + rng.normal(0, 0.3, block.shape).astype(dtype) for block in params))


@pytest.mark.parametrize("name", SEVERAL)
def test_several_cells_compute_the_same_elsewhere(name):
    """For any number of records and steps."""
    net, params = several(name)
    model, rng = to_onnx(net, params), np.random.default_rng(1)
    for records, steps in ((1, 1), (1, 9), (5, 2), (17, 6)):
        xs = rng.normal(size=(records, steps, 2))
        np.testing.assert_allclose(computed(model, xs), net.predict(params, xs), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "cell", [Vanilla(2, 3), LSTM(2, 3), GRU(2, 3), SEVERAL["a stack"]], ids=lambda cell: type(cell).__name__
)
def test_a_series_may_be_handed_in_a_few_steps_at_a_time(cell):
    """Where states go in and out, the last of one call being the first of the next; as of the whole."""
    net, rng = RNN(cell, outputs=4), np.random.default_rng(0)
    params = net.init(rng)
    model = to_onnx(net, params, states=True)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    taken = [each.name for each in session.get_inputs()]
    assert taken[1:] == [initial_named(name, "0") for name in cell.state]
    assert [each.name for each in session.get_outputs()] == ["outputs", *cell.state]
    xs = rng.normal(size=(3, 7, 2))
    widths = recurrence("cell", cell).widths
    state = [rng.normal(size=(3, width)).astype(np.float32) for width in widths]
    want = net.forward(params, xs, tuple(array.astype(float) for array in state))
    found = []
    for start, stop in ((0, 1), (1, 2), (2, 6), (6, 7)):
        given = [xs[:, start:stop].astype(np.float32), *state]
        outputs, *state = session.run(None, dict(zip(taken, given, strict=True)))
        found.append(outputs)
    np.testing.assert_allclose(np.concatenate(found, axis=1), want.outputs, rtol=1e-4, atol=1e-5)
    for got, last in zip(state, want.state, strict=True):
        np.testing.assert_allclose(got, last, rtol=1e-4, atol=1e-5)


def network(name, inputs=2, units=3, outputs=4, dtype=np.float64):
    """A network, and parameters none of which is zero or like another."""
    kind, chosen = CELLS[name]
    net = RNN(kind(inputs, units, **chosen), outputs=outputs)
    rng = np.random.default_rng(0)
    params = net.init(rng, dtype)
    return net, type(params)(*(block + rng.normal(0, 0.3, block.shape).astype(dtype) for block in params))


def computed(model, xs):
    """The outputs, by a runtime of somebody else's."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (outputs,) = session.run(None, {"xs": xs.astype(np.float32)})
    return outputs


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_cell_computes_the_same_elsewhere(name, dtype):
    """For any number of records and steps, by one file; to the rounding of float32."""
    net, params = network(name, dtype=dtype)
    model = to_onnx(net, params)
    rng = np.random.default_rng(1)
    for records, steps in ((1, 1), (1, 9), (5, 2), (17, 6)):
        xs = rng.normal(size=(records, steps, 2)).astype(dtype)
        want = net.predict(params, xs)
        got = computed(model, xs)
        assert got.shape == want.shape
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5 * max(1, abs(want).max()))


@pytest.mark.parametrize("sizes", [(1, 1, 1), (1, 5, 2), (3, 1, 1)])
@pytest.mark.parametrize("name", ["vanilla by tanh", "lstm by sigmoid, tanh, tanh", "gru by sigmoid, tanh"])
def test_sizes_may_be_one(name, sizes):
    """No axis is lost."""
    net, params = network(name, *sizes)
    xs = np.random.default_rng(1).normal(size=(4, 3, sizes[0]))
    np.testing.assert_allclose(computed(to_onnx(net, params), xs), net.predict(params, xs), atol=1e-5)


def test_texts_go_with_it():
    """As metadata that others can read."""
    model = to_onnx(*network("vanilla by tanh"), {"of": "sales"})
    assert [(each.key, each.value) for each in model.metadata_props] == [("of", "sales")]


def test_every_function_of_onnx_is_one_of_ours():
    """And the other way round."""
    assert set(FUNCTIONS) == set(FUNCTIONS_OF)


class Mine(Vanilla):
    """A cell of ours with something changed."""


def exported(cell, **options):
    """A file of a network with this cell."""
    net = RNN(cell, outputs=1)
    to_onnx(net, net.init(np.random.default_rng(0)), **options)


@table(
    *of(
        exported,
        (LSTM(1, 2, gate=rational_gate), ValueError, "…rational_gate, needed a function that ONNX has:"),
        (Mine(1, 2), TypeError, "…net.cell: …, needed rnn.Vanilla, rnn.LSTM or rnn.GRU"),
        # ONNX has both directions of a layer, and a stack of those.
        (Bidirectional(Stack(GRU(1, 2))), TypeError, "net.cell: Bidirectional…, or a stack of those$"),
    ),
    *of(
        lambda cell: exported(cell, states=True),
        # There is no next call that could go on.
        (Bidirectional(GRU(1, 2)), ValueError, "states: True, needed False with a cell that reads from the"),
    ),
    *of(
        lambda states: exported(Vanilla(1, 2), states=states),
        *((each, TypeError, "states: …, needed True or False$") for each in ("no", 1, None, [True])),
    ),
    *of(
        lambda about: exported(Vanilla(1, 2), about=about),
        (3, TypeError, "about: 3, needed a dict from names to values, or None"),
        ({1: "a"}, TypeError, "about: 1 as a key, needed names, each a str"),
        ({"a": 1}, TypeError, "about['a']: 1, needed a str"),
        ({"a": b"b"}, TypeError, "about['a']: b'b', needed a str"),
        ({"a": "\ud800"}, ValueError, r"about['a']: '\ud800', needed a text in UTF-8"),
        ({"\ud800": "a"}, ValueError, r"about['\ud800']: '\ud800', needed a text in UTF-8"),
    ),
)
def test_what_no_file_holds_is_refused(call, error, said):
    """By its name, with what is needed."""
    refuse(call, error, said)


@pytest.mark.parametrize("name", ["vanilla by tanh", "gru by sigmoid, tanh"])
@pytest.mark.parametrize("number", [1e300, -3.5e38])
def test_numbers_that_float32_lacks_are_refused(name, number):
    """By the place of the first in each block; the largest that it has are kept."""
    net, params = network(name)
    for block in params._fields:
        wrong = getattr(params, block).copy()
        wrong[-1] = np.float64(np.finfo(np.float32).max)
        to_onnx(net, params._replace(**{block: wrong}))
        wrong[-1] = number
        place = (len(wrong) - 1, *(0,) * (wrong.ndim - 1))
        said = f"params.{block}: {number} at {place}, needed numbers that float32 holds"
        with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
            to_onnx(net, params._replace(**{block: wrong}))


def test_more_than_a_file_can_hold_is_refused(monkeypatch):
    """Before it is written; as much as it can hold is."""
    net, params = network("vanilla by tanh")
    size = 4 * sum(block.size for block in params)
    monkeypatch.setattr(onnx, "MOST_BYTES", size)
    to_onnx(net, params)
    monkeypatch.setattr(onnx, "MOST_BYTES", size - 1)
    with pytest.raises(ValueError, match=rf"^params: {size} bytes in float32, needed at most {size - 1} in"):
        to_onnx(net, params)
