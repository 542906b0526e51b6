"""What can be seen in a case: its kind, zeros and patterns, of all blocks or of the one that matters."""

from collections.abc import Iterator

import numpy as np

from verification.models import layouts
from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, name_of
from verification.models.model import Block, Use
from verification.models.truncation import kind_of
from verification.sampling.conditions import is_square


def numbers_in_words(case: Case, name: str) -> str:
    """Of a block, the cotangents or the targets: what is seen first, or that their numbers matter."""
    words = next(_seen(case, name), "")
    return f"where {words}" if words else f"with these numbers of {name}"


def facts(case: Case) -> Iterator[str]:
    """What is seen in a case, in words, the most particular first: of its kind, and of every block."""
    yield f"in {name_of(case.dtype)}"
    yield f"under {case.truncation}"
    yield f"under {kind_of(case.truncation)}"
    yield from (f"with {role} {function.name}" for role, function in case.chosen.items())
    if case.chunk is not None:
        yield f"in chunks of {case.chunk}"
    if case.lengths is not None:
        yield "where records end early"
    if case.layouts:
        yield f"with {layouts.in_words(case.layouts, len(case.blocks) + len(case.objective.arrays()))}"
    for name in case.blocks:
        yield from (f"where {words}" for words in _of_block(case.model.block(name), case.blocks[name]))
    if isinstance(case.objective, Cotangents):
        yield from (f"where {words}" for words in _of_cotangents(case.objective))


def _seen(case: Case, name: str) -> Iterator[str]:
    if name in case.blocks:
        yield from _of_block(case.model.block(name), case.blocks[name])
    elif isinstance(case.objective, Cotangents):
        yield from _of_cotangents(case.objective)


def _of_block(block: Block, array: Array) -> Iterator[str]:
    name = block.name
    if block.below is not None:
        # Of whole numbers it says nothing that they are such, or not below 0.
        if array.size > 1 and np.all(array == array.flat[0]):
            yield f"all numbers of {name} are alike"
        if len(np.unique(array)) < array.size:
            yield f"a number of {name} is there more than once"
        return
    if not array.any():
        yield f"{name} is 0"
    if block.use in (Use.INPUT, Use.STATE) and _rows_of_zeros(array.reshape(len(array), -1)):
        yield f"a record of {name} is 0"
    if block.use is Use.INPUT and _rows_of_zeros(array.reshape(*array.shape[:2], -1)):
        yield f"a step of {name} is 0"
    elif is_square(block):
        parts = [part for part in np.split(array, len(array) // array.shape[1]) if len(part) > 1]
        if parts and all(np.array_equal(part, np.diag(np.diag(part))) for part in parts):
            yield f"{name} is diagonal"
        if parts and all(np.array_equal(part, part.T) for part in parts):
            yield f"{name} is symmetric"
    if (
        array.ndim
        and np.isin(array, (0, 1)).all()
        and np.all(array.reshape(-1, array.shape[-1]).sum(axis=1) == 1)
    ):
        yield f"{name} is one-hot"
    if np.array_equal(array, np.round(array)):
        yield f"{name} is of whole numbers"
    if array.size > 1 and np.all(array == array.flat[0]):
        yield f"all numbers of {name} are alike"
    if not array.all():
        yield f"some numbers of {name} are 0"
    if np.isrealobj(array) and array.size > 1 and (np.all(array >= 0) or np.all(array <= 0)):
        yield f"{name} has one sign"


def _of_cotangents(objective: Cotangents) -> Iterator[str]:
    outputs = objective.outputs
    if not outputs.any():
        yield "no output has a cotangent"
    if not any(array.any() for array in objective.state):
        yield "the final state has no cotangent"
    records = np.array([array.reshape(len(array), -1).any(axis=1) for array in objective.arrays().values()])
    if not records.any(axis=0).all():
        yield "a record has no cotangent"
    if not outputs.any():
        return
    if outputs.ndim > 2 and not outputs.any(axis=(0, 1)).all():
        yield "a unit of the outputs has no cotangent"
    if not outputs.swapaxes(0, 1).reshape(outputs.shape[1], -1).any(axis=1).all():
        yield "the outputs of a step have no cotangent"


def _rows_of_zeros(array: Array) -> bool:
    """Is there any along the last axis?"""
    return not array.any(axis=-1).all()
