"""The adapter for a layer: a forward over a sequence, and a backward that takes cotangents.

    forward(params, xs, state) -> outputs, state, saved
    backward(saved, d_outputs, d_state) -> d_params, d_xs, d_state

``params`` is a dict of the model's STEP blocks by name. ``xs`` is (N, T, D), or a dict of arrays by name if a
model has several INPUT blocks; arrays of whole numbers are integers. ``state`` is a tuple of arrays (N, …),
one for each STATE block, and so is the state that is returned, with None, or None alone, for what a scope
says is not returned; its cotangents are zeros. ``outputs`` (N, T, …) is the first state array after each
step, or the model's own output; several outputs are a dict of arrays by name, and so are their cotangents.
There is no loss: the layer differentiates L = Σ ⟨d_outputs, outputs⟩ + Σ ⟨d_state, final state⟩. A layer that
claims ``lengths`` is given them (N,) after the state. One that claims ``packed`` is given offsets instead,
and arrays as in ``verification.adapters.packed``. One that claims ``chunks`` is given the steps of a chunk as
``chunk=``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from verification.adapters.adapter import ModelAdapter, check_given, declared, functions_of, soundly
from verification.adapters.given import unchanged
from verification.adapters.layout import Layout, layout_of
from verification.adapters.lent import Lent
from verification.adapters.packed import Packing, packing_of
from verification.adapters.recorded import recorded
from verification.adapters.remade import AdapterCall
from verification.adapters.returned import check_dict, checked_tuple
from verification.models.arrays import Array
from verification.models.case import Apart, Case, Cotangents, Objective, objective_given
from verification.models.forms import Form, formed, in_words
from verification.models.model import Model, Use, output_named
from verification.processes.invalid import InvalidAnswer
from verification.processes.place import Passes
from verification.properties.calling import check_forward
from verification.properties.engine import Begun
from verification.properties.training import Recorded
from verification.sampling.chunks import chunk_of
from verification.sampling.claim import Capabilities
from verification.sampling.resolving import resolved
from verification.sampling.scope import Scope
from verification.truth.parts import OUTPUTS, final_of

# One function for each role, the full gradient, cotangents.
CAPABILITIES = Capabilities(
    functions=False,
    truncations=False,
    losses=("cotangents",),
    extras=("lengths", "packed", "exact", "bits"),
    in_two=True,
    chunks=True,
    recorded=True,
)

Forward = Callable[..., Any]
Backward = Callable[..., Any]

# What a training run calls, from the keeper of calls, and from its module if that is what is trained.
Watching = Callable[[Any, Any], Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerAdapter(ModelAdapter):
    """A layer with its model, its claim and the layout of its arrays. ``verify`` takes it.

    ``passes``: forward and backward. ``watching``: what a training calls
    (``verification.adapters.watching``); None where that is the two passes.
    """

    layout: Layout
    watching: Watching | None = None

    @cached_property
    def _both(self) -> tuple[Callable[..., Any], ...]:
        return self.place.made(self.passes)

    @property
    def forward(self) -> Forward:
        """The first pass, where it runs."""
        return self._both[0]

    @property
    def backward(self) -> Backward:
        """The second pass, where it runs."""
        return self._both[1]

    def answer(self, case: Case) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """The layer's answer to a case, in the model's layout."""
        forward, back = self._begun(case, case.objective)
        try:
            return forward, back(case.objective)
        except Exception:
            # For outputs of another shape the backward fails with a less helpful message.
            check_forward(case, self.claim, forward)
            raise

    def repeat(
        self, case: Case, goes_on: Callable[[Any], bool]
    ) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """The two functions again and again, with arguments that are made once."""
        packing = packing_of(case) if self.claim.packed else None
        (params, xs, state, *ends), keywords = self._arguments(case, packing), self._keywords(case)
        given = objective_given(case, case.objective)
        assert isinstance(given, Cotangents)  # of a layer
        d_outputs = self._cotangents(given, packing)
        while True:
            returned = self.forward(params, xs, state, *ends, **keywords)
            outputs, final, saved = _three(returned, "forward", "outputs, state, saved")
            gradients = self.backward(saved, d_outputs, given.state)
            if not goes_on((outputs, final, gradients)):
                return self._parts(outputs, final, packing), self._gradients(gradients, packing)

    def begin(self, case: Case) -> Begun:
        """The forward's parts, and the backward for what it has saved."""
        return self._begun(case)

    def _begun(self, case: Case, following: Objective | None = None) -> Begun:
        """The same; ``following``: the backward for these cotangents comes next."""
        packing = packing_of(case) if self.claim.packed else None
        (params, xs, state, *ends), keywords = self._arguments(case, packing), self._keywords(case)
        lent = Lent(params=params, xs=xs)

        def cotangents_of(objective: Objective) -> tuple[Any, Cotangents]:
            given = objective_given(case, objective)
            assert isinstance(given, Cotangents)  # of a layer
            return self._cotangents(given, packing), given

        first = None if following is None else cotangents_of(following)
        if first is not None:
            self.place.ahead(self.backward, first[0], first[1].state)
        returned = self.forward(params, xs, state, *ends, **keywords)
        lent.check("forward")
        outputs, final, saved = _three(returned, "forward", "outputs, state, saved")

        def back(objective: Objective) -> dict[str, tuple[Any, ...]]:
            d_outputs, given = (
                first if first is not None and objective is following else cotangents_of(objective)
            )
            cotangents = Lent(d_outputs=d_outputs)
            returned = self.backward(saved, d_outputs, given.state)
            lent.check("backward")
            cotangents.check("backward")
            return self._gradients(returned, packing)

        return self._parts(outputs, final, packing), back

    def _parts(self, outputs: Any, final: Any, packing: Packing | None) -> dict[str, Any]:
        """What a forward returned, by the parts of an answer."""
        put_out = self._put_out(outputs).items()
        parts = {name: self._by_record(name, array, packing) for name, array in put_out}
        if self.claim.finals:
            states = self.model.of(Use.STATE)
            final = checked_tuple("forward's state is", final, len(states))
            parts |= {final_of(block): array for block, array in zip(states, final, strict=True)}
        return parts

    def _keywords(self, case: Case) -> dict[str, Any]:
        """The steps of a chunk, for a layer that claims to take them."""
        return {"chunk": chunk_of(self.claim, case)} if self.claim.chunks else {}

    def _put_out(self, outputs: Any) -> dict[str, Any]:
        """The outputs, by the parts of a forward."""
        if not self._named_outputs:
            return {OUTPUTS: outputs}
        check_dict("forward's outputs", outputs)
        return {output_named(name): outputs.get(name) for name in self._named_outputs}

    def _cotangents(self, given: Cotangents, packing: Packing | None) -> Any:
        """d_outputs, one or several by name, as the engine has them."""
        if not isinstance(given, Apart):
            return self._given(given.outputs, packing)
        named = {output_named(name): name for name in self._named_outputs}
        return {named[part]: self._given(array, packing) for part, array in given.by_name.items()}

    @property
    def _named_outputs(self) -> tuple[str, ...]:
        """The names of several outputs."""
        return tuple(self.model.output) if isinstance(self.model.output, Mapping) else ()

    def _given(self, array: Array, packing: Packing | None) -> Array:
        """A model's (N, T, …) in the engine's layout."""
        return self.layout.by_record(array if packing is None else packing.given(array))

    def _by_record(self, name: str, theirs: Any, packing: Packing | None) -> Any:
        """An engine's (N, T, …) in the model's layout; anything that is no such array stays as it is."""
        if not isinstance(theirs, np.ndarray) or theirs.ndim < 2:
            return theirs
        array = self.layout.by_record(theirs)
        return array if packing is None else packing.read(name, array)

    def _gradients(self, returned: Any, packing: Packing | None) -> dict[str, tuple[Any, ...]]:
        """The claimed gradients that the backward returned, in the model's layout."""
        d_params, d_xs, d_initial = _three(returned, "backward", "d_params, d_xs, d_state")
        blocks, states = self._read(d_params, d_xs, packing), self.model.of(Use.STATE)
        if any(block.name in self.claim.blocks for block in states):
            d_initial = checked_tuple("backward's d_state is", d_initial, len(states))
            blocks |= {block.name: (d,) for block, d in zip(states, d_initial, strict=True)}
        return blocks

    def _arguments(self, case: Case, packing: Packing | None) -> tuple[Any, ...]:
        """The arguments of the forward; dicts are in the order of the case's blocks."""
        params: dict[str, Array] = {}
        for name in case.named(Use.STEP):
            params |= self.layout.places[name].given(case.blocks[name])
        inputs = {
            name: self._given(array, packing)
            for block in case.named(Use.INPUT)
            for name, array in self.layout.places[block].given(case.blocks[block]).items()
        }
        xs = inputs if len(inputs) > 1 else next(iter(inputs.values()))
        ends = (lengths_of(case),) if self.claim.lengths else ()
        return params, xs, case.state, *(ends if packing is None else (packing.offsets,))

    def _read(self, d_params: Any, d_xs: Any, packing: Packing | None) -> dict[str, tuple[Any, ...]]:
        """The claimed gradients of STEP and INPUT blocks, in the model's layout."""
        claimed = self.claim.blocks
        inputs = self.model.of(Use.INPUT)
        if any(block.name in claimed for block in self.model.of(Use.STEP)):
            check_dict("backward's d_params", d_params)
        if len(inputs) == 1:
            d_xs = dict.fromkeys(self.layout.places[inputs[0].name].names, d_xs)
        elif any(block.name in claimed for block in inputs):
            check_dict("backward's d_xs", d_xs)
        read: dict[str, tuple[Any, ...]] = {}
        for block in self.model.of(Use.STEP, Use.INPUT):
            if block.name in claimed:
                of_inputs = block.use is Use.INPUT
                gradients, whose = (d_xs, "d_xs") if of_inputs else (d_params, "d_params")
                parts = self.layout.places[block.name].read(gradients)
                if any(part is None for part in parts):
                    _missing(block.name, self.layout, gradients, whose)
                if of_inputs:
                    parts = [self._by_record(f"the gradient of {block.name}", parts[0], packing)]
                read[block.name] = tuple(parts)
        return read

    def recorded(self, path: str | Path, data: bytes | None = None) -> Recorded | None:
        """A stored call of a training run; None if the layer does not claim it.

        ``data``: the file's bytes, if they were read. Raises ValueError for a call of another layer.
        """
        return recorded(self, Path(path), data)

    def wanting(self, blocks: tuple[str, ...], unused: tuple[str, ...]) -> Self:
        """The same, which is told the wanted gradients and the unused outputs.

        Its ``passes`` take one flag for each given array (parameters, inputs, states), is its gradient
        wanted; and one for each output and final state, was it used.
        """
        assert self.claim.capabilities.partial
        states = self.model.of(Use.STATE)
        given = (*self.model.of(Use.STEP), *self.model.of(Use.INPUT))
        wanted = [block.name in blocks for block in given for _ in self.layout.places[block.name].names]
        wanted += [block.name in blocks for block in states]
        used = [name not in unused for name in (*self.model.outputs, *map(final_of, states))]
        passes = self.passes.of(*self.passes.given, tuple(wanted), tuple(used))
        return replace(self, passes=passes, claim=replace(self.claim, blocks=blocks))

    @property
    def arrays(self) -> Mapping[str, Any]:
        """How its arrays differ from the model's, as the user described it."""
        return self.layout.described

    def otherwise(self, model: Model, arrays: Mapping[str, Any] | None) -> Self:
        """The same functions as a layer of another model, or with other arrays; raises ValueError if it
        cannot be.
        """
        return replace(super().otherwise(model, arrays), layout=layout_of(model, arrays))


