"""What must hold of an engine, as plain functions of a trial.

A property looks at one problem and yields findings: for each row of the table that it fills, whether the row
held, whether the block in question was nonzero, and whether the case determined it. A property
that does not apply to a problem yields nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis.strategies import SearchStrategy

from rnn import Chunked, Full, Tail, Truncation, Window
from rnn.arrays import Array
from verification import directed
from verification.answer import InvalidAnswer
from verification.comparison import Disagreement, compare
from verification.problem import BLOCKS, Gradients, Problem
from verification.relaid import relaid
from verification.strategies import POLICIES, problems
from verification.tolerance import DETERMINED, Expected
from verification.trial import Trial
from verification.unfolding import LAG_BLOCKS, Parts, observe, unfold


@dataclass(frozen=True, eq=False)
class Finding:
    """What a property found in one row: a disagreement (None if it held), and what the finding is worth.

    ``unanswered``: the engine has no valid answer to the problem itself, so that every property finds this.
    """

    row: str
    wrong: Disagreement | InvalidAnswer | None
    nonzero: bool = True
    determined: bool = True
    unanswered: bool = False


def nothing() -> tuple[Problem, ...]:
    """No problem."""
    return ()


@dataclass(frozen=True)
class Property:
    """A name, the rows that it fills, what must hold in a line, and the function that looks.

    ``fixed`` makes the problems that every run meets. ``problems`` draws others: a strategy's function of
    ``policy`` and ``most_steps``, or None where there are no others. ``policies``: the kinds of truncation
    that they have.
    """

    name: str
    rows: tuple[str, ...]
    claim: str
    check: Callable[[Trial], Iterator[Finding]]
    problems: Callable[..., SearchStrategy[Problem]] | None = problems
    fixed: Callable[[], tuple[Problem, ...]] = nothing
    policies: tuple[str, ...] = POLICIES

    @property
    def ordinary(self) -> bool:
        """Does it look at the problems that every engine meets, which the exercise contract is about?"""
        return self.problems is problems

    def looks_at(self, problem: Problem) -> bool:
        """Is the problem one of its own, or of those that are drawn where it has none?"""
        if self.problems is None:
            return problem.source in [each.source for each in self.fixed()]
        return not problem.source


def forward(trial: Trial) -> Iterator[Finding]:
    """The outputs and the loss agree with the reference's."""
    if trial.truth.determined:
        for part, expected in trial.truth.forward.items():
            got = trial.answer.named()[part]
            wrong = compare(part, got, expected.truth, expected.bound)
            yield Finding("forward", wrong, expected.size > 0, expected.determined)


def agrees_with_autograd(trial: Trial) -> Iterator[Finding]:
    """Each block agrees with autograd's gradient of the truncated graph."""
    yield from _blocks(trial, "autograd", lambda: trial.truth.autograd.blocks())


def agrees_with_lags(trial: Trial) -> Iterator[Finding]:
    """Each block agrees with the masked sum of the lag table."""
    yield from _blocks(trial, "lags", lambda: {name: e.truth for name, e in trial.truth.blocks.items()})


def _blocks(trial: Trial, oracle: str, truths: Callable[[], dict[str, Array]]) -> Iterator[Finding]:
    if trial.truth.determined:
        for name, truth in truths().items():
            expected = trial.truth.blocks[name]
            wrong = compare(name, trial.answer.blocks()[name], truth, expected.bound)
            yield Finding(f"{oracle} {name}", wrong, expected.size > 0, expected.determined)


