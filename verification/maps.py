"""Maps: where, over loss steps t and steps of use s, each block of an engine's gradient is wrong.

They are drawn from the engine's own lag table, got as in ``verification.unfolding``, each entry compared with
the truth within a bound of its own; and they are put into words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rnn.arrays import Array
from verification.comparison import compare
from verification.problem import Problem
from verification.tolerance import Expected
from verification.trial import Trial
from verification.unfolding import LAG_BLOCKS, Parts, observe, unfold


@dataclass(frozen=True, eq=False)
class Map:
    """Where a block is wrong: arrays by loss step t and step of use s, (T, T), or (T, 1) for V, c, h0.

    ``reached``: the truncation lets loss t reach step s, and something is due there. ``beyond``: it does
    not, and the engine went there. ``missing``: it does, and the engine has nothing there. ``blind``: the
    block is not zero, and stays the same to the bit under other targets.
    """

    block: str
    wrong: Array
    reached: Array
    beyond: Array
    missing: Array
    blind: bool = False

    def lags(self) -> tuple[set[int], set[int]]:
        """The lags t − s at which an entry is wrong, and those at which one that is reached is right."""
        lag = np.subtract.outer(np.arange(self.wrong.shape[0]), np.arange(self.wrong.shape[1]))
        right = self.reached & ~self.wrong
        return {int(i) for i in lag[self.wrong]}, {int(i) for i in lag[right]}

    @property
    def cut_elsewhere(self) -> bool:
        """Is the block right but for how far back each loss reaches?

        It is, if each loss goes back from its own step, without a gap, to where it stops, if it starts at
        all; and if no loss stops before one that comes later does, as none does under any truncation.
        """
        if not np.array_equal(self.wrong, self.beyond | self.missing):
            return False
        there = (self.reached & ~self.missing) | self.beyond
        if there.shape[1] == 1:
            return True
        back = [row[t::-1] for t, row in enumerate(there)]
        reach = np.array([np.logical_and.accumulate(row).sum() for row in back])
        stops = np.arange(len(reach)) - reach
        gapless = np.array_equal(reach, [row.sum() for row in there])
        asked = self.reached.any(axis=1) | there.any(axis=1)
        return gapless and bool(np.all(np.diff(stops[asked]) >= 0))


def maps(trial: Trial) -> dict[str, Map]:
    """The map of every block in which the engine is wrong, and under a that of the das, seen through xs."""
    problem, truth, answer = trial.problem, trial.truth, trial.answer.blocks()
    unfolded = unfold(truth)
    losses = [observe(trial, unfolded, loss) for loss in range(len(truth.reach))]
    other = trial.ask(problem.replaced(targets=problem.targets + 1)).blocks()
    found = {}
    for name in LAG_BLOCKS:
        parts = [each[name] for each in losses]
        drawn = _drawn(problem, name, parts)
        if name not in answer:
            drawn = _causal(drawn)
        else:
            expected, got = truth.blocks[name], answer[name]
            if not drawn.wrong.any() and compare(name, got, expected.truth, expected.bound):
                # A fault may need the problem as it is, such as a W that is not symmetric, and not show
                # unfolded. Then any part may be wrong.
                drawn = replace(drawn, wrong=drawn.reached if drawn.reached.any() else ~drawn.reached)
            drawn = _explained(problem, _causal(drawn), parts, got, expected)
            drawn = replace(drawn, blind=bool(np.any(got)) and np.array_equal(got, other[name]))
        if drawn.wrong.any():
            found[name] = drawn
    return found


def _drawn(problem: Problem, name: str, parts: Sequence[Parts]) -> Map:
    """Where the observed parts of a block differ from the truth, within its own bound at each (t, s)."""
    rows = [_row(each) for each in parts]
    table = [np.zeros_like(rows[0])] * problem.first_loss + rows
    return Map(name, *np.moveaxis(np.array(table), 1, 0))


def _causal(drawn: Map) -> Map:
    """Without what is wrong after the loss, where something before it is wrong as well.

    An engine that misuses W sends parts to where it has its zeros, and in an unfolded problem that may be
    a set of a later step.
    """
    causal = np.tril(drawn.wrong)
    return replace(drawn, wrong=causal, beyond=drawn.beyond & causal) if causal.any() else drawn


def _explained(problem: Problem, drawn: Map, parts: Sequence[Parts], got: Array, expected: Expected) -> Map:
    """What is missing or beyond is called so only if it accounts for the whole answer to the problem."""
    there = ((drawn.reached & ~drawn.missing) | drawn.beyond)[problem.first_loss :]
    due = np.array([each.due for each in parts])
    kept = due * there.reshape(*there.shape, *[1] * (due.ndim - 2))
    total = kept.sum(axis=0).swapaxes(0, 1) if drawn.block == "xs" else kept.sum(axis=(0, 1))
    larger = max(1.0, float(np.max(np.abs(total))) / expected.size) if expected.size > 0 else 1.0
    if compare(drawn.block, got, total, 2 * larger * expected.bound) is None:
        return drawn
    return replace(drawn, beyond=drawn.beyond & False, missing=drawn.missing & False)


def _row(parts: Parts) -> Array:
    """(4, T): wrong, reached, beyond and missing, for one loss."""
    wrong = ~(_largest(parts.got - parts.want) <= parts.bound)
    reached = parts.reached & (_largest(parts.due) > 0)
    nothing = _largest(parts.got) <= parts.bound
    return np.array([wrong, reached, wrong & ~parts.reached, wrong & parts.reached & nothing])


def _largest(parts: Array) -> Array:
    """The largest magnitude of each part along the first axis; NaN counts as infinitely large."""
    flat = np.abs(parts).reshape(len(parts), -1)
    return np.asarray(np.where(np.isnan(flat), np.inf, flat).max(axis=1))


def in_words(wrong: Iterable[Map]) -> str:
    """Every block with where it is wrong, blocks that are wrong in the same places together."""
    places: dict[str, list[str]] = {}
    for found in wrong:
        places.setdefault(_where(found), []).append(found.block)
    return "; ".join(
        f"{', '.join(blocks)} {'are' if len(blocks) > 1 else 'is'} {where}"
        for where, blocks in places.items()
    )


def _where(found: Map) -> str:
    """In words: at which lags, or steps, or losses a block is wrong."""
    how = "wrong"
    if found.blind:
        return "blind to the targets: not zero, and the same whatever they are"
    if np.array_equal(found.beyond, found.wrong):
        how = "not zero, beyond the truncation,"
    elif np.array_equal(found.missing, found.wrong):
        how = "missing"
    if found.wrong.shape[1] == 1:
        losses = np.flatnonzero(found.wrong[:, 0])
        every = np.array_equal(losses, np.flatnonzero(found.reached[:, 0]))
        return f"{how} for every loss" if every else f"{how} for the loss at {_numbered('step', losses)}"
    wrong, right = found.lags()
    if not right:
        return f"{how} at every lag"
    if not wrong & right:
        return f"{how} at {_lags(wrong, right)}, right at {_lags(right, wrong)}"
    right_at = found.reached & ~found.wrong
    for axis, name in ((1, "from"), (0, "for the loss at")):
        at = np.flatnonzero(found.wrong.any(axis=1 - axis))
        if len(at) < found.wrong.shape[axis] and not np.take(right_at, at, axis).any():
            return f"{how} {name} {_numbered('step', at)} alone"
    places = [f"({t}, {s})" for t, s in np.argwhere(found.wrong)]
    shown_places = ", ".join(places[:6]) + (", …" if len(places) > 6 else "")
    return f"{how} at {_numbered('lag', sorted(wrong))}, for (t, s) in {shown_places}"


def _lags(lags: set[int], others: set[int]) -> str:
    """Lags as a reader says them: every lag ≥ 1, or lag 0, or lags 1, 3."""
    least = min(lags)
    if len(lags) > 1 and all(other < least for other in others) and max(lags) - least + 1 == len(lags):
        return f"every lag ≥ {least}"
    return _numbered("lag", sorted(lags))


def _numbered(what: str, numbers: Iterable[int]) -> str:
    """step 3, or steps 1, 2, or steps 1 to 5, from numbers that rise."""
    rising = [int(number) for number in numbers]
    runs: list[list[int]] = []
    for number in rising:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    told = [f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return f"{what}{'s' if len(rising) > 1 else ''} {', '.join(told)}"
