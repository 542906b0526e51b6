"""Parameters under the names and in the orientation of torch.nn, as NumPy arrays; PyTorch is not needed.

::

    layer, readout = torch.nn.LSTM(1, 16, batch_first=True), torch.nn.Linear(16, 1)
    params = from_torch(layer.state_dict() | readout.state_dict())

    state = {name: torch.from_numpy(array) for name, array in to_torch(params).items()}
    layer.load_state_dict({name: state[name] for name in layer.state_dict()})
    readout.load_state_dict({name: state[name] for name in readout.state_dict()})

Of a module that holds both, as ``self.lstm`` and ``self.head``::

    params = from_torch(module.state_dict(), layer="lstm.", readout="head.")

========================  =========================================================================
torch.nn                  here: G is H for RNN, 4 H for LSTM (i, f, g, o), 3 H for GRU (r, z, n)
========================  =========================================================================
weight_ih_l0 (G, D)       U
weight_hh_l0 (G, H)       W
bias_ih_l0 (G,)           b, all of it; zeros where a layer has none (``bias=False``)
bias_hh_l0 (G,)           zeros, and a GRU's bn in its last block; read, the rest is added to b
weight (K, H)             V
bias (K,)                 c; zeros where the readout has none
weight_ih_l1, …           U_l1, and U_l0 beside it: of ``num_layers=2`` a ``Stack``
weight_ih_l0_reverse, …   U_reverse, or U_l0_reverse: of ``bidirectional=True`` ``Bidirectional``
========================  =========================================================================
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from rnn.cells import GRUParams, Params
from rnn.cells.cell import Weights
from rnn.cells.gru import GRUWeights
from rnn.common.arrays import Array, checked
from rnn.common.checks import kind_of, shown
from rnn.learning.blocks import check_params, names
from rnn.through_time.naming import blocks, level_named, reverse_named

# By G / H, what torch.nn calls the layer.
LAYERS = {1: "RNN", 3: "GRU", 4: "LSTM"}

# What stands there of one layer in one direction, and of the readout.
OF_A_LAYER = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
OF_THE_READOUT = ("weight", "bias")

_NAME = re.compile(r"(weight_ih|weight_hh|bias_ih|bias_hh)_l(\d+)(_reverse)?")

# Of the blocks of a cell, of which a GRU alone has the last.
_LETTERS = ("U", "W", "b", "bn")

Found: TypeAlias = Weights | GRUWeights


class Named(NamedTuple):
    """What is given for an array, and its name in a message."""

    name: str
    given: Any


class CellPosition(NamedTuple):
    """Where a cell stands: its level, and whether it goes from the last step to the first."""

    level: int
    reverse: bool

    @property
    def end(self) -> str:
        """What the names of its arrays end in there."""
        return f"_l{self.level}{'_reverse' * self.reverse}"


class Shape(NamedTuple):
    """How cells are put together: on so many levels, in one direction or in both.

    ``numbered``: by names with levels, as of a stack, which may have one level.
    """

    levels: int
    both: bool
    numbered: bool

    def places(self) -> Iterator[CellPosition]:
        """Every cell's, in the order of its parameters."""
        for level in range(self.levels):
            yield CellPosition(level, False)
            if self.both:
                yield CellPosition(level, True)

    def name(self, letter: str, place: CellPosition) -> str:
        """The name of a block here."""
        named = reverse_named(letter) if place.reverse else letter
        return level_named(named, place.level) if self.numbered else named


