"""Cells of Flax (linen) and Equinox as layers: their parameters are those of a model, by its blocks' names.

A cell is made anew for the sizes of each case, and its parameters are put in the place of those that it was
made with. Of the libraries' own cells the model and the names are known (``FLAX``, ``EQUINOX``); of another
both have to be said.
"""

from collections.abc import Callable, Mapping
from typing import Any

from verification import models
from verification.adapters.extras import library
from verification.adapters.layer import LayerAdapter
from verification.adapters.layout import layout_of
from verification.adapters.parameters import SIZES, Known, known, made_with, matched, shapes_of
from verification.adapters.remade import AdapterCall
from verification.jax.applied import EquinoxCell, FlaxCell, ModuleCell, Scanned, dotted, passes_of_module
from verification.jax.cells import scanned
from verification.models.model import Model, Use
from verification.processes.place import Passes
from verification.sampling.scope import Scope

Make = Callable[..., Any]


_FLAX_LSTM = Known(
    models.lstm, {"U": ("i{}.kernel", "T"), "W": ("h{}.kernel", "T"), "b": "h{}.bias"}, ("c0", "h0")
)
FLAX: Mapping[str, Known] = {
    "SimpleCell": Known(models.vanilla, {"U": ("i.kernel", "T"), "W": ("h.kernel", "T"), "b": "i.bias"}),
    "LSTMCell": _FLAX_LSTM,
    "OptimizedLSTMCell": _FLAX_LSTM,
    "GRUCell": Known(
        models.gru,
        {"U": ("i{}.kernel", "T"), "W": ("h{}.kernel", "T"), "b": "i{}.bias", "bn": "hn.bias"},
    ),
}
EQUINOX: Mapping[str, Known] = {
    "LSTMCell": Known(models.lstm, {"U": "weight_ih", "W": "weight_hh", "b": "bias"}, ("h0", "c0")),
    "GRUCell": Known(models.gru, {"U": "weight_ih", "W": "weight_hh", "b": "bias", "bn": "bias_n"}),
}


def _shapes(tree: Any) -> dict[str, tuple[int, ...]]:
    leaves = library("jax", "jax").tree_util.tree_flatten_with_path(tree)[0]
    return {dotted(path): tuple(leaf.shape) for path, leaf in leaves}


def flax(
    make: Make,
    *,
    model: Model | None = None,
    scope: Scope | None = None,
    arrays: Mapping[str, Any] | None = None,
    carry: tuple[str, ...] | None = None,
    device: str | None = None,
) -> LayerAdapter:
    """A cell of Flax, ``make(H)``, as ``flax.linen.LSTMCell``, scanned, to be given to ``verify``.

    ``model``, ``arrays`` and ``carry`` (the states in the cell's order, by the names of their blocks) are
    known of Flax's own. In ``arrays`` a parameter is called by its place, as "i.kernel", and one for each
    gate as "i{}.kernel". Raises ValueError where parameters do not match, with the names of both.
    """
    jax = library("jax", "jax")
    library("flax", "flax")
    found = known(make(SIZES[1]), FLAX, "flax")
    described = _described(make, found, model, arrays, carry)

    def shapes() -> dict[str, tuple[int, ...]]:
        cell, x = make(SIZES[1]), jax.numpy.zeros((1, SIZES[0]))
        key = jax.random.key(0)
        variables = jax.eval_shape(lambda: cell.init(key, cell.initialize_carry(key, x.shape), x))
        return _shapes(variables["params"])

    return _layer(FlaxCell, shapes, make, described, scope, device)


def equinox(
    make: Make,
    *,
    model: Model | None = None,
    scope: Scope | None = None,
    arrays: Mapping[str, Any] | None = None,
    carry: tuple[str, ...] | None = None,
    device: str | None = None,
) -> LayerAdapter:
    """A cell of Equinox, ``make(D, H, key=key)``, as ``equinox.nn.LSTMCell``, scanned, for ``verify``.

    All else as of ``flax``.
    """
    jax, eqx = library("jax", "jax"), library("equinox", "equinox")

    def made(*sizes: int) -> Any:
        return make(*sizes, key=jax.random.key(0))

    found = known(made(*SIZES[:2]), EQUINOX, "equinox") if model is None else None
    described = _described(make, found, model, arrays, carry)

    def shapes() -> dict[str, tuple[int, ...]]:
        cell = made(*SIZES[: len(made_with(described.model))])
        return _shapes(eqx.filter(cell, eqx.is_inexact_array))

    return _layer(EquinoxCell, shapes, make, described, scope, device)


def _described(
    make: Make,
    found: Known | None,
    model: Model | None,
    arrays: Mapping[str, Any] | None,
    carry: tuple[str, ...] | None,
) -> Known:
    """What is said of a cell, and what is known of it where nothing is."""
    if model is None and found is None:
        raise ValueError(
            f"model: None, needed for {getattr(make, '__name__', make)!r}, as verification.models.lstm: "
            f"{', '.join(sorted({*FLAX, *EQUINOX}))} alone are known"
        )
    model = model or (found.model if found else models.vanilla)
    states = tuple(block.name for block in model.of(Use.STATE))
    carry = carry or (found.carry if found and found.model is model else ()) or states
    if sorted(carry) != sorted(states):
        raise ValueError(f"carry: {carry!r}, needed each of {', '.join(states)} once")
    return Known(model, arrays or (found.arrays if found else {}), carry)


def _layer(
    kind: type[ModuleCell],
    shapes: Callable[[], Mapping[str, tuple[int, ...]]],
    make: Make,
    described: Known,
    scope: Scope | None,
    device: str | None,
) -> LayerAdapter:
    layout = layout_of(described.model, described.arrays)
    matched(shapes(), described.model, layout)
    states = [block.name for block in described.model.of(Use.STATE)]
    carry = tuple(states.index(name) for name in described.carry)
    said = {"arrays": dict(described.arrays), "carry": described.carry, "device": device}
    source = AdapterCall("verification.jax", kind.adapter, {"made": make}, described.model, said=said)
    of = shapes_of(described.model, layout), carry
    passes = Passes(passes_of_module, (make,), (kind, *of, device))
    return scanned(passes, source, scope, described.arrays, device, Scanned(kind(make, *of)))
