"""Units of a state are interchangeable, where the model's are: their order does not matter."""

from functools import cache

import numpy as np

from verification.models.axes import taken
from verification.models.case import Case, Targets, random_case
from verification.models.model import Model, Use
from verification.properties.calling import run_case
from verification.properties.property import About, Checked, Property
from verification.properties.trial import Trial, alike
from verification.sampling.simpler import of_entries
from verification.truth import replay


def units_permute(trial: Trial) -> Checked:
    """Permuting the units of a state permutes the gradients alike, if it does so in the model itself."""
    case = trial.truth.case
    for name in unit_dimensions(case.model, _losses(case)):
        size = case.sizes[name]
        if size > 1:
            order = np.roll(np.arange(size), 1)
            answer = run_case(trial.engine, of_entries(case, name, order))
            back = np.argsort(order)
            blocks = {
                key: taken(array, case.model.block(key).axes, case.sizes, name, back)
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
    sizes = model.at_most({each: 4 + i for i, each in enumerate(model.dimensions)})
    dtype = np.complex128 if model.complex else np.float64
    case = random_case(model, np.random.default_rng(0), sizes, 2, 2, dtype, losses=losses)
    order = np.roll(np.arange(sizes[name]), 1)
    shuffled, truth = replay.gradient(of_entries(case, name, order)), replay.gradient(case)
    return all(
        np.allclose(shuffled[key], taken(array, model.block(key).axes, sizes, name, order))
        for key, array in truth.items()
    )


def _losses(case: Case) -> str:
    return "every" if isinstance(case.objective, Targets) else "cotangents"


UNITS_PERMUTE = Property(
    "units permute",
    "units of the state in another order change nothing but their place",
    About.CONDUCT,
    units_permute,
)