def to_torch(params: Any) -> dict[str, Array]:
    """New arrays by the names that ``torch.nn.RNN``, ``LSTM`` or ``GRU`` and ``Linear`` give them.

    Raises TypeError for anything but parameters of a float type, ValueError for shapes that do not fit each
    other, for entries that are not finite, and for levels that are not alike, which no one layer of torch.nn
    has.
    """
    shape = _shape_of(params)
    if shape is None:
        needed = "rnn.Params, rnn.GRUParams, or those of a stack of cells or of both directions"
        raise TypeError(f"params: {kind_of(params)}, needed {needed}")
    check_params(params)
    found: dict[str, Array] = {}
    given = params._asdict()
    kind: tuple[int, int] | None = None
    width: int | str = "D"
    inputs: int | str
    for place in shape.places():
        is_gru = shape.name("bn", place) in given
        own = [Named(f"params.{name}", given[name]) for name in (shape.name(each, place) for each in "UWb")]
        if not place.reverse:
            inputs = width
        U, W, b = _fitting((3,) if is_gru else (1, 4), inputs, None, *own)
        rows, units = W.shape
        if kind not in (None, (rows, units)):
            raise ValueError(f"{own[1].name}: shape {W.shape}, needed {kind}, as on the other levels")
        kind, inputs, width = (rows, units), U.shape[1], units * (1 + shape.both)
        recurrent = np.zeros_like(b)
        if is_gru:
            name = shape.name("bn", place)
            recurrent[-units:] = checked(f"params.{name}", given[name], (units,))
        arrays = zip(OF_A_LAYER, (U, W, b, recurrent), strict=True)
        found |= {f"{name}{place.end}": array for name, array in arrays}
    assert isinstance(width, int)
    V, c = _readout(width, given["V"].dtype, Named("params.V", given["V"]), Named("params.c", given["c"]))
    return found | dict(zip(OF_THE_READOUT, (V, c), strict=True))


