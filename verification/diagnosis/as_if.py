"""What an engine computes instead of the gradient, found among the gradients of other computations.

Each alternative is the gradient that results from one known mistake, for every block or for some. It explains
an answer if every wrong block agrees with it to many digits, and differs from the truth.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

import numpy as np

from verification.diagnosis import ways
from verification.diagnosis.alternatives import (
    Alternative,
    never_updated,
    overwritten,
    turned,
    with_carries,
    with_held,
    with_loops,
    with_slopes,
    without_carry,
)
from verification.diagnosis.coded import Coded, mistake
from verification.diagnosis.going_back import Steps
from verification.diagnosis.probe import Seen
from verification.diagnosis.words import by_part, common_factor, joined
from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, each_output_alone, final_cotangents, outputs_cotangent
from verification.models.model import Block, Use
from verification.models.tolerance import half_of_digits
from verification.models.truncation import FULL
from verification.properties.trial import CaseTruth
from verification.truth import replay
from verification.truth.comparison import near
from verification.truth.lag_table import grouped_table, lag_table


def explained(seen: Seen) -> Coded | None:
    """What explains the wrong blocks of an answer, in words that follow "as if"; or None."""
    for words, made in _of_blocks(seen):
        if _fits(seen, made(), seen.blocks):
            return words
    # What flows back is seen by every block. Where some are right, others may be made of a wrong flow alone.
    flows = _remembered(seen.truth, "flows", _of_flow)
    some = seen.blocks if all(seen.got[name].any() for name in seen.blocks) else tuple(seen.got)
    for words, made in flows:
        if _fits(seen, made(), tuple(seen.got)):
            return words
    # Where other blocks are right, a cotangent is not missing that is missing there.
    for words, made in (*_unreached(seen), *flows):
        if _fits(seen, made(), some):
            return words
    return _by_some_way(seen, tuple(seen.got))


def _remembered(
    truth: CaseTruth, name: str, alternatives: Callable[[CaseTruth], Iterator[Alternative]]
) -> Sequence[Alternative]:
    """Alternatives, each computed once: they follow from the case, and many engines are compared with them.

    A truth is remembered by how far each loss reaches, as with one step under any truncation; a full gradient
    has alternatives that a truncated one has not.
    """
    name = f"alternatives: {name}, {'full' if truth.case.truncation == FULL else 'truncated'}"
    return truth.memo.once(name, lambda: [(words, cache(made)) for words, made in alternatives(truth)])


def _by_some_way(seen: Seen, names: Sequence[str]) -> Coded | None:
    """One changed way (``ways``) that explains them; None where a common factor says as much."""
    return None if common_factor(seen) else ways.explained(seen, names, partial(_fits, seen, names=names))


def _unreached(seen: Seen) -> Iterator[Alternative]:
    """Gradients in which a final state's cotangent does not reach the wrong blocks."""
    case = seen.truth.case
    if isinstance(case.objective, Cotangents) and len(seen.blocks) < len(seen.got):
        for i, block in enumerate(case.model.of(Use.STATE)):
            words = f"the final {block.name}'s cotangent did not reach {joined(seen.blocks)}"
            yield mistake("no cotangent", words), partial(replay.gradient, _without_final(case, i))


def _without_final(case: Case, state: int) -> Case:
    """The case without the cotangent of a final state, by number."""
    left = tuple(array if i != state else 0 * array for i, array in enumerate(final_cotangents(case)))
    return replace(case, objective=Cotangents(outputs_cotangent(case), left))


def explained_alone(seen: Seen, name: str) -> Coded | None:
    """What explains one of an answer's blocks by itself, if what flows back is right; as ``explained``."""
    one = replace(seen, blocks=(name,))
    found = (words for words, made in _of_blocks(one) if _fits(one, made(), one.blocks))
    return next(found, None) or _by_some_way(one, one.blocks)


def _fits(seen: Seen, gradients: Mapping[str, Array], names: Sequence[str]) -> bool:
    """Do these blocks agree with the alternative, and does it differ from the truth in every wrong block?"""
    return all(
        name in gradients and close(seen, seen.got[name], gradients[name]) for name in names
    ) and not any(close(seen, gradients[name], seen.want(name)) for name in seen.blocks)


def close(seen: Seen, got: Array, want: Array) -> bool:
    """Do two arrays agree to half of the digits?"""
    return near(got, want, half_of_digits(seen.truth.case.dtype))


def _of_blocks(seen: Seen) -> Iterator[Alternative]:
    """Mistakes in the gradient of a single block."""
    yield from _misplaced(seen)
    yield from _remembered(seen.truth, "sums", _of_steps_and_records)


