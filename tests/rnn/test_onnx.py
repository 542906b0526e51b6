"""Networks in ONNX compute what ``predict`` does, in another's program; what ONNX lacks is refused."""

import re
import warnings
from importlib import import_module
from itertools import cycle

import numpy as np
import pytest
from onnx import ModelProto, helper, numpy_helper

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
from rnn.onnx import from_onnx, layer_from_onnx, to_onnx
from rnn.through_time.naming import initial_named
from rnn.through_time.recurrence import recurrence
from tests.rnn.refusals import of, refuse, table

onnxruntime = pytest.importorskip("onnxruntime")

FUNCTIONS_OF = (tanh, sigmoid, relu, softsign, identity)
CELLS = {
    **{f"vanilla by {f.name}": Vanilla(2, 3, f) for f in FUNCTIONS_OF},
    **{
        f"lstm by {g.name}, {c.name}, {o.name}": LSTM(2, 3, g, c, o)
        for g, c, o in ((sigmoid, tanh, tanh), (relu, softsign, tanh), (sigmoid, softsign, identity))
    },
    **{
        f"gru by {g.name}, {c.name}": GRU(2, 3, g, c)
        for g, c in ((sigmoid, tanh), (relu, softsign), (sigmoid, identity))
    },
    # No axis of one is lost.
    **{f"{cell!r}": cell for cell in (Vanilla(1, 1), LSTM(1, 5), GRU(3, 1))},
    "a stack": Stack(LSTM(2, 3), GRU(3, 4), Vanilla(4, 2, relu)),
    "both directions": Bidirectional(GRU(2, 3)),
    "both ends": BothEnds(LSTM(2, 3)),
    "a stack with both ends": Stack(Bidirectional(GRU(2, 3)), BothEnds(LSTM(6, 2)), BothEnds(GRU(4, 3))),
    "a stack with both directions": Stack(Bidirectional(LSTM(2, 3)), Bidirectional(GRU(6, 2)), LSTM(4, 3)),
}


def network(name, dtype=np.float64):
    """A network, and parameters none of which is zero or like another."""
    cell, rng = CELLS[name], np.random.default_rng(0)
    net = RNN(cell, outputs=1 if cell.units == 1 else 4)
    params = net.init(rng, dtype)
    return net, type(params)(*(block + rng.normal(0, 0.3, block.shape).astype(dtype) for block in params))


def session_of(model):
    """A runtime of somebody else's."""
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


@pytest.mark.parametrize(
    "cell", [Vanilla(2, 3), LSTM(2, 3), GRU(2, 3), CELLS["a stack"]], ids=lambda cell: type(cell).__name__
)
def test_a_series_may_be_handed_in_a_few_steps_at_a_time(cell):
    """Where states go in and out, the last of one call being the first of the next; as of the whole."""
    net, rng = RNN(cell, outputs=4), np.random.default_rng(0)
    params = net.init(rng)
    model = to_onnx(net, params, states=True)
    session = session_of(model)
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


@pytest.mark.parametrize(("name", "dtype"), [*zip(CELLS, cycle([np.float32, np.float64]), strict=False)])
def test_every_cell_computes_the_same_elsewhere(name, dtype):
    """For any number of records and steps, by one file; to the rounding of float32."""
    net, params = network(name, dtype)
    session, rng = session_of(to_onnx(net, params)), np.random.default_rng(1)
    for records, steps in ((1, 1), (1, 9), (5, 2), (17, 6)):
        xs = rng.normal(size=(records, steps, net.cell.inputs)).astype(dtype)
        want = net.predict(params, xs)
        (got,) = session.run(None, {"xs": xs.astype(np.float32)})
        assert got.shape == want.shape
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5 * max(1, abs(want).max()))


class ChangedCell(Vanilla):
    """A cell of ours with something changed."""


def exported(cell, **options):
    """A file of a network with this cell."""
    net = RNN(cell, outputs=1)
    to_onnx(net, net.init(np.random.default_rng(0)), **options)


AFTER = {"linear_before_reset": 1}
WR = {"W": np.ones((1, 9, 2), np.float32), "R": np.ones((1, 9, 3), np.float32)}


