"""Networks in ONNX, the format of many runtimes: what ``predict`` computes, from a state of zeros.

::

    onnx.save(to_onnx(net, params), "model.onnx")

The graph takes ``xs`` (N, T, D) and gives ``outputs`` (N, T, K), N and T being any, in float32, the one type
for which every runtime has recurrent layers.

========================  ============================================================================
ONNX                      here
========================  ============================================================================
RNN                       ``Vanilla``
LSTM, gates i, o, f, c    ``LSTM``, gates i, f, g, o
GRU, gates z, r, h        ``GRU``, gates r, z, n, with ``linear_before_reset``, for bn stands within
B                         b, then the recurrent biases: zeros, and a GRU's bn
========================  ============================================================================

Source: the operators' reference of ONNX, version 14 of the set.

Needs the extra ``onnx``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from rnn.activations import Activation, identity, relu, sigmoid, softsign, tanh
from rnn.cells import GRU, LSTM, GRUParams, Params, Vanilla
from rnn.common.arrays import Array
from rnn.common.checks import check_encodable, checked_by_name, shown
from rnn.network import RNN, check_network

# The set of operators whose recurrent layers are meant, and the first version of the format that has it.
OPERATORS, FORMAT = 14, 7

# A function by its name in ONNX; the identity is an affine one.
FUNCTIONS = {tanh: "Tanh", sigmoid: "Sigmoid", relu: "Relu", softsign: "Softsign", identity: "Affine"}

# Bytes of arrays from which on a file cannot be: those of protobuf end at 2 GiB, and a graph has other parts.
MOST_BYTES = 2**31 - 2**20

# By cell: the operator, and where each of its gates stands here.
LAYERS: dict[type[Any], tuple[str, tuple[int, ...]]] = {
    Vanilla: ("RNN", (0,)),
    LSTM: ("LSTM", (0, 3, 1, 2)),
    GRU: ("GRU", (1, 0, 2)),
}


def to_onnx(net: RNN, params: Params | GRUParams, about: Mapping[str, str] | None = None) -> Any:
    """An ``onnx.ModelProto`` of the network, with the texts of ``about`` as its metadata.

    Raises TypeError or ValueError for parameters that do not fit, that float32 does not hold or that are too
    many for a file, for a cell that is not of the table, for a function that ONNX lacks, and for an ``about``
    that holds no texts by name.
    """
    from onnx import TensorProto, checker, helper, numpy_helper

    check_network(net)
    params = _in_single(net.checked_params(params))
    texts = _checked_texts(about)
    if type(net.cell) not in LAYERS:
        raise TypeError(f"net.cell: {shown(net.cell)}, needed rnn.Vanilla, rnn.LSTM or rnn.GRU")
    operator, order = LAYERS[type(net.cell)]
    cell: Any = net.cell
    functions = [_function(each) for each in cell.activations]
    arrays = dict(_arrays(net, params, order))
    units, last = net.cell.units, arrays.pop("axis")
    more: dict[str, Any] = {"linear_before_reset": 1} if operator == "GRU" else {}
    layer = helper.make_node(
        operator,
        ["steps", "W", "R", "B"],
        ["states"],
        hidden_size=units,
        activations=functions,
        # Of each function, whatever it takes.
        activation_alpha=[1.0] * len(functions),
        activation_beta=[0.0] * len(functions),
        **more,
    )
    nodes = [
        helper.make_node("Transpose", ["xs"], ["steps"], perm=[1, 0, 2]),
        layer,
        helper.make_node("Squeeze", ["states", "axis"], ["h"]),
        helper.make_node("MatMul", ["h", "V"], ["product"]),
        helper.make_node("Add", ["product", "c"], ["by step"]),
        helper.make_node("Transpose", ["by step"], ["outputs"], perm=[1, 0, 2]),
    ]
    constants = [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in arrays.items()]
    graph = helper.make_graph(
        nodes,
        "rnn",
        [helper.make_tensor_value_info("xs", TensorProto.FLOAT, ["N", "T", net.cell.inputs])],
        [helper.make_tensor_value_info("outputs", TensorProto.FLOAT, ["N", "T", net.outputs])],
        [*constants, numpy_helper.from_array(last, "axis")],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPERATORS)],
        ir_version=FORMAT,
        producer_name="verified-rnn",
    )
    helper.set_model_props(model, texts)
    checker.check_model(model, full_check=True)
    return model


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


def _arrays(net: RNN, params: Params | GRUParams, order: tuple[int, ...]) -> Iterator[tuple[str, Array]]:
    """The constants by their names in the graph, gates in the order of ONNX."""
    recurrent = np.zeros_like(params.b)
    if isinstance(params, GRUParams):
        recurrent[-net.cell.units :] = params.bn

    def gates(block: Array) -> Array:
        each = np.split(block, len(order))
        return np.concatenate([each[place] for place in order])

    # One layer in one direction, each with an axis of its own.
    yield "W", gates(params.U)[np.newaxis]
    yield "R", gates(params.W)[np.newaxis]
    yield "B", np.concatenate([gates(params.b), gates(recurrent)])[np.newaxis]
    yield "V", params.V.T
    yield "c", params.c
    yield "axis", np.array([1], np.int64)


def _function(function: Activation) -> str:
    if function not in FUNCTIONS:
        known = ", ".join(each.name for each in FUNCTIONS)
        raise ValueError(f"net.cell: {function.name}, needed a function that ONNX has: {known}")
    return FUNCTIONS[function]
