"""Units of a state are alike, where they are so in the model itself: their order is of no account."""

from dataclasses import replace
from functools import cache

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, Targets, dimensions_put_out, random_case
from verification.models.model import Block, Model, Use
from verification.properties.asking import ask
from verification.properties.property import About, Looked, Property
from verification.properties.trial import Trial, alike
from verification.truth import replay


def units_permute(trial: Trial) -> Looked:
    """Permuting the units of a state permutes the gradients alike, where it does so in the model itself."""
    case = trial.truth.case
    for name in unit_dimensions(case.model, _losses(case)):
        size = case.sizes[name]
        if size > 1:
            order = np.roll(np.arange(size), 1)
            answer = ask(trial.engine, _of_units(case, name, order))
            back = np.argsort(order)
            blocks = {
                key: _permuted(array, case.model.block(key), name, back)
                for key, array in answer.blocks.items()
            }
            yield from alike(blocks, trial)


@cache
def unit_dimensions(model: Model, losses: str) -> tuple[str, ...]:
    """The dimensions of states whose entries are alike: permuted, everything is permuted alike.

    ``losses`` as of ``random_case``: units that a target tells apart are not alike.
    """
    names = dict.fromkeys(name for block in model.of(Use.STATE) for name in block.dimensions)
    return tuple(name for name in names if _are_alike(model, name, losses))


def _are_alike(model: Model, name: str, losses: str) -> bool:
    sizes = {each: 4 + i for i, each in enumerate(model.dimensions)}
    dtype = np.complex128 if model.complex else np.float64
    case = random_case(model, np.random.default_rng(0), sizes, 2, 2, dtype, losses=losses)
    order = np.roll(np.arange(sizes[name]), 1)
    shuffled, truth = replay.gradient(_of_units(case, name, order)), replay.gradient(case)
    return all(
        np.allclose(shuffled[key], _permuted(array, model.block(key), name, order))
        for key, array in truth.items()
    )


def _losses(case: Case) -> str:
    return "every" if isinstance(case.objective, Targets) else "cotangents"


def _of_units(case: Case, name: str, order: Array) -> Case:
    """The case with the entries of a dimension in another order."""
    blocks = {key: _permuted(array, case.model.block(key), name, order) for key, array in case.blocks.items()}
    states = case.model.of(Use.STATE)
    objective = case.objective
    if isinstance(objective, Cotangents):
        state = tuple(
            _along(array, block.dimensions, name, order)
            for array, block in zip(objective.state, states, strict=True)
        )
        outputs = _along(objective.outputs, dimensions_put_out(case.model), name, order)
        objective = Cotangents(outputs, state)
    return replace(case, blocks=blocks, objective=objective)


def _permuted(array: Array, block: Block, name: str, order: Array) -> Array:
    """A block with the entries of a dimension in another order."""
    return _along(array, block.dimensions, name, order)


def _along(array: Array, dimensions: tuple[str, ...], name: str, order: Array) -> Array:
    """The array with the entries of a dimension in another order, in each part that an axis stacks."""
    for i, dimension in enumerate(dimensions):
        if dimension == name:
            axis = array.ndim - len(dimensions) + i
            parts = array.shape[axis] // len(order)
            whole = (np.arange(parts)[:, None] * len(order) + order).ravel()
            array = np.take(array, whole, axis=axis)
    return array


UNITS_PERMUTE = Property(
    "units permute",
    "units of the state in another order change nothing but their place",
    About.CONDUCT,
    units_permute,
)
