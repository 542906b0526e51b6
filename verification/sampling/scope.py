"""The scope of an engine: what it claims to do. It is asked for that, at full strength, and nothing else.

Fields that are None stand for the default of model and adapter, which ``resolved`` fills in. A scope that is
given to ``verify`` may narrow an engine's, never widen it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verification.models.functions import Function


@dataclass(frozen=True)
class Scope:
    """What an engine claims to do.

    ``functions``: for each role, what may play it. ``dtypes``: number types by name. ``truncations``: by
    name, as "Window" for any k, or as they are, as ``rnn.Window(3)``; they are asked by what a loss reaches,
    so an engine of "Full" alone is never asked for ``Chunked(T)``. ``losses``: "last" and "every" for the
    model's own loss, "cotangents" for none. ``states``: "any", or "zero" for an engine whose initial state is
    always zero; or by the name of a block, {"c0": "zero"}, where the other states are any. ``finals``: the
    states, by their blocks' names, whose final one is returned, and so has a cotangent. ``blocks``: those
    whose gradients are returned. ``records``, ``steps``: the least and the most. ``sizes``: of dimensions by
    name, as {"K": (16, 32)}, all the sizes that the engine takes.

    What is False is not asked: ``lengths``, records that end early; ``packed``, such records given one after
    another, as ``verification.adapters.packed`` says; ``exact``, gradients in Fractions;
    ``bits``, the same bits whatever the memory layout and the call before; ``checkpoints`` and ``workspace``,
    computed as those of ``verification.Problem`` say; ``weights``, losses that are multiplied by such;
    ``classes``, the cross-entropy of softmax in place of the model's loss. ``chunk``: of how many steps those
    are in which the engine computes, so that it is asked around the borders of them; ``chunks``: those that
    its forward is told, as ``chunk=``, one at each call. ``compiled``: the engine compiles
    for every new shape, so few are asked. ``declines``: conditions that a right engine may treat in another
    way, by the names of ``verification.sampling.claim.DECLINABLE``, as "zero steps" of an engine to which
    those are padding; they are not asked. ``departures``: where the backward is meant to differ from the
    derivative, by the name of a role, with the ``Function`` whose declared slope is meant, or by that of a
    block of states, with "stop" where no gradient flows from step to step.
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
