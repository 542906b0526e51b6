"""The scope of an engine: what it claims to do. The verifier checks that and nothing else.

Fields that are None take the default of model and adapter, which ``resolved`` fills in. A scope that is given
to ``verify`` may narrow an engine's scope, but not widen it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verification.models.functions import Function


@dataclass(frozen=True)
class Scope:
    """What an engine claims to do.

    ``functions``: for each role, the functions that may play it. ``dtypes``: number types by name.
    ``truncations``: by name, as "Window" for any k, or as they are, as ``rnn.Window(3)``; those by which a
    loss reaches the same steps are one, so ``Chunked(T)`` is "Full". ``losses``: "last" and "every" for the
    model's own loss, "cotangents" for none. ``states``: "any", or "zero" for an engine whose initial state
    is always zero; or by the name of a block, as {"c0": "zero"}; the other states are then any. ``finals``:
    the states, by block name, whose final value is returned and so has a cotangent. ``blocks``: those whose
    gradients are returned. ``records``, ``steps``: the smallest and the largest number. ``sizes``: for
    dimensions by name, as {"K": (16, 32)}, all the sizes that the engine takes.

    What is False is not checked. ``lengths``: records that end early. ``packed``: such records one after
    another, as in ``verification.adapters.packed``. ``exact``: gradients in Fractions. ``bits``: the same
    bits for any memory layout and any call before. ``checkpoints``, ``workspace``: as in
    ``verification.Problem``. ``weights``: factors of the losses. ``classes``: the cross-entropy of softmax
    instead of the model's loss. ``chunk``: the number of steps in a chunk of the engine, so that cases around
    the borders are run. ``chunks``: the numbers that its forward takes as ``chunk=``, one at each call.
    ``compiled``: the engine compiles for every new shape, so few shapes are run. ``declines``: conditions
    that a right engine may treat differently, by the names of ``verification.sampling.claim.DECLINABLE``, as
    "zero steps" for an engine to which those are padding; they are not checked. ``departures``: where the
    backward is meant to differ from the derivative, by the name of a role, with the ``Function`` whose
    declared slope is meant, or by the name of a block of states, with "stop" if no gradient flows from step
    to step.
    """

    functions: Mapping[str, tuple[str, ...]] | None = None
    dtypes: tuple[str, ...] | None = None
    truncations: tuple[Any, ...] | None = None
    losses: tuple[str, ...] | None = None
    states: Mapping[str, str] | tuple[str, ...] | str | None = None
    finals: tuple[str, ...] | None = None
    blocks: tuple[str, ...] | None = None
    records: tuple[int, int] | None = None
    steps: tuple[int, int] | None = None
    sizes: Mapping[str, tuple[int, ...]] | None = None
    lengths: bool | None = None
    packed: bool | None = None
    exact: bool | None = None
    bits: bool | None = None
    checkpoints: bool | None = None
    workspace: bool | None = None
    weights: bool | None = None
    classes: bool | None = None
    chunk: int | None = None
    chunks: tuple[int, ...] | None = None
    compiled: bool | None = None
    declines: tuple[str, ...] | str | None = None
    departures: Mapping[str, str | Function] = field(default_factory=dict)
