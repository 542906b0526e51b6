"""Networks in ONNX, the format of many runtimes: what ``predict`` computes, from zeros or from a given state.

::

    onnx.save(to_onnx(net, params), "model.onnx")
    net, params = from_onnx(onnx.load("model.onnx"))

The graph takes ``xs`` (N, T, D) and gives ``outputs`` (N, T, K), N and T being any, in float32, the one type
for which every runtime has recurrent layers. Of another graph ``layer_from_onnx`` reads the recurrent nodes.

========================  ============================================================================
ONNX                      here
========================  ============================================================================
RNN                       ``Vanilla``
LSTM, gates i, o, f, c    ``LSTM``, gates i, f, g, o
GRU, gates z, r, h        ``GRU``, gates r, z, n, with ``linear_before_reset``, for bn stands within
B                         b, then the recurrent biases: zeros, and a GRU's bn
``bidirectional``         ``Bidirectional``, of a cell; ``BothEnds``, whose second direction is turned
one above another         ``Stack``
========================  ============================================================================

Source: the operators' reference of ONNX, version 14 of the set.

Needs the extra ``onnx``.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from rnn.activations import Activation, identity, relu, sigmoid, softsign, tanh
from rnn.cells import GRU, LSTM, Vanilla
from rnn.cells.gru import GRUWeights
from rnn.common.arrays import Array
from rnn.common.checks import check_encodable, checked_by_name, checked_flag, kind_of, shown
from rnn.layer import Layer
from rnn.network import RNN, check_network
from rnn.through_time.bidirectional import Bidirectional, BothEnds
from rnn.through_time.naming import initial_named
from rnn.through_time.stack import Stack

# The set of operators whose recurrent layers are meant, and the first version of the format that has it.
OPERATORS, FORMAT = 14, 7

# A function by its name in ONNX; the identity is an affine one.
FUNCTIONS = {tanh: "Tanh", sigmoid: "Sigmoid", relu: "Relu", softsign: "Softsign", identity: "Affine"}

# Bytes of arrays from which on a file cannot be: those of protobuf end at 2 GiB, and a graph has other parts.
MOST_BYTES = 2**31 - 2**20

# Behind every step there can be.
LAST = 2**63 - 1

# By cell: the operator, and where each of its gates stands here.
LAYERS: dict[type[Any], tuple[str, tuple[int, ...]]] = {
    Vanilla: ("RNN", (0,)),
    LSTM: ("LSTM", (0, 3, 1, 2)),
    GRU: ("GRU", (1, 0, 2)),
}


def to_onnx(net: RNN, params: Any, about: Mapping[str, str] | None = None, *, states: bool = False) -> Any:
    """An ``onnx.ModelProto`` of the network, with the texts of ``about`` as its metadata.

    With ``states`` the graph also takes the initial state's arrays (N, H), and also returns the last state's.
    The names are those of ``net.cell.state``, for the initial state with a 0 after the letter: h0 and h,
    c0_l1 and c_l1. One call's last state is the next call's initial state, so a series may be passed in a few
    steps at a time.

    Raises TypeError or ValueError for parameters that do not fit, that float32 does not hold or that are too
    many for a file, for a cell that is not of the table, for a function that ONNX lacks, for states of what
    reads from the last step on, for ``states`` that are no bool, and for an
    ``about`` that holds no texts by name.
    """
    from onnx import TensorProto, checker, helper, numpy_helper

    check_network(net)
    params = _in_single(net.checked_params(params))
    texts, states = _checked_texts(about), checked_flag("states", states)
    cell: Any = net.cell
    levels = _levels(cell)
    if states and any(len(level.cells) > 1 for level in levels):
        raise ValueError(f"states: {states}, needed False with a cell that reads from the last step on")
    graph = _Graph(helper, numpy_helper, states)
    blocks, names = list(params), iter(cell.state)
    width, read = cell.inputs, "steps"
    graph.node("Transpose", ["xs"], ["steps"], perm=[1, 0, 2])
    for place, level in enumerate(levels):
        own = []
        for each in level.cells:
            count = len(each.shapes)
            own.append(each.weights._make(blocks[:count]))
            del blocks[:count]
        read = graph.layer(place, level.cells, own, read, names)
        if level.from_ends:
            read = graph.from_ends(place, read, level.cells[0].units)
    V, c = blocks
    graph.node("MatMul", [read, graph.constant("params.V", V.T)], ["product"])
    graph.node("Add", ["product", graph.constant("params.c", c)], ["by step"])
    graph.node("Transpose", ["by step"], ["outputs"], perm=[1, 0, 2])

    def tensor(name: str, *shape: int | str) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "rnn",
            [tensor("xs", "N", "T", width), *(tensor(name, "N", size) for name, size in graph.taken.items())],
            [
                tensor("outputs", "N", "T", net.outputs),
                *(tensor(name, "N", size) for name, size in graph.given.items()),
            ],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPERATORS)],
        ir_version=FORMAT,
        producer_name="verified-rnn",
    )
    helper.set_model_props(model, texts)
    checker.check_model(model, full_check=True)
    return model


def from_onnx(model: Any) -> tuple[RNN, Any]:
    """The network and the parameters of a model that ``to_onnx`` has written; its loss is ``squared_error``.

    Raises TypeError for what is no ModelProto, and ValueError for a model that ``to_onnx`` would not write.
    Of another graph ``layer_from_onnx`` reads the recurrent nodes.
    """
    from onnx import ModelProto, numpy_helper

    if not isinstance(model, ModelProto):
        raise TypeError(f"model: {kind_of(model)}, needed an onnx.ModelProto")
    constants = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    needed = "needed a graph that to_onnx writes; layer_from_onnx reads a node of another"
    nodes = [node for node in model.graph.node if node.op_type in _CELLS]
    written = {name for node in model.graph.node for name in node.output}
    if not nodes or not {"params.V", "params.c"} <= constants.keys():
        raise ValueError(f"model: {len(nodes)} recurrent nodes, {needed}")
    levels: list[Any] = []
    blocks: list[Array] = []
    for place, node in enumerate(nodes):
        layer, params = layer_from_onnx(node, constants)
        level: Any = layer.cell
        levels.append(BothEnds(level.cell) if f"from both ends {place}" in written else level)
        blocks += params
    V, c = constants["params.V"].T, constants["params.c"]
    net = RNN(levels[0] if len(levels) == 1 else Stack(*levels), outputs=len(c))
    kept = type(net.init(np.random.default_rng(0), V.dtype))._make([*blocks, np.ascontiguousarray(V), c])
    if to_onnx(net, kept, states=len(model.graph.input) > 1).graph != model.graph:
        raise ValueError(f"model: a graph that differs, {needed}")
    return net, kept


def layer_from_onnx(node: Any, arrays: Mapping[str, Array]) -> tuple[Layer[Any], Any]:
    """The layer and the parameters of an RNN, LSTM or GRU node; ``arrays`` are its W, R and B by name.

    ONNX's two biases are added, except for the one within a GRU's reset gate, bn. The parameters have the
    type of W. The node's other inputs, lengths and initial states, are for the layer's own call.

    Raises TypeError or ValueError for another operator, for an array that is missing, and for what no cell
    here computes: peepholes, a reset before the product, a clip, a coupled input gate, a layer that reads
    from the last step alone, directions of two kinds, and another function.
    """
    from onnx import NodeProto, helper

    if not isinstance(node, NodeProto) or node.op_type not in _CELLS:
        given = node.op_type if isinstance(node, NodeProto) else kind_of(node)
        raise TypeError(f"node: {given}, needed a node of onnx that is an RNN, an LSTM or a GRU")
    has = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    kind, usual = _CELLS[node.op_type]
    _, order = LAYERS[kind]
    direction = has.get("direction", b"forward").decode()
    directions = 1 + (direction == "bidirectional")
    names = [each.decode() for each in has.get("activations", [])] or [*usual] * directions
    alone = {"alpha": has.get("activation_alpha", []), "beta": has.get("activation_beta", [])}
    for unlike, what, needed in (
        (direction not in ("forward", "bidirectional"), f"direction {direction}", "forward or bidirectional"),
        (len(node.input) > 7 and node.input[7], "peepholes", "an LSTM without"),
        (kind is GRU and not has.get("linear_before_reset"), "a reset before the product", "one after it"),
        ("clip" in has, "a clip", "none"),
        (has.get("input_forget"), "input and forget gate coupled", "one of each"),
        (names != names[: len(usual)] * directions, f"functions {names}", "the same in both directions"),
        ("Affine" in names and {*alone["alpha"]} != {1.0}, "an affine function", "alpha 1"),
        ("Affine" in names and {*alone["beta"]} - {0.0}, "an affine function", "beta 0"),
    ):
        if unlike:
            raise ValueError(f"node: {what}, needed {needed}")
    known = {name: function for function, name in FUNCTIONS.items()}
    for name in names:
        if name not in known:
            raise ValueError(f"node: function {name}, needed one of {', '.join(known)}")
    taken = [*node.input, "", ""][1:4]
    for name in taken[: 2 + bool(taken[2])]:
        if name not in arrays:
            raise ValueError(f"arrays: nothing by the name {shown(name)}, needed W, R and B of the node")
    W, R = (np.asarray(arrays[name]) for name in taken[:2])
    B = np.asarray(arrays[taken[2]]) if taken[2] else np.zeros((directions, 2 * W.shape[1]), W.dtype)
    units = R.shape[2]
    cell: Any = kind(W.shape[2], units, *(known[name] for name in names[: len(usual)]))

    def gates(block: Array) -> Array:
        """From ONNX's order to that of the cell."""
        each = np.split(block, len(order))
        return np.concatenate([each[order.index(place)] for place in range(len(order))])

    blocks = []
    for w, r, both in zip(W, R, B, strict=True):
        own, recurrent = (gates(half) for half in np.split(both, 2))
        bn = recurrent[-units:].copy()
        if kind is GRU:
            recurrent[-units:] = 0
        blocks += [gates(w), gates(r), own + recurrent, *([bn] if kind is GRU else [])]
    layer: Layer[Any] = Layer(Bidirectional(cell) if directions == 2 else cell)
    return layer, type(layer.init(np.random.default_rng(0), W.dtype))._make(blocks)


