"""The door for a layer: a forward over a sequence, and a backward that takes cotangents.

    forward(params, xs, state) -> outputs, state, saved
    backward(saved, d_outputs, d_state) -> d_params, d_xs, d_state

``params`` is a dict of the model's STEP blocks by name. xs (N, T, D), or a dict of arrays by name where a
model has several INPUT blocks. ``state`` is a tuple of arrays (N, …), one for each STATE block, and so is
what comes back for it. ``outputs`` (N, T, …) is the first state array after each step. There is no loss: what
is differentiated is L = Σ ⟨d_outputs, outputs⟩ + Σ ⟨d_state, final state⟩.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnn.arrays import Array
from verification.asked.case import Case, Cotangents
from verification.asked.model import Model, Use
from verification.asked.scope import Claim, Scope, narrowed, resolved
from verification.doors.layout import Layout, layout_of
from verification.judging.engine import InvalidAnswer
from verification.judging.run import Judgement, Profile, Progress, judge
from verification.truth.expectation import final_of
from verification.truth.soundness import check

Forward = Callable[[dict[str, Array], Any, tuple[Array, ...]], Any]
Backward = Callable[[Any, Array, tuple[Array, ...]], Any]


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer with its model, its claim and the layout of its arrays. ``verify`` takes it."""

    forward: Forward
    backward: Backward
    model: Model
    claim: Claim
    layout: Layout

    def answer(self, case: Case) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """What the layer says of a case, in the model's layout."""
        params, xs, state, d_outputs, d_state = self._arguments(case)
        states = self.model.of(Use.STATE)
        outputs, final, saved = _three(self.forward(params, xs, state), "forward", "outputs, state, saved")
        final = _tuple("forward's state", final, len(states))
        d_params, d_xs, d_initial = _three(
            self.backward(saved, d_outputs, d_state), "backward", "d_params, d_xs, d_state"
        )
        blocks = self._read(d_params, d_xs)
        claimed = [block for block in states if block.name in self.claim.blocks]
        if claimed:
            d_initial = _tuple("backward's d_state", d_initial, len(states))
            blocks |= {block.name: (d,) for block, d in zip(states, d_initial, strict=True)}
        if isinstance(outputs, np.ndarray) and outputs.ndim > 1:
            outputs = self.layout.by_record(outputs)
        forward = {"outputs": outputs}
        forward |= {final_of(block): array for block, array in zip(states, final, strict=True)}
        return forward, blocks

    def _arguments(self, case: Case) -> tuple[dict[str, Array], Any, tuple[Array, ...], Array, Any]:
        """What forward and backward are given."""
        params: dict[str, Array] = {}
        for block in self.model.of(Use.STEP):
            params |= self.layout.places[block.name].given(case.blocks[block.name])
        inputs = {
            name: self.layout.by_record(array)
            for block, given in case.inputs.items()
            for name, array in self.layout.places[block].given(given).items()
        }
        xs = inputs if len(inputs) > 1 else next(iter(inputs.values()))
        objective = case.objective
        assert isinstance(objective, Cotangents)  # of a layer
        return params, xs, case.state, self.layout.by_record(objective.outputs), objective.state

    def _read(self, d_params: Any, d_xs: Any) -> dict[str, tuple[Any, ...]]:
        """The gradients of STEP and INPUT blocks, in the model's layout, as far as they are claimed."""
        claimed = self.claim.blocks
        inputs = self.model.of(Use.INPUT)
        if any(block.name in claimed for block in self.model.of(Use.STEP)):
            _dict("backward's d_params", d_params)
        if len(inputs) == 1:
            d_xs = dict.fromkeys(self.layout.places[inputs[0].name].names, d_xs)
        elif any(block.name in claimed for block in inputs):
            _dict("backward's d_xs", d_xs)
        read: dict[str, tuple[Any, ...]] = {}
        for block in self.model.of(Use.STEP, Use.INPUT):
            if block.name in claimed:
                of_inputs = block.use is Use.INPUT
                parts = self.layout.places[block.name].read(d_xs if of_inputs else d_params)
                if of_inputs and isinstance(parts[0], np.ndarray) and parts[0].ndim > 1:
                    parts = [self.layout.by_record(parts[0])]
                read[block.name] = tuple(parts)
        return read

    def program(self, case: Case, part: str, want: Array, bound: float, property_: str) -> str:
        """A program that calls the layer as a property does, and fails where the part is wrong.

        What adds up or permutes over records is shown by one call alone, which need not fail.
        """
        arguments = zip(ARGUMENTS.split(", "), self._arguments(case), strict=True)
        made = "".join(f"{name} = {_code(value)}\n" for name, value in arguments)
        imported = "".join(
            f"from {module} import {name} as {alias}\n" if name != alias else f"from {module} import {name}\n"
            for alias, function in (("backward", self.backward), ("forward", self.forward))
            for module, name in (_place_of(function),)
        )
        return PROGRAM.format(
            imported=imported,
            made=made,
            part=self._expression(part),
            want=_code(self._theirs(part, want)),
            bound=repr(float(bound)),
            arguments=ARGUMENTS,
            calls=CALLS.get(property_, CALLS[""]),
        )

    def _expression(self, part: str) -> str:
        """What the program calls the part of the answer."""
        if part == "outputs":
            return "outputs"
        for i, block in enumerate(self.model.of(Use.STATE)):
            if part == final_of(block):
                return f"final[{i}]"
            if part == block.name:
                return f"d_initial[{i}]"
        block = self.model.block(part)
        name = self.layout.places[part].names[0]
        if block.use is Use.STEP:
            return f"d_params[{name!r}]"
        return "d_xs" if len(self.model.of(Use.INPUT)) == 1 else f"d_xs[{name!r}]"

    def _theirs(self, part: str, want: Array) -> Array:
        """The truth of the part, as the engine has it."""
        place = self.layout.places.get(part)
        if place is not None and self.model.block(part).use is Use.STEP:
            # The gradient of each of two biases is that of their sum.
            return next(
                iter(type(place)(place.names[:1], place.transposed, place.order).given(want).values())
            )
        return self.layout.by_record(want) if place is not None or part == "outputs" else want

    def judged(
        self,
        profile: Profile,
        *,
        model: Model | None = None,
        scope: Scope | None = None,
        seed: int = 0,
        progress: Progress | None = None,
    ) -> Judgement:
        """The verdict on it, within a scope that may be narrower than its own."""
        if model is not None and model is not self.model:
            raise ValueError(f"model: {model.name}, needed the layer's own, {self.model.name}")
        return judge(
            Layer(
                self.forward, self.backward, self.model, narrowed(self.claim, scope, self.model), self.layout
            ),
            profile,
            seed=seed,
            progress=progress,
        )