def lag_by_lag(trial: Trial) -> Iterator[Finding]:
    """Each block's part from each loss and each step of use agrees, by its own size."""
    truth = trial.truth
    if not truth.determined:
        return
    unfolded, losses = unfold(truth), len(truth.reach)
    # The first, the middle and the last loss stand for all of them; a diagnosis asks for each.
    for loss in sorted({0, losses // 2, losses - 1}):
        for name, parts in observe(trial, unfolded, loss).items():
            yield _lags_of(truth.problem, loss, name, parts)


def _lags_of(problem: Problem, loss: int, name: str, parts: Parts) -> Finding:
    """The finding of one loss in one block: the first disagreement by step of use."""
    want = parts.want
    wrong = None
    for s in range(len(want)):
        part = f"{name} of the loss at step {problem.first_loss + loss}"
        part += f" from step {s}" if len(want) > 1 else ""
        wrong = wrong or compare(part, parts.got[s], want[s], parts.bound[s])
    size = np.abs(want).max(axis=tuple(range(1, want.ndim)))
    determined = parts.bound <= DETERMINED[problem.dtype] * size
    return Finding(f"lag by lag {name}", wrong, bool(size.any()), bool(determined[size > 0].all()))


def equivalents(truncation: Truncation, steps: int, last_only: bool) -> Iterator[Truncation]:
    """Policies with the same mask, on ``steps`` steps, with a loss on the last step alone or on all."""
    full = (Full(), Chunked(steps), Window(steps - 1), Tail(steps))
    match truncation:
        case Full():
            yield from full[1:]
        case Window(k):
            yield Chunked(1, k + 1)
            if k >= steps - 1:
                yield full[0]
            elif last_only:
                yield Tail(k + 1)
        case Tail(k):
            if k >= steps:
                yield full[0]
            elif last_only and k:
                yield Window(k - 1)
            yield Chunked(max(steps, k + 1), k)
        case Chunked(k1, k2):
            k2 = k1 if k2 is None else k2
            if k1 == 1 and k2 >= 1:
                yield Window(k2 - 1)
            if k1 >= steps:
                yield Tail(k2) if k2 < k1 else full[0]


def same_mask_same_gradient(trial: Trial) -> Iterator[Finding]:
    """Policies with the same mask give the same gradient."""
    problem = trial.problem
    last_only = problem.targets.ndim == 2
    others = list(equivalents(problem.truncation, problem.steps, last_only))
    if others and trial.truth.determined:
        for other in others:
            yield from _same("identities", trial, trial.under(other).blocks())


def records_add_up(trial: Trial) -> Iterator[Finding]:
    """A batch's gradient is the sum of its records', each computed alone."""
    if trial.truth.determined and len(trial.problem.xs) > 1:
        records = [
            trial.ask(_of_records(trial.problem, slice(n, n + 1))).blocks()
            for n in range(len(trial.problem.xs))
        ]
        joined = {
            name: np.concatenate([record[name] for record in records])
            if name in ("xs", "h0")
            else np.sum([record[name] for record in records], axis=0)
            for name in BLOCKS
        }
        yield from _same("records add up", trial, joined)


def records_permute(trial: Trial) -> Iterator[Finding]:
    """Permuting the records permutes the gradients of xs and h0, and changes no other."""
    if trial.truth.determined and len(trial.problem.xs) > 1:
        order = np.roll(np.arange(len(trial.problem.xs)), 1)
        blocks = trial.ask(_of_records(trial.problem, order)).blocks()
        back = np.argsort(order)
        blocks |= {name: blocks[name][back] for name in ("xs", "h0")}
        yield from _same("records permute", trial, blocks)


def units_permute(trial: Trial) -> Iterator[Finding]:
    """Permuting the hidden units permutes the gradients alike."""
    units = trial.problem.h0.shape[1]
    if trial.truth.determined and units > 1:
        order = np.roll(np.arange(units), 1)
        shuffled = trial.ask(trial.problem.replaced(**_of_units(trial.problem.arrays(), order)))
        yield from _same("units permute", trial, _of_units(shuffled.blocks(), np.argsort(order)))


def _same(row: str, trial: Trial, blocks: dict[str, Array]) -> Iterator[Finding]:
    """Two answers that must be the same gradient: each within the bound of the truth, so twice that apart."""
    for name, block in blocks.items():
        expected: Expected = trial.truth.blocks[name]
        wrong = compare(name, block, trial.answer.blocks()[name], 2 * expected.bound)
        yield Finding(row, wrong, expected.size > 0, expected.determined)


def _of_records(problem: Problem, records: Any) -> Problem:
    names = ("xs", "targets", "h0")
    return problem.replaced(**{name: problem.arrays()[name][records] for name in names})


def _of_units(arrays: dict[str, Array], order: Array) -> dict[str, Array]:
    return arrays | {
        "U": arrays["U"][order],
        "W": arrays["W"][order][:, order],
        "b": arrays["b"][order],
        "V": arrays["V"][:, order],
        "h0": arrays["h0"][:, order],
    }


def recomputation(trial: Trial) -> Iterator[Finding]:
    """With states computed again the answer is the same within the bound, wherever they are kept."""
    if trial.truth.determined:
        for answer in _recomputed(trial):
            yield from _again("recomputation", trial, answer)


def _recomputed(trial: Trial) -> Iterator[Gradients]:
    steps = trial.problem.steps
    # The third is another with each T: 1 and more, up to beyond T.
    for every in {2, max(1, steps - 1), 1 + 5 * steps % (steps + 2)}:
        yield trial.ask(replace(trial.problem, checkpoints=every))


def workspace(trial: Trial) -> Iterator[Finding]:
    """In arrays that calls for other numbers use before and after the answer is the same within the bound."""
    if trial.truth.determined:
        yield from _again("workspace", trial, _in_a_workspace(trial))


def _in_a_workspace(trial: Trial) -> Gradients:
    return trial.ask(replace(trial.problem, workspace=True))


def _again(row: str, trial: Trial, answer: Gradients, how: str = "") -> Iterator[Finding]:
    """Another answer to the same problem: each is within the bound of the truth, so twice that apart."""
    got, wanted = answer.named(), trial.answer.named()
    for name, expected in (*trial.truth.forward.items(), *trial.truth.blocks.items()):
        wrong = compare(f"{name}{how}", got[name], wanted[name], 2 * expected.bound)
        yield Finding(row, wrong, _nonzero(trial), expected.determined)


def inputs_stay(trial: Trial) -> Iterator[Finding]:
    """No array of the problem is changed, and no answer is a view of one."""
    given = trial.problem.afresh()
    arrays = given.arrays()
    trial.ask_directly(given)
    for name, array in trial.problem.arrays().items():
        wrong: Disagreement | InvalidAnswer | None = _bits(name, arrays[name], array)
        if given.arrays().get(name) is not arrays[name]:
            wrong = InvalidAnswer(f"put something else in the place of the problem's {name}")
        yield Finding("inputs stay", wrong, _nonzero(trial))


def second_call(trial: Trial) -> Iterator[Finding]:
    """A call for another problem leaves the first answer as it was; one more is the same within the bound."""
    answer = trial.answer
    first = {name: np.array(part) for name, part in answer.named().items()}
    trial.ask(trial.problem.replaced(targets=trial.problem.targets + 1))
    yield from _same_bits("second call", trial, answer, first)
    if trial.truth.determined:
        yield from _again("second call", trial, trial.ask(trial.problem))


def memory_layout(trial: Trial) -> Iterator[Finding]:
    """Read-only, transposed, strided, reversed and broadcast arrays give the same answer within the bound."""
    if trial.truth.determined:
        for how, problem in relaid(trial.problem):
            yield from _again("memory layout", trial, trial.ask_directly(problem), f" ({how})")


def bits(trial: Trial) -> Iterator[Finding]:
    """The same bits in any layout, at a second call, in a workspace; and of the outputs, with checkpoints."""
    wanted = {name: np.array(part) for name, part in trial.answer.named().items()}
    for answer in (trial.ask(trial.problem), _in_a_workspace(trial)):
        yield from _same_bits("bits", trial, answer, wanted)
    for how, problem in relaid(trial.problem):
        yield from _same_bits("bits", trial, trial.ask_directly(problem), wanted, f" ({how})")
    for answer in _recomputed(trial):
        wrong = _bits("outputs", answer.outputs, wanted["outputs"])
        yield Finding("bits", wrong, _nonzero(trial))


def _same_bits(
    row: str, trial: Trial, answer: Gradients, wanted: dict[str, Any], how: str = ""
) -> Iterator[Finding]:
    for name, part in answer.named().items():
        wrong = _bits(f"{name}{how}", part, wanted[name]) or _no_number(trial, name, part)
        yield Finding(row, wrong, _nonzero(trial))


def _no_number(trial: Trial, name: str, got: Any) -> Disagreement | None:
    """The first NaN, which is the same bits as itself, of a part whose truth is finite."""
    index = next((tuple(map(int, at)) for at in np.argwhere(np.not_equal(got, got))), None)
    if index is None or not trial.truth.determined:
        return None
    return Disagreement(name, index, np.asarray(got)[index], "a number", 0.0)


def _bits(name: str, got: Any, want: Any) -> Disagreement | None:
    got, want = np.asarray(got), np.asarray(want)
    if got.shape != want.shape:
        return Disagreement(f"the shape of {name}", (), got.shape, want.shape, 0.0)
    same = (got == want) | ((got != got) & (want != want))
    if np.all(same):
        return None
    index = tuple(int(i) for i in np.argwhere(~same)[0])
    return Disagreement(name, index, got[index], want[index], 0.0)


def _nonzero(trial: Trial) -> bool:
    """Is any recurrent block of the answer nonzero?"""
    return any(np.any(trial.answer.blocks()[name]) for name in ("U", "W", "b"))


def _rows(oracle: str) -> tuple[str, ...]:
    return tuple(f"{oracle} {name}" for name in BLOCKS)


def _property(
    name: str, check: Callable[[Trial], Iterator[Finding]], rows: tuple[str, ...] | None = None
) -> Property:
    return Property(name, rows or (name,), (check.__doc__ or "").strip(), check, fixed=directed.ordinary)


PROPERTIES = (
    _property("forward", forward),
    _property("autograd", agrees_with_autograd, _rows("autograd")),
    _property("lags", agrees_with_lags, _rows("lags")),
    _property("lag by lag", lag_by_lag, tuple(f"lag by lag {name}" for name in LAG_BLOCKS)),
    _property("identities", same_mask_same_gradient),
    _property("records add up", records_add_up),
    _property("records permute", records_permute),
    _property("units permute", units_permute),
    _property("recomputation", recomputation),
    _property("workspace", workspace),
    _property("inputs stay", inputs_stay),
    _property("second call", second_call),
    _property("memory layout", memory_layout),
)

# Asked of who claims it, as ``rnn`` does: a right engine may sum in another order where arrays lie otherwise.
BITS = _property("bits", bits)


def findings(trial: Trial, property_: Property) -> Iterator[Finding]:
    """What a property finds; an engine that does not answer in form is refuted in each of its rows.

    Raises Unsupported where the engine does: then nothing more is found.
    """
    outcome = trial.outcome
    if isinstance(outcome, InvalidAnswer):
        yield from (Finding(row, outcome, unanswered=True) for row in property_.rows)
        return
    try:
        yield from property_.check(trial)
    except InvalidAnswer as wrong:
        yield from (Finding(row, wrong) for row in property_.rows)
