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
from dataclasses import replace
from functools import cached_property
from typing import Any, Self

from verification.adapters.adapter import check_given, declared, functions_of, soundly
from verification.adapters.layer import CAPABILITIES, LayerAdapter
from verification.adapters.layout import Layout, layout_of
from verification.adapters.objects import passes_of_objects
from verification.adapters.parameters import shapes_of
from verification.models.case import Case
from verification.models.forms import Form, formed, in_words
from verification.models.model import Model
from verification.processes.place import Passes
from verification.sampling.scope import Scope

Make = Callable[..., Any]


class LayerObjectAdapter(LayerAdapter):
    """A layer of objects. ``verify`` takes it."""

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
        (make,) = self.functions
        return replace(other, passes=_passes(make, other.model, other.layout))

    @cached_property
    def _again(self) -> LayerAdapter:
        """With one object as long as the sizes are the same."""
        shapes, _ = self.passes.given
        return replace(self, passes=self.passes.of(shapes, True))


def _passes(make: Make, model: Model, layout: Layout) -> Passes:
    """Each forward has an object of its own."""
    return Passes(passes_of_objects, (make,), (shapes_of(model, layout), False))


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
    return LayerObjectAdapter(**known, layout=layout, passes=_passes(made, model, layout))
