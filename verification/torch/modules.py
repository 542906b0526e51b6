"""A Module of PyTorch as a layer: its parameters are those of a model, by its blocks' names.

A module is made for the sizes of each case, and called with that case's parameters in the place of its own.
As long as the sizes stay, all calls are of one module, as in a training loop. Of ``nn.RNN``, ``nn.LSTM``,
``nn.GRU`` and their cells the model and the names are known (``KNOWN``); of another module both have to be
said.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from verification import models
from verification.adapters.extras import library
from verification.adapters.last_made import LastMade
from verification.adapters.layer import LayerAdapter
from verification.adapters.layout import AXES, Layout, layout_of
from verification.adapters.parameters import SIZES, Known, apart, known, made_with, matched, sizes_of
from verification.adapters.remade import AdapterCall
from verification.models.model import Model
from verification.models.truncation import Standard
from verification.models.variants import gru_two_biases
from verification.sampling.scope import Scope
from verification.torch.passes import CPU, is_there, layer_of, other
from verification.torch.watching import module_watched

Make = Callable[..., Any]

_ONE = {"U": "weight_ih", "W": "weight_hh", "b": ("bias_ih", "bias_hh")}
_TWO = {"U": "weight_ih", "W": "weight_hh", "b_ih": "bias_ih", "b_hh": "bias_hh"}


def _of_sequences(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """The names of a first layer's parameters, from those of a cell's."""

    def first(name: Any) -> Any:
        return tuple(map(first, name)) if isinstance(name, tuple) else f"{name}_l0"

    return {block: first(name) for block, name in arrays.items()}


KNOWN: Mapping[str, Known] = {
    "RNNCell": Known(models.vanilla, _ONE),
    "LSTMCell": Known(models.lstm, _ONE),
    "GRUCell": Known(gru_two_biases, _TWO),
    "RNN": Known(models.vanilla, _of_sequences(_ONE)),
    "LSTM": Known(models.lstm, _of_sequences(_ONE)),
    "GRU": Known(gru_two_biases, _of_sequences(_TWO)),
}


@dataclass(frozen=True, eq=False)
class _Applied:
    """A module that is made and called with parameters that are given.

    ``chunk``: after how many steps the state is detached; None is never. ``kept``: the last module, by its
    sizes, device and type.
    """

    make: Make
    model: Model
    layout: Layout
    chunk: int | None
    kept: LastMade = field(default_factory=LastMade)

    def __call__(self, params: Any, xs: Any, state: tuple[Any, ...], *lengths: Any) -> Any:
        """Outputs and the final state."""
        torch = library("torch", "torch")
        # A model may have several inputs, and a module takes one argument for them: the tensors by name.
        inputs = list(xs.values()) if isinstance(xs, dict) else [xs]
        records = [tuple(self.layout.by_record(array).shape[2:]) for array in inputs]
        records += [tuple(array.shape[1:]) for array in state]
        sizes = sizes_of(self.model, self.layout, params, records)
        place = {"device": state[0].device, "dtype": state[0].dtype}
        net = self.kept.made((*sizes, *place.values()), lambda: self.make(*sizes).to(**place))
        given = apart(params, self.model, self.layout)

        def call(*arguments: Any) -> Any:
            return torch.func.functional_call(net, given, arguments)

        if lengths:
            return _packed(call, net, xs, state, lengths[0])
        if self.chunk is None:
            return _whole(call, net, xs, state)
        return self._in_chunks(call, net, xs, state)

    def _in_chunks(self, call: Any, net: Any, xs: Any, state: tuple[Any, ...]) -> Any:
        """The idiom of training loops: a chunk of steps at a time, the state detached between them."""
        torch, axis = library("torch", "torch"), self.layout.axis_of_steps
        outputs = []
        for i, chunk in enumerate(xs.split(self.chunk, dim=axis)):
            state = tuple(array.detach() for array in state) if i else state
            some, state = _whole(call, net, chunk, state)
            outputs.append(some)
        return torch.cat(outputs, dim=axis), state


def _whole(call: Any, net: Any, xs: Any, state: tuple[Any, ...]) -> Any:
    """A sequence through a module, or through a cell step by step."""
    torch = library("torch", "torch")
    if isinstance(net, torch.nn.RNNBase):
        outputs, final = call(xs, _joined([array[None] for array in state]))
        return outputs, tuple(array[0] for array in _several(final))
    if isinstance(net, torch.nn.RNNCellBase):
        outputs = []
        for x in xs.unbind(dim=1):
            state = _several(call(x, _joined(state)))
            outputs.append(state[0])
        return torch.stack(outputs, dim=1), state
    outputs, final = call(xs, _joined(state))
    return outputs, _several(final)


def _packed(call: Any, net: Any, xs: Any, state: tuple[Any, ...], lengths: Any) -> Any:
    """Records that end early, as PyTorch packs them."""
    rnn = library("torch", "torch").nn.utils.rnn
    first = net.batch_first
    packed = rnn.pack_padded_sequence(xs, lengths.cpu(), batch_first=first, enforce_sorted=False)
    outputs, final = call(packed, _joined([array[None] for array in state]))
    total = xs.shape[1 if first else 0]
    outputs, _ = rnn.pad_packed_sequence(outputs, batch_first=first, total_length=total)
    return outputs, tuple(array[0] for array in _several(final))


def _joined(state: Any) -> Any:
    """A single state by itself, several in a tuple."""
    return state[0] if len(state) == 1 else tuple(state)


def _several(state: Any) -> tuple[Any, ...]:
    return tuple(state) if isinstance(state, tuple | list) else (state,)


def module(
    make: Make,
    *,
    model: Model | None = None,
    scope: Scope | None = None,
    arrays: Mapping[str, Any] | None = None,
    chunk: int | None = None,
    device: str = CPU,
) -> LayerAdapter:
    """A module, ``make(D, H)``, as ``torch.nn.LSTM``, to be given to ``verify``.

    ``make`` is given the sizes of inputs, of states and of what else the parameters have. A module of your
    own is called ``net(xs, state) -> outputs, state``, a single state as it is, several as a tuple; ``model``
    and ``arrays`` say what its parameters are, by the names that ``named_parameters`` gives them. Those of
    ``KNOWN`` are known. ``chunk``: the state is detached after so many steps, which is Chunked(chunk, chunk).
    With ``Scope(lengths=True)`` sequences are packed. Raises ImportError without PyTorch, and ValueError, in
    one line, for a module that the model cannot express.
    """
    library("torch", "torch")
    is_there(device)
    net = make(*SIZES[:2]) if model is None else make(*SIZES[: len(made_with(model))])
    described = _described(net, model, arrays)
    scope = _scope(net, described.model, scope, chunk)
    for wrong in _wrong(net, described.model, scope, chunk):
        raise ValueError(f"module: {wrong}")
    layout = layout_of(described.model, described.arrays)
    matched({name: tuple(p.shape) for name, p in net.named_parameters()}, described.model, layout)
    said = {"arrays": dict(described.arrays), "chunk": chunk, "device": other(device)}
    source = AdapterCall(__package__, "module", {"made": make}, described.model, said=said)
    applied = _Applied(make, described.model, layout, chunk)
    made = layer_of(applied, source, scope, described.arrays, device)
    return replace(made, watching=partial(module_watched, _whole, made, chunk))


def _described(net: Any, model: Model | None, arrays: Mapping[str, Any] | None) -> Known:
    """What is said of a module, and what is known of it where nothing is."""
    found = known(net, KNOWN, "torch.nn")
    if model is None and found is None:
        raise ValueError(
            f"model: None, needed for {type(net).__name__}, as verification.models.lstm: "
            f"{', '.join(KNOWN)} alone are known"
        )
    if found is None or (model is not None and model is not found.model):
        assert model is not None
        return Known(model, arrays or {})
    steps_first = getattr(net, "batch_first", True) is False
    return Known(found.model, arrays or {**found.arrays, **({AXES: "TN"} if steps_first else {})})


def _scope(net: Any, model: Model, scope: Scope | None, chunk: int | None) -> Scope:
    """The scope, with the truncation of chunks and the activation of an nn.RNN, where it does not say."""
    scope = scope or Scope()
    if chunk is not None and scope.truncations is None:
        scope = replace(scope, truncations=(Standard("Chunked", (chunk, chunk)),))
    if hasattr(net, "nonlinearity") and scope.functions is None:
        scope = replace(scope, functions=dict.fromkeys(model.functions, (net.nonlinearity,)))
    return scope


def _wrong(net: Any, model: Model, scope: Scope, chunk: int | None) -> Iterator[str]:
    """Why a module cannot be judged by a model."""
    torch = library("torch", "torch")
    if getattr(net, "bidirectional", False):
        yield f"bidirectional, needed one direction, which is all that model {model.name} has"
    if getattr(net, "num_layers", 1) != 1:
        yield f"num_layers {net.num_layers}, needed 1, which is all that model {model.name} has"
    if getattr(net, "proj_size", 0):
        yield f"proj_size {net.proj_size}, needed 0: model {model.name} projects nothing"
    if net.training and (most := max(_dropouts(net), default=0)):
        yield f"in training mode with dropout {most}, needed eval() or dropout 0: its answers are drawn"
    if scope.lengths and (chunk is not None or not isinstance(net, torch.nn.RNNBase)):
        yield "scope: lengths, needed a module of nn.RNN, nn.LSTM or nn.GRU, without chunk, to be packed"
    if chunk is not None and chunk < 1:
        yield f"chunk: {chunk!r}, needed a number of steps from 1 on"


def _dropouts(net: Any) -> Iterator[float]:
    """The probability of every dropout within."""
    nn = library("torch", "torch").nn
    drawn = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout)
    for inner in net.modules():
        if isinstance(inner, drawn):
            yield inner.p
        elif isinstance(inner, nn.RNNBase):
            yield inner.dropout
