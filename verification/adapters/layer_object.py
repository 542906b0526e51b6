"""The adapter for a layer that is an object, and may keep from call to call what it likes.

    make(D, H) -> an object with
        forward(params, xs, state) -> outputs, state
        backward(d_outputs, d_state) -> d_params, d_xs, d_state

The arrays are those of ``verification.adapters.layer``, and lengths, offsets and chunks come as there.
``make`` is given the sizes of inputs, of states and of what else the parameters have, as for modules of
PyTorch. A call, a forward with its backward, is made of the object that was made for these sizes before: one
object is used again and again. Where forwards come before other forwards' backwards, each has an object of
its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Self

from verification.adapters.adapter import check_given, declared, functions_of, is_own, soundly
from verification.adapters.last_made import LastMade
from verification.adapters.layer import CAPABILITIES, LayerAdapter
from verification.adapters.layout import Layout, layout_of
from verification.adapters.parameters import sizes_of
from verification.adapters.returned import checked_tuple
from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.forms import Form, formed, in_words
from verification.models.model import Model
from verification.processes.hosts import Host
from verification.processes.server import ALL
from verification.sampling.scope import Scope

Make = Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Passes:
    """The two passes of objects. ``kept``: the last one, by its sizes and type; None: each forward has an
    object of its own.
    """

    make: Make
    model: Model
    layout: Layout
    kept: LastMade | None = None

    def forward(
        self, params: dict[str, Array], xs: Any, state: tuple[Array, ...], *ends: Any, **said: Any
    ) -> Any:
        """Outputs, the final state, and the object."""
        inputs = list(xs.values()) if isinstance(xs, dict) else [xs]
        records = [self.layout.by_record(array).shape[2:] for array in inputs]
        sizes = sizes_of(self.model, self.layout, params, [*records, *(array.shape[1:] for array in state)])
        make = partial(self.make, *sizes)
        made = make() if self.kept is None else self.kept.made((*sizes, state[0].dtype), make)
        outputs, final = checked_tuple("forward returned", made.forward(params, xs, state, *ends, **said), 2)
        return outputs, final, made


def backward(made: Any, d_outputs: Any, d_state: tuple[Array, ...]) -> Any:
    """The object's own backward."""
    return made.backward(d_outputs, d_state)


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerObjectAdapter(LayerAdapter):
    """A layer of objects; ``make``: makes one. ``verify`` takes it."""

    make: Make
    kept: LastMade = field(default_factory=LastMade)

    @property
    def functions(self) -> tuple[Any, ...]:
        """What makes an object."""
        return () if is_own(self.make) else (self.make,)

    def hosted(self, host: Host) -> Self:
        """With the objects there."""
        make = host.function(self.make, keeps=ALL)
        passes = Passes(make, self.model, self.layout)
        return replace(self, make=make, forward=passes.forward, kept=LastMade(), place=host)

    def answer(self, case: Case) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """The answer of the object that was made for these sizes before."""
        return LayerAdapter.answer(self._again, case)

    def repeat(
        self, case: Case, goes_on: Callable[[Any], bool]
    ) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """The passes of that object again and again."""
        return LayerAdapter.repeat(self._again, case, goes_on)

    def otherwise(self, model: Model, arrays: Mapping[str, Any] | None) -> Self:
        """As of a layer; objects are made for sizes that are found in the other arrays."""
        other = super().otherwise(model, arrays)
        passes = Passes(self.make, other.model, other.layout)
        return replace(other, forward=passes.forward, kept=LastMade())

    @cached_property
    def _again(self) -> LayerAdapter:
        passes = Passes(self.make, self.model, self.layout, self.kept)
        return replace(self, forward=passes.forward)


def layer_object(
    make: Make | str,
    *,
    model: Model,
    scope: Scope | None = None,
    arrays: Mapping[str, Any] | None = None,
    forms: Mapping[str, Form] | None = None,
) -> LayerObjectAdapter:
    """A layer that is an object, ``make(D, H)``, for ``verify``; ``make`` may be named, "kernel.py:Layer".

    ``scope``, ``arrays`` and ``forms`` as for ``verification.layer``, which raises the same.
    """
    (made,) = functions_of(make=make).values()
    check_given(model, make=made)
    capabilities = replace(CAPABILITIES, recorded=False)
    known = declared("layer_object", {"make": made}, model, scope, capabilities, arrays=arrays, forms=forms)
    soundly(model, known["claim"])
    known["model"] = model = formed(known["model"], forms or {})
    claim = known["claim"]
    known["claim"] = replace(claim, departures=(*claim.departures, *in_words(model)))
    layout = layout_of(model, arrays)
    passes = Passes(made, model, layout)
    return LayerObjectAdapter(**known, make=made, layout=layout, forward=passes.forward, backward=backward)
