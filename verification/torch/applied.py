"""A Function or a Module of PyTorch as a function of tensors, in an engine's own process or here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from verification.adapters.extras import library
from verification.adapters.last_made import LastMade
from verification.adapters.shapes import Shapes
from verification.processes.invalid import InvalidAnswer
from verification.torch.passes import Told, TwoPasses, passes_of_apply


@dataclass(frozen=True)
class Order:
    """The arguments of a Function's ``apply`` by name, those of them that are inputs and states, and what it
    returns: ``outputs`` where these are several, and ``finals``.
    """

    names: tuple[str, ...]
    inputs: tuple[str, ...]
    states: tuple[str, ...]
    finals: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class AppliedFunction:
    """``Function.apply`` with arguments in its order; it returns outputs and final states."""

    function: Any
    order: Order

    def __call__(self, params: Mapping[str, Any], xs: Any, state: tuple[Any, ...], *lengths: Any) -> Any:
        """Outputs and the state's tuple."""
        order = self.order
        named = {**params, **dict(zip(order.states, state, strict=True))}
        named |= xs if isinstance(xs, dict) else {order.inputs[0]: xs}
        returned = self.function.apply(*(named[name] for name in order.names), *lengths)
        count = (len(order.outputs) or 1) + len(order.finals)
        if count == 1:
            returned = (returned,)
        if not isinstance(returned, tuple) or len(returned) != count:
            raise InvalidAnswer(
                f"{self.function.__name__} returned a {type(returned).__name__}, needed a tuple of {count}: "
                "outputs and the final states"
            )
        final = dict(zip(order.finals, returned[len(order.outputs) or 1 :], strict=True))
        outputs = dict(zip(order.outputs, returned, strict=False)) if order.outputs else returned[0]
        return outputs, tuple(map(final.get, order.states))

    def sorted(self, arguments: tuple[Any, ...]) -> tuple[Any, Any, Any, Any]:
        """What ``apply`` is given, as params, xs, state and ends."""
        names = self.order.names
        named, ends = dict(zip(names, arguments, strict=False)), arguments[len(names) :]
        xs = {name: named.pop(name) for name in self.order.inputs}
        state = tuple(named.pop(name) for name in self.order.states)
        return named, xs if len(xs) > 1 else next(iter(xs.values())), state, ends


def passes_of_function(function: Any, order: Order, device: str, *told: Told) -> TwoPasses:
    """As ``passes_of_apply``, of a Function."""
    return passes_of_apply(AppliedFunction(function, order), device, *told)


@dataclass(frozen=True, eq=False)
class AppliedModule:
    """A module that is made and called with parameters that are given.

    ``chunk``: after how many steps the state is detached; None is never. ``kept``: the last module, by its
    sizes, device and type.
    """

    make: Callable[..., Any]
    shapes: Shapes
    chunk: int | None
    kept: LastMade = field(default_factory=LastMade)

    def __call__(self, params: Any, xs: Any, state: tuple[Any, ...], *lengths: Any) -> Any:
        """Outputs and the final state."""
        torch = library("torch", "torch")
        # A model may have several inputs, and a module takes one argument for them: the tensors by name.
        sizes = self.shapes.sizes(params, xs, state)
        place = {"device": state[0].device, "dtype": state[0].dtype}
        net = self.kept.made((*sizes, *place.values()), lambda: self.make(*sizes).to(**place))
        given = self.shapes.apart(params)

        def call(*arguments: Any) -> Any:
            return torch.func.functional_call(net, given, arguments)

        if lengths:
            return _packed(call, net, xs, state, lengths[0])
        if self.chunk is None:
            return whole(call, net, xs, state)
        return self._in_chunks(call, net, xs, state)

    def _in_chunks(self, call: Any, net: Any, xs: Any, state: tuple[Any, ...]) -> Any:
        """The idiom of training loops: a chunk of steps at a time, the state detached between them."""
        torch, axis = library("torch", "torch"), self.shapes.axes.index("T")
        outputs = []
        for i, chunk in enumerate(xs.split(self.chunk, dim=axis)):
            state = tuple(array.detach() for array in state) if i else state
            some, state = whole(call, net, chunk, state)
            outputs.append(some)
        return torch.cat(outputs, dim=axis), state


def whole(call: Any, net: Any, xs: Any, state: tuple[Any, ...]) -> Any:
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


def passes_of_module(
    make: Callable[..., Any], shapes: Shapes, chunk: int | None, device: str, *told: Told
) -> TwoPasses:
    """As ``passes_of_apply``, of a Module."""
    return passes_of_apply(AppliedModule(make, shapes, chunk), device, *told)
