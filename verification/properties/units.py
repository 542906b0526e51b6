"""Units of a state are interchangeable, where the model's are: their order does not matter."""

from dataclasses import replace
from functools import cache

import numpy as np

from verification.models.arrays import Array
from verification.models.axes import Axis, Sizes, read
from verification.models.case import Case, Cotangents, Targets, of_each_output, random_case
from verification.models.model import Model, Use
from verification.properties.calling import run_case
from verification.properties.property import About, Checked, Property
from verification.properties.trial import Trial, alike
from verification.truth import replay


def units_permute(trial: Trial) -> Checked:
    """Permuting the units of a state permutes the gradients alike, if it does so in the model itself."""
    case = trial.truth.case
    for name in unit_dimensions(case.model, _losses(case)):
        size = case.sizes[name]
        if size > 1:
            order = np.roll(np.arange(size), 1)
            answer = run_case(trial.engine, _of_units(case, name, order))
            back = np.argsort(order)
            blocks = {
                key: _along(array, case.model.block(key).axes, case.sizes, name, back)
                for key, array in answer.blocks.items()
            }
            yield from alike(blocks, trial)


@cache
def unit_dimensions(model: Model, losses: str) -> tuple[str, ...]:
    """The dimensions of states with interchangeable entries: permuting them permutes everything alike.

    ``losses`` as of ``random_case``: units with targets of their own are not interchangeable.
    """
    return tuple(name for name in model.dimensions_of(Use.STATE) if _are_alike(model, name, losses))


def _are_alike(model: Model, name: str, losses: str) -> bool:
    sizes = {each: 4 + i for i, each in enumerate(model.dimensions)}
    dtype = np.complex128 if model.complex else np.float64
    case = random_case(model, np.random.default_rng(0), sizes, 2, 2, dtype, losses=losses)
    order = np.roll(np.arange(sizes[name]), 1)
    shuffled, truth = replay.gradient(_of_units(case, name, order)), replay.gradient(case)
    return all(
        np.allclose(shuffled[key], _along(array, model.block(key).axes, sizes, name, order))
        for key, array in truth.items()
    )


def _losses(case: Case) -> str:
    return "every" if isinstance(case.objective, Targets) else "cotangents"


def _of_units(case: Case, name: str, order: Array) -> Case:
    """The case with the entries of a dimension in another order."""
    sizes, states = case.sizes, case.model.of(Use.STATE)
    blocks = {
        key: _along(array, case.model.block(key).axes, sizes, name, order)
        for key, array in case.blocks.items()
    }
    objective = case.objective
    if isinstance(objective, Cotangents):
        state = tuple(
            _along(array, block.axes, sizes, name, order)
            for array, block in zip(objective.state, states, strict=True)
        )
        outputs = of_each_output(case, lambda array, axes: _along(array, axes, sizes, name, order))
        objective = Cotangents(outputs, state)
    return replace(case, blocks=blocks, objective=objective)


def _along(array: Array, axes: tuple[Axis, ...], sizes: Sizes, name: str, order: Array) -> Array:
    """The array with the entries of a dimension in another order, in each part that an axis stacks."""
    lead = array.ndim - len(axes)
    for i, axis in enumerate(axes, start=lead):
        factor, names = read(axis)
        if name in names:
            apart = array.reshape(*array.shape[:i], factor, *(sizes[n] for n in names), *array.shape[i + 1 :])
            array = np.take(apart, order, axis=i + 1 + names.index(name)).reshape(array.shape)
    return array


UNITS_PERMUTE = Property(
    "units permute",
    "units of the state in another order change nothing but their place",
    About.CONDUCT,
    units_permute,
)