def layer(
    forward: Forward | str,
    backward: Backward | str,
    *,
    model: Model,
    scope: Scope | None = None,
    arrays: Mapping[str, Any] | None = None,
    forms: Mapping[str, Form] | None = None,
) -> LayerAdapter:
    """A layer for ``verify``.

    Either function may be named, ``"kernel.py:forward"``: then its file is imported in the engine's process.
    ``scope``: what it claims to do; by default the full gradient of every block, the first function of each
    role, float32 and float64 (both complex types for a complex model), any initial state. ``arrays``: how its
    arrays differ from the model's, see ``verification.adapters.layout``. ``forms``: gradients that are made
    by suffix or prefix sums, and of what, see ``verification.models.forms``. Raises ValueError, in one line,
    for a model that cannot be a reference, a scope that claims nothing, or arrays that the model does not
    have; TypeError if an argument is not a function or not a model.
    """
    functions = functions_of(forward=forward, backward=backward)
    check_given(model, **functions)
    passes = Passes(unchanged, tuple(functions.values()))
    return _described("layer", functions, passes, model, scope, arrays, forms)


def _described(
    adapter: str,
    given: Mapping[str, Any],
    passes: Passes,
    model: Model,
    scope: Scope | None,
    arrays: Mapping[str, Any] | None,
    forms: Mapping[str, Form] | None,
) -> LayerAdapter:
    """A layer with everything that is said of it; raises ValueError as ``layer``."""
    known = declared(adapter, given, model, scope, CAPABILITIES, arrays=arrays, forms=forms)
    soundly(model, known["claim"])
    known["model"] = model = formed(known["model"], forms or {})
    claim = known["claim"]
    known["claim"] = replace(claim, departures=(*claim.departures, *in_words(model)))
    return LayerAdapter(**known, passes=passes, layout=layout_of(model, arrays))