# What forward takes, and backward.
ARGUMENTS = "params, xs, state, d_outputs, d_state"

PROGRAM = """import numpy as np
{imported}
{made}want = {want}


def check(*arguments):
    {arguments} = arguments
    outputs, final, saved = forward(params, xs, state)
    d_params, d_xs, d_initial = backward(saved, d_outputs, d_state)
    got = {part}
    assert np.max(np.abs(got - want)) <= {bound}, got - want


arguments = ({arguments})
{calls}"""

EACH = """

def each(change, value):
    if isinstance(value, dict):
        return {name: each(change, array) for name, array in value.items()}
    return tuple(each(change, array) for array in value) if isinstance(value, tuple) else change(value)


"""

# How a program calls ``check``, by property: once, or as the property does.
CALLS = {
    "": "check(*arguments)\n",
    "inputs stay": EACH
    + """before = each(np.copy, arguments)
outputs, final, saved = forward(*arguments[:3])
backward(saved, *arguments[3:])
assert repr(before) == repr(arguments), "an array that was given is changed"
""",
    "second call": EACH
    + """check(*arguments)
outputs, final, saved = forward(*each(np.negative, arguments[:3]))
backward(saved, *each(np.negative, arguments[3:]))
check(*arguments)
""",
    "memory layout": EACH
    + """def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


check(*each(read_only, arguments))
check(*each(np.asfortranarray, arguments))
check(*each(lambda array: np.repeat(array, 2, axis=-1)[..., ::2], arguments))
check(*each(lambda array: array[::-1].copy()[::-1], arguments))
""",
}


def layer(
    forward: Forward,
    backward: Backward,
    *,
    model: Model,
    scope: Scope | None = None,
    arrays: Mapping[str, Any] | None = None,
) -> Layer:
    """A layer, to be given to ``verify``.

    ``scope``: what it claims to do; by default the full gradient of every block, the first function of each
    role, float32 and float64 (both complex types for a complex model), any initial state. ``arrays``: where
    its arrays differ from the model's, see ``verification.doors.layout``. Raises ValueError, in one line, for
    a model that nobody can be judged by, a scope that claims nothing, or arrays that are none of the model's;
    TypeError for what is no function or no model.
    """
    for name, function in (("forward", forward), ("backward", backward)):
        if not callable(function):
            raise TypeError(f"{name}: {function!r}, needed a function")
    if not isinstance(model, Model):
        raise TypeError(f"model: {model!r}, needed a verification.Model, as verification.models.lstm")
    check(model)
    return Layer(forward, backward, model, resolved(scope, model), layout_of(model, arrays))


def _three(returned: Any, whose: str, needed: str) -> tuple[Any, Any, Any]:
    if not isinstance(returned, tuple) or len(returned) != 3:
        count = f" of {len(returned)}" if isinstance(returned, tuple) else ""
        raise InvalidAnswer(f"{whose} returned a {type(returned).__name__}{count}, needed ({needed})")
    return returned


def _tuple(what: str, given: Any, count: int) -> tuple[Any, ...]:
    if not isinstance(given, tuple | list) or len(given) != count:
        number = f" of {len(given)}" if isinstance(given, tuple | list) else ""
        raise InvalidAnswer(f"{what} is a {type(given).__name__}{number}, needed a tuple of {count}")
    return tuple(given)


def _dict(what: str, given: Any) -> None:
    if not isinstance(given, Mapping):
        raise InvalidAnswer(f"{what} is a {type(given).__name__}, needed a dict by name")


def _place_of(function: Any) -> tuple[str, str]:
    """Module and name of a function, by which a program can import it."""
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", "")
    if module == "__main__":
        module = Path(getattr(sys.modules["__main__"], "__file__", None) or "engine.py").stem
    if module is None or not name.isidentifier():
        return "engine  # your own module", getattr(function, "__name__", "function")
    return module, name


def _code(value: Any) -> str:
    """An expression for arrays, in dicts and tuples, exact to the bit."""
    if isinstance(value, dict):
        entries = "".join(f"    {name!r}: {_code(array)},\n" for name, array in value.items())
        return f"{{\n{entries}}}" if entries else "{}"
    if isinstance(value, tuple):
        return f"({' '.join(f'{_code(array)},' for array in value)})"
    if value.dtype in (np.dtype(np.longdouble), np.dtype(np.clongdouble)):
        # Of a truth: as many digits as a program can be read with.
        value = value.astype(np.complex128 if np.iscomplexobj(value) else np.float64)
    return f"np.array({value.tolist()!r}, dtype=np.{value.dtype.name})"