def _of_flow(truth: CaseTruth) -> Iterator[Alternative]:
    """Mistakes that change everything that flows back."""
    case, steps = truth.case, Steps.of_truth(truth)
    yield from with_held(steps)
    yield from _truncated(case)
    if isinstance(case.objective, Cotangents) and case.truncation == FULL:
        yield from _of_cotangents(case, steps)
    yield from (*without_carry(steps), *with_carries(steps), *with_slopes(steps))


def _of_cotangents(case: Case, steps: Steps) -> Iterator[Alternative]:
    """Mistakes in the use of the cotangents, for a full gradient."""
    yield from _cotangents(case)
    yield from with_loops(steps)
    if case.model.complex:
        other = replace(case, objective=case.objective.replaced(np.conj))
        for whose, given in (("autograd", case), ("JAX", other)):
            words = mistake("conjugated", f"it were conjugated, as {whose} has it")
            yield words, partial(_conjugated, given)
    yield from never_updated(steps)
    yield from overwritten(steps)


def _conjugated(case: Case) -> dict[str, Array]:
    return {name: np.conj(array) for name, array in replay.gradient(case).items()}


def _misplaced(seen: Seen) -> Iterator[Alternative]:
    """The right numbers in a wrong place."""
    names = list(seen.got)
    want = {name: seen.want(name) for name in names}
    blocks = {name: seen.truth.case.model.block(name) for name in names}
    yield (
        mistake("transposed", f"{'it' if len(seen.blocks) == 1 else 'they'} were transposed"),
        lambda: {name: _transposed(blocks[name], array) for name, array in want.items()},
    )
    for i, name in enumerate(names):
        for other in names[i + 1 :]:
            if want[name].shape == want[other].shape:
                given = f"{name} and {other} were exchanged"
                if name not in seen.blocks or other not in seen.blocks:
                    wrong, right = (name, other) if name in seen.blocks else (other, name)
                    given = f"the gradient of {right} stood for that of {wrong}"
                yield mistake("exchanged", given), partial(dict, {name: want[other], other: want[name]})
    given, several = joined(seen.blocks), len(seen.blocks) > 1
    own = "themselves" if several else "itself"
    yield (
        mistake("not from zero", f"the gradient{'s' * several} of {given} began at {given} {own}, not at 0"),
        lambda: {name: array + seen.truth.case.blocks[name] for name, array in want.items()},
    )
    moved = _moved_parts(seen)
    if moved:
        yield moved
    sequences = [name for name in names if blocks[name].use is Use.INPUT]
    yield (
        mistake("order of steps", "its steps were in reverse"),
        lambda: {name: want[name][:, ::-1] for name in sequences},
    )
    yield (
        mistake("summed up", "all entries were summed"),
        lambda: {name: np.full_like(array, array.sum()) for name, array in want.items()},
    )


def _transposed(block: Block, array: Array) -> Array:
    """Each square part transposed; other parts stay as they are."""
    other = turned(block, array) if block.use is Use.STEP else None
    return array if other is None else np.asarray(other)


def _moved_parts(seen: Seen) -> Alternative | None:
    """Parts in the places of others, in the same order in all wrong blocks."""
    orders = {_order_of_parts(seen, name) for name in seen.blocks}
    order = orders.pop() if len(orders) == 1 else ()
    if not order or -1 in order:
        return None
    parts = seen.truth.case.model.block(seen.blocks[-1]).parts
    stood = []
    for j, part in enumerate(parts):
        others = [parts[i] for i, other in enumerate(order) if other == j != i]
        stood += [f"{part} stood for {joined(others)}"] * bool(others)

    def made() -> dict[str, Array]:
        want = {name: np.split(seen.want(name), len(parts)) for name in seen.blocks}
        return {name: np.concatenate([split[j] for j in order]) for name, split in want.items()}

    return mistake("parts moved", joined(stood)), made


def _order_of_parts(seen: Seen, name: str) -> tuple[int, ...]:
    """The number of the part whose gradient stands for each part of a block; −1 for no part's."""
    pairs = [*by_part(seen, name).values()]
    places = range(len(pairs))
    # Where several are alike, its own place is the first.
    return tuple(next((j for j in (i, *places) if close(seen, pairs[i][0], pairs[j][1])), -1) for i in places)


