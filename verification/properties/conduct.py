"""Conduct: how an engine treats arrays that it does not own, and whether one call affects another."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Apart, Case, as_given, in_domains
from verification.models.layouts import in_words, laid_out
from verification.models.model import PARAMETERS, Use
from verification.processes.invalid import InvalidAnswer
from verification.properties.calling import afresh, relaid, rng_of, run_case, run_uncopied
from verification.properties.engine import Answer, Engine
from verification.properties.property import About, Alone, Checked, Property
from verification.properties.trial import Trial, agreement, said, saying
from verification.sampling.mixed import ways

# Memory layouts for all arrays: one for each way in which any array's layout can change.
OTHERWISE = ("read-only", "Fortran order", "a gap after each number", "backwards")

# Of an array of more numbers those in its middle stay as well where others change: of fewer all would.
MIDDLE = 8

# How many cases are checked in which each array has a layout of its own.
WAYS = 6


def inputs_stay(trial: Trial) -> Checked:
    """No given array is changed, and no answer is a view of one."""
    given, before = afresh(trial.truth.case), _arrays(trial.truth.case)
    writeable = {name: array.flags.writeable for name, array in _arrays(given).items()}
    answer = run_uncopied(trial.engine, given)
    trial.engine.place.look()
    for name, array in _arrays(given).items():
        changed = not np.array_equal(array, before[name])
        wrong = f"{name} is changed in place" if changed else None
        if array.flags.writeable != writeable[name]:
            wrong = f"{name} is made {'read-only' if writeable[name] else 'writeable'}"
        for part, got in answer.parts().items():
            if np.may_share_memory(got, array):
                wrong = f"{part} is a view of {name}"
        yield name, wrong, trial.some


def _arrays(case: Case) -> dict[str, Array]:
    given = as_given(case)
    return {**given.blocks, **given.objective.arrays()}


def second_call(trial: Trial) -> Checked:
    """After a call for another problem the same call is still right, and the first answer is unchanged."""
    engine, truth, first = trial.engine, trial.truth, trial.answer
    kept = copied(first)
    run_case(engine, in_domains(relaid(truth.case, np.negative)))
    engine.place.look()
    for name, wrong in changed_since(first, kept):
        yield name, wrong, trial.some
    yield from agreement(run_case(engine, truth.case), truth)


def copied(answer: Answer) -> dict[str, Array]:
    """A copy of each part of an answer, by name."""
    return {name: part.copy() for name, part in {**answer.forward, **answer.blocks}.items()}


def changed_since(answer: Answer, kept: Mapping[str, Array]) -> Iterator[tuple[str, str | None]]:
    """For each part of an answer, whether a second call changed it, compared with the copies."""
    for name, part in {**answer.forward, **answer.blocks}.items():
        changed = not np.array_equal(part, kept[name], equal_nan=True)
        clause = name if name in answer.forward else f"d_{name}"
        yield name, f"{clause} of the first call is changed by a second one" if changed else None


def reused_arrays(trial: Trial) -> Checked:
    """A call is right in arrays whose numbers have all changed before, and then in part.

    An optimiser changes all weights, or some rows of them, or leaves those that are frozen.
    """
    case = replace(trial.truth.case, layouts={})
    other = in_domains(relaid(case, np.negative))
    answer = in_arrays_of(trial.engine, other, in_part(case, other), case)
    kept = "it keeps what it computed for arrays that have changed since"
    yield from said(kept, agreement(answer, trial.truth))


def in_arrays_of(engine: Engine, before: Case, *cases: Case) -> Answer:
    """The answer to the last of the cases, each in the very arrays of the one that was run before it."""
    given = afresh(before)
    answer = run_uncopied(engine, given)
    for case in cases:
        engine.place.look()
        now = _arrays(case)
        for name, array in _arrays(given).items():
            if not array.flags.writeable:
                raise InvalidAnswer(f"{name} is made read-only, and cannot be changed after a call")
            np.copyto(array, now[name])
        answer = run_uncopied(engine, given)
    return answer


def in_part(case: Case, other: Case) -> Case:
    """The case, of which some arrays, and numbers inside of others, are those of another one.

    Who looks at the first, a middle or the last number of an array does not see that.
    """
    case, rng, theirs = as_given(case), rng_of(case), _arrays(other)

    def mixed(name: str, array: Array) -> Array:
        whole = rng.integers(4) == 0
        chosen = np.array(rng.integers(2, size=() if whole else array.shape))
        if not whole:
            middle = [(array.size - 1) // 2, array.size // 2] if array.size > MIDDLE else []
            chosen.flat[[0, *middle, -1]] = 0
        return np.where(chosen, theirs[name], array)

    blocks = {name: mixed(name, array) for name, array in case.blocks.items()}
    names = iter(case.objective.arrays())
    objective = case.objective.replaced(lambda array: mixed(next(names), array))
    return in_domains(replace(case, blocks=blocks, objective=objective))


def order_of_names(trial: Trial) -> Checked:
    """Dicts whose names come in another order, drawn by chance, give the same."""
    case, rng = as_given(trial.truth.case), rng_of(trial.truth.case)
    objective = case.objective
    dicts = {"parameters": case.named(*PARAMETERS), "inputs": case.named(Use.INPUT)}
    dicts |= {"outputs": tuple(objective.by_name)} if isinstance(objective, Apart) else {}
    other = {what: _in_other_order(names, rng) for what, names in dicts.items() if len(names) > 1}
    if not other:
        return
    # Of a dict a name has the place at which it comes first.
    order = (*other.get("parameters", ()), *other.get("inputs", ()), *case.blocks)
    if isinstance(objective, Apart):
        by_name = {name: objective.by_name[name] for name in other.get("outputs", dicts["outputs"])}
        objective = Apart(objective.outputs, objective.state, by_name)
    how = "with " + ", ".join(f"{what} in the order {', '.join(names)}" for what, names in other.items())
    with saying(how):
        reordered = replace(case, blocks={name: case.blocks[name] for name in order}, objective=objective)
        answer = run_case(trial.engine, reordered)
    yield from said(how, agreement(answer, trial.truth))


def _in_other_order(names: tuple[str, ...], rng: np.random.Generator) -> tuple[str, ...]:
    """The same names, of which there are several, in any order but their own."""
    while (order := tuple(map(str, rng.permutation(names)))) == names:
        pass
    return order


def memory_layout(trial: Trial) -> Checked:
    """Read-only, Fortran-ordered, strided and reversed arrays give the same gradient, within the bound.

    All arrays have one layout, or each a layout of its own; a large case is run once, with the latter.
    """
    for how, case in _otherwise(trial):
        otherwise = f"with arrays laid out otherwise ({how})"
        with saying(otherwise):
            answer = run_uncopied(trial.engine, case)
        yield from said(otherwise, agreement(answer, trial.truth))


def _otherwise(trial: Trial) -> Iterator[tuple[str, Case]]:
    """The layout in words, and the case with arrays that have it."""
    case = trial.truth.case
    for how in () if trial.truth.large else OTHERWISE:
        yield how, relaid(case, partial(laid_out, layout=how))
    # Different numbers get different layouts, equal numbers always the same.
    rng = rng_of(case)
    for _ in range(1 if trial.truth.large else WAYS):
        apart = replace(case, layouts=ways(case, trial.engine.claim, rng))
        yield in_words(apart.layouts, len(_arrays(case))), afresh(apart)


INPUTS_STAY = Property(
    "inputs stay",
    "no array that is given is changed, and no answer is a view of one",
    About.CONDUCT,
    inputs_stay,
)
SECOND_CALL = Property(
    "second call",
    "a call after another one is as right, and leaves the first one's answer as it was",
    About.CONDUCT,
    second_call,
)
REUSED_ARRAYS = Property(
    "reused arrays",
    "in arrays whose numbers, or some of them, were changed in place since the last call, a call is as right",
    About.CONDUCT,
    reused_arrays,
)
ORDER_OF_NAMES = Property(
    "order of names",
    "parameters, inputs and cotangents come by name: dicts in another order give the same",
    About.CONDUCT,
    order_of_names,
    alone=Alone("conduct", "in the model's order it is right; names are to be looked up, and not counted"),
)
MEMORY_LAYOUT = Property(
    "memory layout",
    "read-only arrays, other orders and gaps give the same, within the bound",
    About.CONDUCT,
    memory_layout,
    of_large=True,
)
