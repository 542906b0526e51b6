"""A layer whose calls are watched: some of the calls of a training run are kept, and checked later.

    watched = watch(layer(forward, backward, model=lstm), "calls")
    outputs, state, saved = watched.forward(params, xs, state)
    d_params, d_xs, d_state = watched.backward(saved, d_outputs, d_state)

Arguments and results are copied at the call, because a training run goes on with its arrays. The watched
layers of PyTorch and JAX are in ``verification.torch.watching`` and ``verification.jax.watching``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from verification.adapters.calls import CALLS, MOST, Keeper, Open
from verification.adapters.layer import LayerAdapter
from verification.adapters.recorded import name_of
from verification.judging.arguments import checked_count
from verification.models.arrays import Array


@dataclass(frozen=True, eq=False)
class SavedForward:
    """What a forward has saved, and its recorded call, if it is stored."""

    saved: Any
    call: Open | None


@dataclass(frozen=True, eq=False)
class WatchedLayer:
    """A layer's forward and backward, some of whose calls are stored."""

    layer: LayerAdapter
    keeper: Keeper

    def forward(self, params: Any, xs: Any, state: tuple[Array, ...], *ends: Array, **chunk: int) -> Any:
        """As the layer's own; pass ``saved`` only to ``backward``."""
        given = {"params": params, "xs": xs, "state": state, "ends": ends}
        call = self.keeper.opened(given, chunk.get("chunk"))
        outputs, final, saved = self.layer.forward(params, xs, state, *ends, **chunk)
        if call is not None:
            call.returned(outputs=outputs, final=final)
        return outputs, final, SavedForward(saved, call)

    def backward(self, saved: SavedForward, d_outputs: Any, d_state: Any) -> Any:
        """As the layer's own."""
        call = saved.call and saved.call.backward(d_outputs=d_outputs, d_final=d_state)
        d_params, d_xs, d_initial = self.layer.backward(saved.saved, d_outputs, d_state)
        if call is not None:
            call.returned(d_params=d_params, d_xs=d_xs, d_state=d_initial)
        return d_params, d_xs, d_initial


def watch(
    layer: LayerAdapter,
    folder: str | Path,
    module: Any = None,
    *,
    most: int = MOST,
    calls: int = CALLS,
    seed: int | np.random.Generator = 0,
) -> Any:
    """A layer for a training run to call, which keeps some of the calls in a folder.

    ``layer``: what ``verification.layer`` returned, for which an object with ``forward`` and ``backward`` is
    returned; or what ``verification.torch`` or ``verification.jax`` returned. ``module``: for
    ``verification.torch.module``, the module that is trained. The first call of each shape and type is kept,
    and others at random, by ``seed``, an int or a Generator. ``most``: the limit of bytes of all files in the
    folder, from any process. ``calls``: the limit of calls of one process. The folder is created if it does
    not exist; calls that are in it stay.

    Raises TypeError for another layer or module, TypeError or ValueError for counts that are not whole
    numbers from 1 on, and OSError if the folder cannot be created.
    """
    if not isinstance(layer, LayerAdapter):
        raise TypeError(
            f"layer: {layer!r}, needed what verification.layer, verification.torch or verification.jax has "
            "returned"
        )
    folder, rng = Path(folder), np.random.default_rng(seed)
    most, calls = checked_count("most", most, 1), checked_count("calls", calls, 1)
    keeper = Keeper(folder, name_of(layer), most, calls, rng)
    if layer.watching is not None:
        watched = layer.watching(keeper, module)
    elif module is not None:
        raise TypeError(f"module: {type(module).__name__}, needed None for a layer of verification.layer")
    else:
        watched = WatchedLayer(layer, keeper)
    folder.mkdir(parents=True, exist_ok=True)
    return watched