def as_layer(engine: ModelAdapter, passes: Passes) -> LayerAdapter:
    """Two passes as a layer of another adapter's engine, in the model's layout, where that runs."""
    return LayerAdapter(
        model=engine.model,
        claim=engine.claim,
        source=engine.source,
        passes=passes,
        layout=layout_of(engine.model, None),
        place=engine.place,
    )


def of_library(
    passes: Passes,
    source: AdapterCall,
    scope: Scope | None,
    arrays: Mapping[str, Any] | None,
    forms: Mapping[str, Form] | None,
    watching: Watching | None,
    **capabilities: Any,
) -> LayerAdapter:
    """The layer of the two ``passes`` that a library makes of a function.

    ``source``: how a program creates it. ``capabilities``: those in which it differs from other layers.
    """
    model = source.model
    check_given(model)
    made = _described(source.adapter, source.given, passes, model, scope, arrays, forms)
    offered = replace(made.claim.capabilities, chunks=False, own=False, **capabilities)
    resolved(scope, model, offered)
    return replace(
        made,
        claim=replace(made.claim, capabilities=offered),
        source=replace(source, departures=made.source.departures),
        watching=watching,
    )


def lengths_of(case: Case) -> Array:
    """The end of each record: (N,) integers."""
    return np.array(case.lengths or (case.steps,) * case.records)


def _three(returned: Any, whose: str, needed: str) -> tuple[Any, Any, Any]:
    if not isinstance(returned, tuple) or len(returned) != 3:
        count = f" of {len(returned)}" if isinstance(returned, tuple) else ""
        raise InvalidAnswer(f"{whose} returned a {type(returned).__name__}{count}, needed ({needed})")
    return returned


def _missing(block: str, layout: Layout, gradients: Mapping[Any, Any], whose: str) -> None:
    """Raises InvalidAnswer for a missing gradient, if there are some with unknown names."""
    known = {name for place in layout.places.values() for name in place.names}
    others = [repr(name) for name in gradients if name not in known]
    if others:
        needed = " and ".join(map(repr, layout.places[block].names))
        raise InvalidAnswer(
            f"the gradient of {block} is missing: {whose} has {', '.join(others)}, needed {needed}"
        )