def from_torch(state: Mapping[str, Any], *, layer: str = "", readout: str = "") -> Any:
    """Parameters from the arrays or tensors of a layer of one kind above and of a ``torch.nn.Linear``.

    ``layer`` and ``readout``: the prefixes of their names, as "lstm." and "head." if they are parts of a
    module; other names are then ignored.

    ``rnn.GRUParams`` of a GRU, else ``rnn.Params``; of several layers, or of both directions, the parameters
    of an ``rnn.Stack`` or an ``rnn.Bidirectional``, or of a stack of those. Raises TypeError or ValueError
    where one is missing, does not fit, or belongs to another kind of layer.
    """
    if not isinstance(state, Mapping):
        raise TypeError(f"state: {kind_of(state)}, needed a dict, as state_dict() gives")
    for name, prefix in (("layer", layer), ("readout", readout)):
        if not isinstance(prefix, str):
            raise TypeError(f"{name}: {shown(prefix)}, needed what names begin with, as 'lstm.'")
    places = [CellPosition(int(match[2]), match[3] is not None) for match in _matches(state, layer)]
    shape = Shape(
        levels=1 + max((place.level for place in places), default=0),
        both=any(place.reverse for place in places),
        numbered=any(place.level for place in places),
    )
    if shape.levels > max(len(state), 1):
        raise ValueError(f"state: a level {shape.levels - 1}, needed all levels below it as well")
    _check_names(state, layer, readout, shape)
    fields: list[str] = []
    arrays: list[Array] = []
    width: int | str = "D"
    inputs: int | str
    dtype = None
    gates: tuple[int, ...] = tuple(LAYERS)
    for place in shape.places():
        if not place.reverse:
            inputs = width
        U, W, b, also = _cell(state, layer, place, gates, inputs, dtype)
        rows, units = W.shape
        dtype, gates, inputs = U.dtype, (rows // units,), U.shape[1]
        width = units * (1 + shape.both)
        own: Found = Weights(U, W, b + also)
        if LAYERS[rows // units] == "GRU":
            b[:-units] += also[:-units]
            own = GRUWeights(U, W, b, also[-units:].copy())
        fields += [shape.name(letter, place) for letter in own._fields]
        arrays += own
    assert isinstance(width, int)
    V = Named(f"{readout}weight", state[f"{readout}weight"])
    c = Named(f"{readout}bias", state.get(f"{readout}bias"))
    return _params_of(shape, tuple(fields))(*arrays, *_readout(width, dtype, V, c))


def _matches(state: Mapping[str, Any], layer: str) -> Iterator[re.Match[str]]:
    """The names that are of a recurrent layer, without what they begin with."""
    for name in state:
        if isinstance(name, str) and name.startswith(layer):
            match = _NAME.fullmatch(name.removeprefix(layer))
            if match is not None:
                yield match


def _check_names(state: Mapping[str, Any], layer: str, readout: str, shape: Shape) -> None:
    """ValueError, by its name, for what is missing or is one too many."""
    known = {f"{layer}{each}{place.end}": None for place in shape.places() for each in OF_A_LAYER}
    known |= {f"{readout}{each}": None for each in OF_THE_READOUT}
    needed = ", ".join(known)
    optional = {
        f"{layer}{each}{place.end}"
        for place in shape.places()
        for each in OF_A_LAYER[2:]
        if not any(f"{layer}{bias}{place.end}" in state for bias in OF_A_LAYER[2:])
    }
    for name in known:
        if name not in state and name not in optional and name != f"{readout}bias":
            raise ValueError(f"state: no {name}, needed {needed}{_elsewhere(state, name)}")
    for name in state:
        # Where both have what their names begin with, others are of other parts of a module.
        other = layer and readout and not str(name).startswith((layer, readout))
        if name not in known and not other:
            raise ValueError(f"state: {shown(name)}, needed a layer of one kind, and its readout: {needed}")


def _elsewhere(state: Mapping[str, Any], name: str) -> str:
    """Where a name that is missing stands behind a part of a module, what to say for it."""
    own = name.rsplit(".", 1)[-1]
    of = "readout" if own in OF_THE_READOUT else "layer"
    for each in state:
        if isinstance(each, str) and each.endswith(f".{own}"):
            return f"; there is {each}: from_torch(state, {of}={each.removesuffix(own)!r})"
    return ""


def _cell(
    state: Mapping[str, Any],
    layer: str,
    place: CellPosition,
    gates: Sequence[int],
    inputs: int | str,
    dtype: Any,
) -> tuple[Array, Array, Array, Array]:
    """U, W and both biases of one layer in one direction, which are zeros where it has none."""
    given = [Named(name, state.get(name)) for name in (f"{layer}{each}{place.end}" for each in OF_A_LAYER)]
    if given[2].given is not None:
        U, W, b, also = _fitting(gates, inputs, dtype, *given)
        return U, W, b, also
    U, W = _fitting(gates, inputs, dtype, *given[:2])
    return U, W, np.zeros(len(W), W.dtype), np.zeros(len(W), W.dtype)


def _params_of(shape: Shape, fields: tuple[str, ...]) -> type[Any]:
    """The class of such parameters."""
    if shape.numbered:
        return blocks("Stack", fields)[1]
    if shape.both:
        return blocks("Bidirectional", fields)[1]
    return GRUParams if "bn" in fields else Params


def _shape_of(params: object) -> Shape | None:
    """How the cells of parameters are put together, None of what are none, or of cells in another way."""
    if not isinstance(params, tuple):
        return None
    fields = tuple(map(str, names(params)))
    for levels in range(1, len(fields)):
        for both in (False, True):
            for numbered in (False, True) if levels == 1 else (True,):
                shape = Shape(levels, both, numbered)
                own = [shape.name(letter, place) for place in shape.places() for letter in _LETTERS]
                if fields == (*(name for name in own if name in fields or "bn" not in name), "V", "c"):
                    return shape
    return None


def _fitting(
    gates: Sequence[int], inputs: int | str, dtype: Any, U: Named, W: Named, *biases: Named
) -> list[Array]:
    """New arrays of what is given by name, U, W and biases, if they fit each other.

    ``gates``: what G / H may be.
    """
    of_inputs = checked(U.name, U.given, ("G", inputs), dtype)
    of_states = checked(W.name, W.given, ("G", "H"), of_inputs.dtype)
    rows, units = of_states.shape
    if rows / units not in gates:
        *others, last = map(str, gates)
        needed = f"{', '.join(others)} or {last}" if others else last
        raise ValueError(f"{W.name}: shape {of_states.shape}, needed {needed} times {units} rows")
    of_inputs = checked(U.name, U.given, (rows, inputs))
    of_biases = [checked(bias.name, bias.given, (rows,), of_inputs.dtype) for bias in biases]
    return [array.copy() for array in (of_inputs, of_states, *of_biases)]


def _readout(width: int, dtype: Any, V: Named, c: Named) -> list[Array]:
    """New arrays of V and c, of as many columns as the layer puts out; c is zero where None is given."""
    of_readout = checked(V.name, V.given, ("K", width), dtype)
    if c.given is None:
        return [of_readout.copy(), np.zeros(len(of_readout), of_readout.dtype)]
    constants = checked(c.name, c.given, (len(of_readout),), dtype)
    return [of_readout.copy(), constants.copy()]
