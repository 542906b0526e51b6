"""A stored call of a training run as a case of the model, and its answer as that of a layer."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from verification.adapters.calls import StoredCall, read
from verification.adapters.given import unchanged
from verification.adapters.packed import Packing
from verification.adapters.parameters import together
from verification.adapters.trees import Tree, each, named
from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, side_by_side
from verification.models.layouts import layout_of
from verification.models.model import Block, Use
from verification.processes.place import Passes
from verification.properties.training import Recorded
from verification.sampling.admitting import admits
from verification.sampling.draws import some_truncation


def name_of(layer: Any) -> str:
    """The owner of a call: the model, and how the layer's arrays differ from it."""
    described = dict(layer.layout.described)
    return f"{layer.model.name} with arrays {described!r}" if described else layer.model.name


def recorded(layer: Any, path: Path, data: bytes | None = None) -> Recorded | None:
    """A stored call for a layer; None if the layer does not claim it.

    Raises ValueError, in one line, for a file that is broken, or belongs to another layer.
    """
    call = read(path, data)
    if call.of != name_of(layer):
        raise ValueError(f"{path}: a call of {call.of}, needed {name_of(layer)}")
    try:
        return _Reading(layer, call).recorded(path)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"{path}: {error}, needed arrays of {call.of}") from error


class _Reading:
    """A layer's arrays in the model's layout."""

    def __init__(self, layer: Any, call: StoredCall) -> None:
        self._layer, self._call, self._claim = layer, call, layer.claim
        ends = call.arrays["ends"]
        lengths = np.diff(ends[0]) if self._claim.packed else ends[0] if ends else ()
        self._lengths = tuple(int(length) for length in lengths)
        # Joined, if a module stores its gates separately.
        self._params, self._d_params = (
            together(call.arrays[role], layer.model, layer.layout) for role in ("params", "d_params")
        )

    def recorded(self, path: Path) -> Recorded | None:
        """The call as a case with its answer."""
        layer, call, claim = self._layer, self._call, self._claim
        case = self._case(f"engine.recorded({str(path)!r})")
        if not admits(replace(claim, compiled=False), case):
            return None
        outputs, d_xs = self._afresh("outputs"), self._afresh("d_xs")
        gradients = (self._d_params, d_xs, call.arrays["d_state"])
        final = call.arrays["final"]
        passes = (
            lambda *given, **chunk: (outputs, final, None),
            lambda saved, d_outputs, d_state: gradients,
        )
        answering = replace(
            layer,
            passes=Passes(unchanged, passes),
            claim=claim if call.wanted else replace(claim, blocks=self._wanted(gradients)),
        )
        again = f", backward {call.backward}" if call.backward > 1 else ""
        return Recorded(f"call {call.number}{again} of the training", case, answering, call.changed)

    def _case(self, source: str) -> Case:
        layer, call, claim = self._layer, self._call, self._claim
        model, arrays = layer.model, call.arrays
        inputs = arrays["xs"]
        if not isinstance(inputs, Mapping):
            inputs = {layer.layout.places[block.name].names[0]: inputs for block in model.of(Use.INPUT)}
        blocks = {block.name: self._block(block, self._params) for block in model.of(Use.STEP)}
        for block in model.of(Use.INPUT):
            blocks[block.name] = self._by_record(self._block(block, inputs))
        states = model.of(Use.STATE)
        blocks |= {block.name: array for block, array in zip(states, arrays["state"], strict=True)}
        outputs = arrays["d_outputs"]
        if isinstance(outputs, Mapping):
            outputs = side_by_side({name: self._by_record(outputs[name]) for name in model.output})
        else:
            outputs = self._by_record(outputs)
        ends = arrays["d_final"] or (None,) * len(states)
        final = tuple(
            np.zeros_like(blocks[block.name]) if d is None else d
            for block, d in zip(states, ends, strict=True)
        )
        lengths, steps = self._lengths, next(iter(model.of(Use.INPUT)))
        case = Case(
            model,
            blocks,
            Cotangents(outputs, final),
            functions={role: names[0] for role, names in claim.functions.items()},
            chunk=call.chunk or claim.chunk,
            lengths=lengths if {*lengths} - {blocks[steps.name].shape[1]} else None,
            least=claim.least,
            source=source,
        )
        if "Full" not in claim.truncations:
            case = replace(case, truncation=some_truncation(claim.truncations[0]))
        _check(case)
        each_array = {**case.blocks, **case.objective.arrays()}
        layouts = {name: words for name, a in each_array.items() if (words := layout_of(a)) is not None}
        return replace(case, layouts={} if "views" in claim.declines else layouts)

    def _block(self, block: Block, arrays: Mapping[str, Any]) -> Array:
        place = self._layer.layout.places[block.name]
        parts = place.read(arrays)
        if any(part is None for part in parts):
            raise ValueError(f"no {' and '.join(place.names)}")
        # A transposed block is given in an array of its own.
        whole: Array = parts[0] if len(parts) == 1 else parts[0] + parts[1]
        return np.ascontiguousarray(whole) if place.transposed else whole

    def _by_record(self, array: Array) -> Array:
        """An engine's (N, T, …), packed or not, in the model's layout."""
        read: Array = self._layer.layout.by_record(array)
        if not self._claim.packed:
            return read
        longest, starts = max(self._lengths), np.cumsum((0, *self._lengths))
        apart = np.zeros((len(self._lengths), longest, *read.shape[2:]), read.dtype)
        for record, length in enumerate(self._lengths):
            apart[record, :length] = read[0, starts[record] : starts[record] + length]
        return apart

    def _afresh(self, role: str) -> Tree:
        """An answer as the layer would give it for the case, with the same slack after the last sequence."""
        answer = self._call.arrays[role]
        if not self._claim.packed:
            return answer
        packing, back = Packing(self._lengths, max(self._lengths)), self._layer.layout.by_record
        return each(lambda array: back(packing.given(self._by_record(array))), answer)

    def _wanted(self, gradients: tuple[Tree, Tree, Tree]) -> tuple[str, ...]:
        """The claimed blocks that have a gradient."""
        d_params, d_xs, d_state = gradients
        layout, model = self._layer.layout, self._layer.model
        there = {name for name, _ in named(d_params)}
        if isinstance(d_xs, Mapping):
            there |= {name for name, _ in named(d_xs)}
        elif d_xs is not None:
            there |= {name for block in model.of(Use.INPUT) for name in layout.places[block.name].names}
        given = [b.name for b in model.of(Use.STEP, Use.INPUT) if {*layout.places[b.name].names} <= there]
        given += [b.name for b, d in zip(model.of(Use.STATE), d_state, strict=True) if d is not None]
        return tuple(name for name in self._claim.blocks if name in given)


def _check(case: Case) -> None:
    """Raises ValueError if shapes or types do not fit one case."""
    for block in case.model.blocks:
        if block.name not in case.blocks:
            continue
        array, shape = case.blocks[block.name], block.shape_in(case.sizes, case.records, case.steps)
        if array.shape != shape:
            raise ValueError(f"{block.name} of shape {array.shape}")
        if array.dtype != case.dtype and block.below is None:
            raise ValueError(f"{block.name} in {array.dtype}, beside {case.dtype}")