def a_node(given):
    """A layer of a node with these attributes."""
    operator, inputs, attributes = given
    layer_from_onnx(helper.make_node(operator, ["X", *inputs], ["Y"], hidden_size=3, **attributes), WR)


@table(
    *of(
        lambda given: a_node((given[0], "WR", given[1])),
        (("Relu", {}), TypeError, "node: Relu, needed a node of onnx that is"),
        (("GRU", {}), ValueError, "node: a reset before the product"),
        (("GRU", {**AFTER, "clip": 3.0}), ValueError, "node: a clip"),
        (("GRU", {**AFTER, "activations": ["Elu", "Tanh"]}), ValueError, "node: function Elu"),
        (("GRU", {**AFTER, "activations": ["Affine", "Tanh"]}), ValueError, "node: an affine function"),
        (("LSTM", {"input_forget": 1}), ValueError, "node: input and forget gate coupled"),
        (
            ("RNN", {"direction": "bidirectional", "activations": ["Tanh", "Relu"]}),
            ValueError,
            "node: functions ['Tanh', 'Relu'], needed the same",
        ),
    ),
    # By the node's own name for it.
    (lambda: a_node(("GRU", ["W", "R", "bias"], AFTER)), ValueError, "arrays: nothing by the name 'bias'"),
    (lambda: from_onnx(3), TypeError, "model: int, needed an onnx.ModelProto"),
    *of(
        exported,
        (LSTM(1, 2, gate=rational_gate), ValueError, "…rational_gate, needed a function that ONNX has:"),
        (ChangedCell(1, 2), TypeError, "…net.cell: …, needed rnn.Vanilla, rnn.LSTM or rnn.GRU"),
        # ONNX has both directions of a layer, and a stack of those.
        (Bidirectional(Stack(GRU(1, 2))), TypeError, "net.cell: Bidirectional…, or a stack of those$"),
    ),
    *of(
        lambda cell: exported(cell, states=True),
        # There is no next call that could go on.
        (Bidirectional(GRU(1, 2)), ValueError, "states: True, needed False with a cell that reads from the"),
    ),
    (lambda: exported(Vanilla(1, 2), states="no"), TypeError, "states: 'no', needed True or False$"),
    *of(
        lambda about: exported(Vanilla(1, 2), about=about),
        (3, TypeError, "about: 3, needed a dict from names to values, or None"),
        ({1: "a"}, TypeError, "about: 1 as a key, needed names, each a str"),
        ({"a": 1}, TypeError, "about['a']: 1, needed a str"),
        ({"a": "\ud800"}, ValueError, r"about['a']: '\ud800', needed a text in UTF-8"),
        ({"\ud800": "a"}, ValueError, r"about['\ud800']: '\ud800', needed a text in UTF-8"),
    ),
)
def test_what_no_file_holds_or_no_cell_computes_is_refused(call, error, said):
    """By its name, with what is needed."""
    refuse(call, error, said)


@pytest.mark.parametrize(("name", "number"), [("vanilla by tanh", 1e300), ("gru by sigmoid, tanh", -3.5e38)])
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


@pytest.mark.parametrize("name", CELLS)
def test_what_is_written_is_read_again(name):
    """To the bit of float32: the same network and the same parameters, from a file's bytes."""
    net, params = network(name, np.float32)
    model = ModelProto.FromString(to_onnx(net, params, {"by": "a test"}).SerializeToString())
    assert [(each.key, each.value) for each in model.metadata_props] == [("by", "a test")]
    again, found = from_onnx(model)
    assert again == net
    assert type(found) is type(params)
    assert all(np.array_equal(one, other) for one, other in zip(found, params, strict=True))


def onnx_cases(monkeypatch):
    """ONNX's own cases of recurrent nodes: node, inputs and outputs, by name."""
    found = {}

    def expect(node, inputs, outputs, name):
        found[name] = node, inputs, outputs

    for kind in ("RNN", "LSTM", "GRU"):
        with warnings.catch_warnings():
            # Of cases of other operators, which are made when these are imported.
            warnings.simplefilter("ignore")
            room = import_module(f"onnx.backend.test.case.node.{kind.lower()}")
        monkeypatch.setattr(room, "expect", expect)
        for export in (name for name in vars(getattr(room, kind)) if name.startswith("export")):
            getattr(getattr(room, kind), export)()
    return found


