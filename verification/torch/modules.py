"""A Module of PyTorch as a layer: its parameters are those of a model, by its blocks' names.

A module is made for the sizes of each case, and called with that case's parameters in the place of its own.
As long as the sizes stay, all calls are of one module, as in a training loop. Of ``nn.RNN``, ``nn.LSTM``,
``nn.GRU`` and their cells the model and the names are known (``KNOWN``); of another module both have to be
said.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from verification import models
from verification.adapters.extras import library
from verification.adapters.layer import LayerAdapter
from verification.adapters.layout import AXES, layout_of
from verification.adapters.parameters import SIZES, Known, known, made_with, matched, shapes_of
from verification.adapters.remade import AdapterCall
from verification.models.model import Model
from verification.models.truncation import Standard
from verification.models.variants import gru_two_biases
from verification.processes.place import Passes
from verification.sampling.scope import Scope
from verification.torch.applied import passes_of_module, whole
from verification.torch.layers import CPU, is_there, layer_of, other
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
    passes = Passes(passes_of_module, (make,), (shapes_of(described.model, layout), chunk, device))
    made = layer_of(passes, source, scope, described.arrays, device)
    return replace(made, watching=partial(module_watched, whole, made, chunk))


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