# By operator: the cell, and its functions where a node names none.
_CELLS: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "RNN": (Vanilla, ("Tanh",)),
    "LSTM": (LSTM, ("Sigmoid", "Tanh", "Tanh")),
    "GRU": (GRU, ("Sigmoid", "Tanh")),
}


class Level(NamedTuple):
    """The cells of a level, one for each direction, and whether the second is put out by its own steps."""

    cells: tuple[Any, ...]
    from_ends: bool


def _levels(cell: Any) -> list[Level]:
    """Each level; TypeError for what is not of the table."""
    found = []
    for level in cell.levels if type(cell) is Stack else (cell,):
        two_way = type(level) in (Bidirectional, BothEnds)
        cells = (level.cell,) * 2 if two_way else (level,)
        if type(cells[0]) not in LAYERS:
            needed = "rnn.Vanilla, rnn.LSTM or rnn.GRU, both directions of one, or a stack of those"
            raise TypeError(f"net.cell: {shown(cell)}, needed {needed}")
        found.append(Level(cells, type(level) is BothEnds))
    return found


class _Graph:
    """A graph that is being made: its nodes and constants, and what it takes and gives of states, by name."""

    def __init__(self, helper: Any, numpy_helper: Any, states: bool) -> None:
        self._helper, self._numpy_helper, self._states = helper, numpy_helper, states
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.taken: dict[str, int] = {}
        self.given: dict[str, int] = {}

    def node(self, operator: str, read: list[str], written: list[str], **attributes: Any) -> None:
        """One more node."""
        self.nodes.append(self._helper.make_node(operator, read, written, **attributes))

    def constant(self, name: str, array: Array) -> str:
        """One more constant; its name."""
        self.constants.append(self._numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def layer(
        self, level: int, cells: tuple[Any, ...], weights: list[Any], read: str, names: Iterator[str]
    ) -> str:
        """A level's nodes; the name of what it puts out, (T, N, ·)."""
        operator, order = LAYERS[type(cells[0])]
        units, directions = cells[0].units, len(cells)
        functions = [_function(f) for each in cells for f in each.activations]
        for name, array in zip("WRB", _arrays(weights, units, order), strict=True):
            self.constant(f"{name}{level}", array)
        inputs = [read, f"W{level}", f"R{level}", f"B{level}"]
        written = [f"states {level}"]
        if self._states:
            # No lengths; then what each of the state's arrays starts as, with an axis for the direction.
            inputs.append("")
            for name in (next(names) for _ in cells[0].state):
                start = initial_named(name, "0")
                self.taken[start] = self.given[name] = units
                self.node("Unsqueeze", [start, self._axis(0)], [f"{start} there"])
                inputs.append(f"{start} there")
                written.append(f"{name} there")
        more: dict[str, Any] = {"linear_before_reset": 1} if operator == "GRU" else {}
        self.node(
            operator,
            inputs,
            written,
            hidden_size=units,
            direction="forward" if directions == 1 else "bidirectional",
            activations=functions,
            # Of each function, whatever it takes.
            activation_alpha=[1.0] * len(functions),
            activation_beta=[0.0] * len(functions),
            **more,
        )
        for there in written[1:]:
            self.node("Squeeze", [there, self._axis(0)], [there.removesuffix(" there")])
        if directions == 1:
            self.node("Squeeze", [written[0], self._axis(1)], [f"hs {level}"])
        else:
            # (T, directions, N, H), side by side.
            self.node("Transpose", [written[0]], [f"by record {level}"], perm=[0, 2, 1, 3])
            shape = self.constant(f"shape {level}", np.array([0, 0, directions * units], np.int64))
            self.node("Reshape", [f"by record {level}", shape], [f"hs {level}"])
        return f"hs {level}"

    def from_ends(self, level: int, read: str, units: int) -> str:
        """The nodes that turn the second half of what a level puts out; the name of what comes of it."""
        halves = []
        for half, (start, end, step) in enumerate(((0, LAST, 1), (-1, -LAST, -1))):
            name = f"half {half} {level}"
            columns = half * units, (half + 1) * units
            parts = (start, columns[0]), (end, columns[1]), (0, 2), (step, 1)
            named = zip(("starts", "ends", "axes", "steps"), parts, strict=True)
            given = [self.constant(f"{part} {name}", np.array(numbers, np.int64)) for part, numbers in named]
            self.node("Slice", [read, *given], [name])
            halves.append(name)
        self.node("Concat", halves, [f"from both ends {level}"], axis=2)
        return f"from both ends {level}"

    def _axis(self, axis: int) -> str:
        """The constant that is a number of an axis."""
        name = f"axis {axis}"
        if all(each.name != name for each in self.constants):
            self.constant(name, np.array([axis], np.int64))
        return name


def _in_single(params: Any) -> Any:
    """The parameters in float32."""
    size = 4 * sum(block.size for block in params)
    if size > MOST_BYTES:
        raise ValueError(f"params: {size} bytes in float32, needed at most {MOST_BYTES} in a file of ONNX")
    with np.errstate(over="ignore"):
        found = params._make(block.astype(np.float32) for block in params)
    for name, block, given in zip(params._fields, found, params, strict=True):
        beyond = np.argwhere(~np.isfinite(block))
        if len(beyond):
            place = tuple(int(i) for i in beyond[0])
            raise ValueError(f"params.{name}: {given[place]} at {place}, needed numbers that float32 holds")
    return found


def _checked_texts(about: object) -> dict[str, str]:
    """Texts by name that a file can hold."""
    texts = checked_by_name("about", about)
    for name, text in texts.items():
        if not isinstance(text, str):
            raise TypeError(f"about[{shown(name)}]: {shown(text)}, needed a str")
        for part in (name, text):
            check_encodable(f"about[{shown(name)}]", part)
    return texts


def _arrays(weights: list[Any], units: int, order: tuple[int, ...]) -> Iterator[Array]:
    """W, R and B of a level, an entry for each direction, gates in the order of ONNX."""

    def gates(block: Array) -> Array:
        each = np.split(block, len(order))
        return np.concatenate([each[place] for place in order])

    def biases(own: Any) -> Array:
        recurrent = np.zeros_like(own.b)
        if isinstance(own, GRUWeights):
            recurrent[-units:] = own.bn
        return np.concatenate([gates(own.b), gates(recurrent)])

    yield np.stack([gates(own.U) for own in weights])
    yield np.stack([gates(own.W) for own in weights])
    yield np.stack([biases(own) for own in weights])


def _function(function: Activation) -> str:
    if function not in FUNCTIONS:
        known = ", ".join(each.name for each in FUNCTIONS)
        raise ValueError(f"net.cell: {function.name}, needed a function that ONNX has: {known}")
    return FUNCTIONS[function]
