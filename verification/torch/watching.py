"""What a training calls in the place of a Function, a Module or a function of tensors: some calls are kept.

    Watched.apply(*arguments)       of verification.torch.function, in its order of arguments
    module(xs, state)               of verification.torch.module: a module around the one that is trained
    apply(params, xs, state)        of verification.torch.layer

Tensors are watched where they enter and where they leave: views of them, whose gradients are those of this
call alone, however often a parameter is used. A call under ``torch.no_grad`` is not kept, nor is one without
a backward. A gradient that PyTorch does not compute, or that is None, is not compared.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from verification.adapters.calls import Keeper, OpenBackward
from verification.adapters.extras import library
from verification.adapters.trees import each, named
from verification.models.model import Use
from verification.torch.tensors import as_array


@dataclass(frozen=True, eq=False)
class WatchedApply:
    """A function of tensors."""

    keeper: Keeper
    apply: Callable[..., Any]

    def __call__(self, params: Any, xs: Any, state: Any, *ends: Any) -> Any:
        """As the function itself."""
        given = {"params": params, "xs": xs, "state": state}
        call = None
        if library("torch", "torch").is_grad_enabled() and any(t.requires_grad for _, t in named(given)):
            call = self.keeper.opened(each(as_array, {**given, "ends": ends}))
        if call is None:
            return self.apply(params, xs, state, *ends)
        taps = each(_view, given)
        outputs, final = self.apply(*taps.values(), *ends)
        call.returned(outputs=each(as_array, outputs), final=each(as_array, final))
        left = each(_view, {"d_outputs": outputs, "d_final": final})
        pending: list[OpenBackward] = []

        def leaving(ds: Mapping[str, Any]) -> None:
            pending.append(call.backward(**ds))

        def entering(ds: Mapping[str, Any]) -> None:
            if pending:
                found = {f"d_{role}": tree for role, tree in ds.items()}
                # Whole numbers have no gradient, and are not missed.
                moved = [t for _, t in named(taps) if t.is_floating_point() or t.is_complex()]
                pending.pop().returned(wanted=len(named(found)) == len(moved), **found)

        _hooked(left, leaving, _zeros)
        _hooked(taps, entering, lambda tensor: None)
        return tuple(left.values())


def _view(tensor: Any) -> Any:
    return tensor.view_as(tensor)


def _zeros(tensor: Any) -> Any:
    return as_array(library("torch", "torch").zeros_like(tensor))


def _hooked(tree: Mapping[str, Any], record: Callable[[Any], None], missing: Callable[[Any], Any]) -> None:
    """Calls ``record`` with the gradients of all tensors once they are there; ``missing`` replaces None."""
    tensors = [tensor for _, tensor in named(tree) if tensor.requires_grad]
    if not tensors:
        return

    def hook(found: Any) -> None:
        by_tensor = dict(zip(map(id, tensors), found, strict=True))

        def gradient(tensor: Any) -> Any:
            d = by_tensor.get(id(tensor))
            return missing(tensor) if d is None else as_array(d)

        record(each(gradient, tree))

    library("torch", "torch").autograd.graph.register_multi_grad_hook(tensors, hook)


@dataclass(frozen=True, eq=False)
class WatchedFunction:
    """A Function, called as that is."""

    applied: Any
    watched: Callable[..., Any]

    def apply(self, *arguments: Any) -> Any:
        """As the Function's own."""
        params, xs, state, ends = self.applied.sorted(arguments)
        outputs, final = self.watched(params, xs, state, *ends)
        put_out = tuple(outputs.values()) if isinstance(outputs, dict) else (outputs,)
        returned = (*put_out, *(array for array in final if array is not None))
        return returned if len(returned) > 1 else returned[0]


def function_watched(applied: Any, keeper: Keeper, module: Any) -> WatchedFunction:
    """What a training calls of a Function."""
    _no_module(module)
    return WatchedFunction(applied, WatchedApply(keeper, applied))


def layer_watched(apply: Callable[..., Any], keeper: Keeper, module: Any) -> WatchedApply:
    """What a training calls of a function of tensors."""
    _no_module(module)
    return WatchedApply(keeper, apply)


def _no_module(module: Any) -> None:
    if module is not None:
        raise TypeError(f"module: {type(module).__name__}, needed None but for verification.torch.module")


@cache
def _watched_module() -> Any:
    """The class of modules around a watched one: PyTorch is imported where it is used."""
    torch = library("torch", "torch")

    class WatchedModule(torch.nn.Module):  # type: ignore[misc, name-defined]
        """``module``, some of whose calls are kept."""

        def __init__(
            self, keeper: Keeper, module: Any, layer: Any, whole: Callable[..., Any], chunk: int | None
        ) -> None:
            super().__init__()
            self.module = module
            self._call = (keeper, layer, whole, chunk)

        def forward(self, xs: Any, state: Any = None) -> Any:
            keeper, layer, whole, chunk = self._call
            given = _arguments(self.module, xs, state, layer)
            if given is None or (chunk and given[0].shape[layer.layout.axis_of_steps] > chunk):
                return self.module(xs) if state is None else self.module(xs, state)
            xs, states = given
            net = self.module

            def apply(params: Any, xs: Any, state: Any) -> Any:
                return whole(lambda *a: torch.func.functional_call(net, params, a), net, xs, state)

            outputs, final = WatchedApply(keeper, apply)(dict(net.named_parameters()), xs, states)
            if isinstance(net, torch.nn.RNNBase):
                final = tuple(array[None] for array in final)
            joined = final[0] if len(final) == 1 else final
            return joined if isinstance(net, torch.nn.RNNCellBase) else (outputs, joined)

    return WatchedModule


def _arguments(net: Any, xs: Any, state: Any, layer: Any) -> tuple[Any, tuple[Any, ...]] | None:
    """A module's arguments as a layer's; None for a call that is none, as of a packed sequence."""
    nn = library("torch", "torch").nn
    states = layer.model.of(Use.STATE)
    of_nn = isinstance(net, nn.RNNBase | nn.RNNCellBase)
    if of_nn:
        if not hasattr(xs, "dim") or xs.dim() != (3 if isinstance(net, nn.RNNBase) else 2):
            return None
        if isinstance(net, nn.RNNCellBase):
            xs = xs[:, None]
        if state is None:
            records = layer.layout.by_record(xs).shape[0]
            return xs, tuple(xs.new_zeros(records, net.hidden_size) for _ in states)
    if state is None:
        return None
    several = tuple(state) if isinstance(state, tuple | list) else (state,)
    return xs, tuple(array[0] for array in several) if isinstance(net, nn.RNNBase) else several


def module_watched(
    whole: Callable[..., Any], layer: Any, chunk: int | None, keeper: Keeper, module: Any
) -> Any:
    """A module around the one that is trained, which stays what it is: its parameters are those of that."""
    torch = library("torch", "torch")
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"module: {module!r}, needed the torch.nn.Module that is trained")
    return _watched_module()(keeper, module, layer, whole, chunk)