REFUSED = {
    "test_lstm_with_peepholes": "peepholes, needed an LSTM without",
    "test_simple_rnn_reverse": "direction reverse, needed forward or bidirectional",
    "test_lstm_reverse": "direction reverse, needed forward or bidirectional",
    "test_gru_reverse": "direction reverse, needed forward or bidirectional",
}


@pytest.mark.slow
def test_onnxs_own_cases_are_computed_or_refused_by_name(monkeypatch):
    """Every one: the last states, and the outputs where the case has them."""
    cases, computed_here = onnx_cases(monkeypatch), 0
    for name, (node, inputs, outputs) in cases.items():
        given = dict(zip((each for each in node.input if each), inputs, strict=True))
        before = node.op_type == "GRU"
        refused = REFUSED.get(name, "a reset before the product" if before else None)
        if refused is not None:
            with pytest.raises(ValueError, match=re.escape(f"node: {refused}")):
                layer_from_onnx(node, given)
            continue
        layer, params = layer_from_onnx(node, given)
        first_records = any(each.name == "layout" and each.i for each in node.attribute)
        xs = given["X"] if first_records else given["X"].swapaxes(0, 1)
        made = layer.forward(params, xs)
        last = [*node.output].index("Y_h")
        want = dict(zip((each for each in node.output if each), outputs, strict=True))["Y_h"]
        found = np.stack([each for each in made.state if each.shape == made.state[0].shape])
        hs = found[:: len(layer.cell.state) // want.shape[1 if first_records else 0]]
        np.testing.assert_allclose(
            hs.swapaxes(0, 1) if first_records else hs, want, rtol=1e-5, atol=1e-6, err_msg=name
        )
        assert last >= 0
        computed_here += 1
    assert len(cases) >= 18
    assert computed_here >= 9


@pytest.mark.parametrize(
    ("operator", "gates", "bias"), [("RNN", 1, True), ("LSTM", 4, True), ("GRU", 3, True), ("GRU", 3, False)]
)
def test_a_node_with_numbers_of_its_own_computes_what_onnxruntime_does(operator, gates, bias):
    """Both biases, both directions, any numbers; without B as with zeros."""
    rng, units = np.random.default_rng(0), 3
    shapes = {"W": (2, gates * units, 2), "R": (2, gates * units, units), "B": (2, 2 * gates * units)}
    arrays = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    if not bias:
        del arrays["B"]
    more = AFTER if operator == "GRU" else {}
    node = helper.make_node(
        operator, ["X", *arrays], ["Y"], hidden_size=units, direction="bidirectional", **more
    )
    tensor = helper.make_tensor_value_info
    graph = helper.make_graph(
        [node],
        "one",
        [tensor("X", 1, ("T", "N", 2))],
        [tensor("Y", 1, ("T", 2, "N", units))],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=7)
    xs = rng.normal(size=(5, 7, 2)).astype(np.float32)
    (want,) = session_of(model).run(None, {"X": xs.swapaxes(0, 1)})
    layer, params = layer_from_onnx(node, arrays)
    found = layer.forward(params, xs).outputs
    np.testing.assert_allclose(found, want.transpose(2, 0, 1, 3).reshape(5, 7, -1), rtol=1e-4, atol=1e-5)


def test_a_graph_that_is_not_ours_is_refused():
    """One more node, a node less, a constant that is another: none is read as what it is not."""
    net = RNN(GRU(2, 3), outputs=1)
    params = net.init(np.random.default_rng(0), np.float32)
    for spoil in (
        lambda graph: graph.node.add(op_type="Relu", input=["outputs"], output=["more"]),
        lambda graph: graph.node.pop(),
        lambda graph: graph.initializer.pop(),
        lambda graph: graph.output.pop(),
    ):
        model = to_onnx(net, params)
        spoil(model.graph)
        with pytest.raises(ValueError, match="needed a graph that to_onnx writes"):
            from_onnx(model)
    model = to_onnx(net, params)
    del model.graph.node[:]
    with pytest.raises(ValueError, match="model: 0 recurrent nodes"):
        from_onnx(model)