def _of_steps_and_records(truth: CaseTruth) -> Iterator[Alternative]:
    """Sums over only some of the steps, or of the records."""
    case, shared = truth.case, [block.name for block in truth.case.model.of(Use.STEP)]
    table = grouped_table(case)
    by_step = {name: table.grads[name][0].sum(axis=0) for name in shared}
    some: dict[str, slice] = {}
    if case.steps > 1 and case.truncation == FULL:
        some = {"step 0 alone counted": slice(0, 1), "the last step alone counted": slice(-1, None)}
        some |= {"step 0 did not count": slice(1, None), "the last step did not count": slice(-1)}
    for words, steps in some.items():
        yield mistake("some steps", words), partial(_summed, by_step, steps)
    if case.records > 1:
        for words, records in (("record 0", slice(0, 1)), ("the last record", slice(-1, None))):
            counted = mistake("some records", f"{words} alone counted")
            yield counted, partial(_of_records, case, records, shared)
    if case.truncation == FULL:
        yield from _of_equal_numbers(case, shared)


def _of_equal_numbers(case: Case, names: Sequence[str]) -> Iterator[Alternative]:
    """Rows chosen by numbers, where the last of equal numbers overwrites the others, as E[k] += d does."""
    for block in case.model.of(Use.INPUT):
        if block.below is not None and not block.axes:
            numbers = case.blocks[block.name]
            words, code = f"of equal numbers of {block.name} the last alone counted", "last of equal numbers"
            # By which those of one step are no other's.
            apart = np.arange(case.steps) * 1e6
            yield mistake(code, f"{words} at each step"), partial(_of_last, case, numbers + apart, names)
            yield mistake(code, words), partial(_of_last, case, numbers, names)


def _of_last(case: Case, numbers: Array, names: Sequence[str]) -> dict[str, Array]:
    """The gradient of the last position (N, T) of each number alone, by steps, then by records."""
    made: dict[str, Array] = {}
    last = {number: place for place, number in enumerate(numbers.T.ravel().tolist())}
    for n in range(case.records):
        table = grouped_table(case.of_records([n]))
        steps = [s for s in range(case.steps) if last[float(numbers[n, s])] == s * case.records + n]
        for name in names:
            part = table.grads[name][0].sum(axis=0)[steps].sum(axis=0)
            made[name] = made[name] + part if name in made else part
    return made


def _summed(by_step: Mapping[str, Array], steps: slice) -> dict[str, Array]:
    return {name: array[steps].sum(axis=0) for name, array in by_step.items()}


def _of_records(case: Case, records: slice, names: Sequence[str]) -> dict[str, Array]:
    gradients = replay.gradient(case.of_records(records))
    return {name: gradients[name] for name in names}


def _cotangents(case: Case) -> Iterator[Alternative]:
    """Cotangents that are ignored, or read wrongly."""
    outputs, state = outputs_cotangent(case), final_cotangents(case)

    def other(outputs: Array, state: tuple[Array, ...]) -> Callable[[], Mapping[str, Array]]:
        return partial(replay.gradient, replace(case, objective=Cotangents(outputs, state)))

    for i, block in enumerate(case.model.of(Use.STATE)):
        words = mistake("no cotangent", f"the final {block.name} had no cotangent")
        yield words, partial(replay.gradient, _without_final(case, i))
    last = 0 * outputs
    last[:, -1] = outputs[:, -1]
    none = tuple(0 * array for array in state)
    yield mistake("no cotangent", "the final state had no cotangent"), other(outputs, none)
    yield mistake("no cotangent", "the outputs had no cotangents"), other(0 * outputs, state)
    for name, one in each_output_alone(case).items() if len(case.model.outputs) > 1 else ():
        yield mistake("no cotangent", f"{name} had no cotangent"), other(outputs - one, state)
    yield mistake("no cotangent", "the last output alone had a cotangent"), other(last, state)
    ones = mistake("other cotangents", "every cotangent of the outputs were 1")
    yield ones, other(np.ones_like(outputs), state)
    turned = mistake("other cotangents", "the cotangents of the outputs were in reverse")
    yield turned, other(outputs[:, ::-1], state)


def _truncated(case: Case) -> Iterator[Alternative]:
    """Windows and chunks that are shorter than the sequence."""
    if case.steps < 2:
        return
    table = lag_table(case)

    def reaching(first: Sequence[int]) -> Callable[[], Mapping[str, Array]]:
        return lambda: table.gradient(first)

    steps = range(case.steps)
    yield mistake("not truncated", "the gradient were not truncated"), reaching([0] * case.steps)
    yield mistake("truncated", "each loss reached its own step alone"), reaching(list(steps))
    for k in range(2, case.steps):
        back = f"{k - 1} step{'s' if k > 2 else ''}"
        words = mistake("truncated", f"no loss reached back more than {back}")
        yield words, reaching([max(0, t - k + 1) for t in steps])
    for k in range(2, case.steps):
        words = mistake("truncated", f"the sequence were cut into chunks of {k} steps")
        yield words, reaching([t - t % k for t in steps])
