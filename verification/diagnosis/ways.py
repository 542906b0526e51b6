"""Ways: a single use of a number in a step whose cotangent is wrong.

Every step is traced onto a tape, and its backward pass follows the tape. The cotangent from an operation to
one of its arguments is a *way*. On one way, or on all ways of one name, the diagnosis tries

- a factor: zero, two, the slope of a function beside it, or a constant that is searched for;
- another number: in a product the factor itself for the other one, or an input, or a state;
- another cotangent: that of a state after the step;
- another step's numbers, for operations on an input, or on a state, alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, TypeAlias

import autograd.numpy as anp
import numpy as np
from autograd.builtins import container_take
from autograd.core import primitive_vjps

from verification.diagnosis.coded import Coded, mistake
from verification.diagnosis.going_back import Gradients, Otherwise, Rules, StepBack, Steps, named
from verification.diagnosis.probe import Seen
from verification.diagnosis.words import joined
from verification.models.model import Use
from verification.models.product import rows
from verification.models.tolerance import half_of_digits
from verification.models.truncation import FULL
from verification.truth.reverse import Entry
from verification.truth.steps import MOVING, called

# How an operation is called, and in words the number that another one is put beside in it.
PRODUCTS = (anp.multiply, anp.einsum, anp.matmul, anp.dot, rows)
CALLED = {anp.add: "sum", anp.subtract: "difference", anp.divide: "quotient", anp.true_divide: "quotient"}
CALLED |= dict.fromkeys(PRODUCTS, "product")

# Operations that compute nothing; no way is named after them.
NO_WAYS = (*MOVING, container_take, named)

# Times that a constant is corrected, and how near it is to what is wanted then.
CORRECTED, NEAR = 8, 1e-9

# Which step's numbers stand for those of step s, of T steps; a state after the last step is one more, at −1.
STEPS: dict[str, Callable[[int, int], int]] = {
    "{} after each step stood for the one before it": lambda s, steps: s + 1,
    "{} of the step before stood for that of each step": lambda s, steps: max(s - 1, 0),
    "{} of step 0 stood for that of every step": lambda s, steps: 0,
    "{} of the last step stood for that of every step": lambda s, steps: steps - 1,
    "{} of step 1 stood for that of step 0": lambda s, steps: max(s, 1),
    "{} of the step before stood for that of the last step": lambda s, steps: min(s, max(steps - 2, 0)),
    "{} of the step before stood for that of each step, at step 0 that at index −1": lambda s, steps: s - 1,
    "{} at index −1 stood for that of step 0": lambda s, steps: s or -1,
}


def explained(seen: Seen, names: Sequence[str], fits: Callable[[Gradients], bool]) -> Coded | None:
    """The change on one way that fits the answer, in words behind "as if"; ``names``: the blocks compared."""
    case = seen.truth.case
    if case.truncation != FULL or case.lengths is not None:
        return None
    steps = Steps.of_truth(seen.truth)
    if not steps.alike:
        return None
    wrong = [name for name in names if name in seen.blocks]
    ways = [way for way in _ways(steps) if way.to and set(way.to) <= set(wrong)]
    changes = (_by_factor(ways), _by_slope(steps, ways), _of_other_steps(steps), _by_number(steps, ways))
    for words, rules in chain.from_iterable(changes):
        if _may_fit(steps, rules, seen, names) and fits(_gradient(steps, rules)):
            return words
    for way in () if case.model.complex else ways:
        factor = _constant(seen, wrong, steps, way)
        if factor is not None and fits(_gradient(steps, way.rules(_times(factor)))):
            return mistake("way times a factor", f"{way} were {factor:.3g} times as much")
    return None


@dataclass(frozen=True)
class _Way:
    """From operations to a number: ``uses``, each an operation and which of its numbers; ``to``: the claimed
    blocks that it is made of; ``words``: how it is called."""

    uses: tuple[tuple[int, int], ...]
    to: tuple[str, ...]
    words: str

    def __str__(self) -> str:
        return f"what flows back to {joined(self.to)} from {self.words}"

    def rules(self, change: "_Change") -> Rules:
        """Those that change it."""
        return {number: Otherwise(number, partial(_on_way, way, change)) for number, way in self.uses}


# Of an operation, by number, and one of its ways: what flows there, by its arguments and what flows to it.
_Change: TypeAlias = Callable[[StepBack, int, int, Sequence[Any], Any], Any]


def _on_way(
    way: int, change: _Change, at: StepBack, number: int, args: Sequence[Any], flow: Any
) -> Sequence[Any]:
    """As by autograd, but for one way."""
    parts = at.parts(number, flow)
    parts[way] = change(at, number, way, args, flow)
    return parts


def _times(factor: float) -> _Change:
    """As much by a factor."""
    return lambda at, number, way, args, flow: factor * at.parts(number, flow)[way]


def _with_slope_of(call: int) -> _Change:
    """Multiplied by the slope of another call of a function, by number."""

    def change(at: StepBack, number: int, way: int, args: Sequence[Any], flow: Any) -> Any:
        (slope,) = at.parts(call, np.ones_like(at.value(call)))
        return at.parts(number, flow)[way] * slope

    return change


def _by_other(other: int | None) -> _Change:
    """With another number in the place of the other factor; None for the factor itself."""

    def change(at: StepBack, number: int, way: int, args: Sequence[Any], flow: Any) -> Any:
        # An einsum's subscripts stand before its two factors.
        argnums, changed = at.entry(number).argnums, [*args]
        own = argnums[way]
        changed[argnums[1 - way]] = args[own] if other is None else at.value(other)
        return at.parts(number, flow, changed)[way]

    return change


def _flow_of(state: str) -> _Change:
    """With what flows to a state after the step."""
    return lambda at, number, way, args, flow: at.parts(number, at.flows[state])[way]


def _of_step(
    moved: Mapping[int, int], step: Callable[[int, int], int], at: StepBack, number: int, args: Any, flow: Any
) -> Sequence[Any]:
    """By autograd's rule, where some arguments are numbers of another step."""
    values, changed = at.steps.played[step(at.step, at.steps.case.steps)].values, [*args]
    for place, parent in moved.items():
        changed[place] = values[parent]
    return at.parts(number, flow, changed)


def _may_fit(steps: Steps, rules: Rules, seen: Seen, names: Sequence[str]) -> bool:
    """Do the last step's inputs agree? They take one step back; most changes are refuted by them."""
    part = half_of_digits(steps.given.dtype)
    step, made = steps.to_last_inputs(lambda tape: rules)
    return all(
        np.max(np.abs(seen.got[name][:, step] - array)) <= 2 * part * np.max(np.abs(seen.got[name]))
        for name, array in made.items()
        if name in names
    )


def _gradient(steps: Steps, rules: Rules) -> Gradients:
    """Every block's, by these rules at every step."""
    return steps.gradient(lambda tape: rules)


def _ways(steps: Steps) -> list[_Way]:
    """Each way by itself, and all ways of one name to one number together."""
    tape = steps.tape
    found: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for number, entry in enumerate(tape.entries, len(tape.names)):
        computed = entry.made_by in primitive_vjps and entry.made_by not in NO_WAYS
        for way, parent in enumerate(entry.parents if computed else ()):
            found.setdefault((parent, _called(steps, entry, way)), []).append((number, way))
    ways = []
    for (parent, words), uses in found.items():
        to = steps.in_order(steps.made_of[parent])
        ways += [_Way((use,), to, words) for use in uses]
        ways += [_Way(tuple(uses), to, words)] if len(dict(uses)) > 1 else []
    return ways


def _called(steps: Steps, entry: Entry, way: int) -> str:
    """What is made by an operation with the other number, by that of which this one is not made."""
    own, *others = (entry.parents[way], *(each for i, each in enumerate(entry.parents) if i != way))
    kind = _function(entry) or CALLED.get(entry.made_by, entry.made_by.__name__)
    beside = [_name(steps, each, steps.made_of[own]) for each in others]
    beside = beside or ["a constant"] * (entry.made_by in CALLED)
    return f"the {kind} with {joined(beside)}" if beside else f"the {kind}"


def _function(entry: Entry) -> str:
    """The function that it is a call of, "" where it is none."""
    return str(entry.args[1].name) if entry.made_by is called else ""


def _name(steps: Steps, number: int, but: frozenset[str]) -> str:
    """How a number is called, by blocks but for some."""
    tape = steps.tape
    if number >= len(tape.names) and (function := _function(tape.entry(number))):
        return f"a {function}"
    return joined(steps.in_order(steps.made_of[number] - but)) or "another number"


def _by_factor(ways: Sequence[_Way]) -> Iterator[tuple[Coded, Rules]]:
    """Ways that are left out, counted twice, or have another sign."""
    for code, words, factor in (
        ("way left out", "left out", 0.0),
        ("way counted twice", "counted twice", 2.0),
        ("way of another sign", "subtracted", -1.0),
    ):
        for way in ways:
            yield mistake(code, f"{way} were {words}"), way.rules(_times(factor))


def _by_slope(steps: Steps, ways: Sequence[_Way]) -> Iterator[tuple[Coded, Rules]]:
    """Calls of a function on whose way another call's slope is multiplied in as well, or its own twice."""
    tape, values = steps.tape, steps.played[0].values
    calls = tape.numbered(called)
    for way in ways:
        (number, _), *more = way.uses
        for other, entry in calls.items() if number in calls and not more else ():
            if np.shape(values[other]) == np.shape(values[number]):
                slope = (
                    "its slope twice" if other == number else f"the slope of a {_function(entry)} beside it"
                )
                words = mistake("way times a slope", f"{way} were multiplied by {slope}")
                yield words, way.rules(_with_slope_of(other))


def _by_number(steps: Steps, ways: Sequence[_Way]) -> Iterator[tuple[Coded, Rules]]:
    """Products with another factor, and ways with another flow."""
    tape, names = steps.tape, steps.tape.names
    values, blocks = steps.played[0].values, steps.given.blocks
    known = {i: name for i, name in enumerate(names) if name in blocks}
    states = {names.index(name): name for name in steps.states if name in blocks}
    known |= {i: f"the state of {name} before each step" for i, name in states.items()}
    results = dict(zip(steps.states, tape.results, strict=True))
    of = {results[name]: name for name in states.values() if type(results[name]) is int}
    after = {i: f"the state of {name} after each step" for i, name in of.items() if i not in known}
    for way in ways:
        (number, use), *more = way.uses
        entry = tape.entry(number)
        for i, words in after.items():
            if np.shape(values[i]) == np.shape(values[number]):
                stood = f"the gradient of {words} stood for that of {way.words}"
                yield mistake("other flow", stood), way.rules(_flow_of(of[i]))
        if more or entry.made_by not in PRODUCTS or len(entry.argnums) != 2:
            continue
        own, other = entry.parents[use], entry.parents[1 - use]
        whose = f"the other factor of the product on the way to {joined(way.to)}"
        if np.shape(values[own]) == np.shape(values[other]):
            words = "a factor itself stood for the other one of its product"
            yield mistake("other factor", words), way.rules(_by_other(None))
        for instead, name in {**known, **after}.items():
            if instead not in (own, other) and np.shape(values[instead]) == np.shape(values[other]):
                yield mistake("other factor", f"{name} stood for {whose}"), way.rules(_by_other(instead))


def _of_other_steps(steps: Steps) -> Iterator[tuple[Coded, Rules]]:
    """What is made of an input alone, or of a state, at another step than its own."""
    case, tape, made_of = steps.given, steps.tape, steps.made_of
    for block in case.model.of(Use.INPUT, Use.STATE):
        alone = {number for number, names in enumerate(made_of) if names == {block.name}}
        uses = {
            number: {
                place: parent
                for place, parent in zip(entry.argnums, entry.parents, strict=True)
                if parent in alone
            }
            for number, entry in enumerate(tape.entries, len(tape.names))
            if number not in alone
        }
        uses = {number: moved for number, moved in uses.items() if moved}
        some = [uses, *({number: moved} for number, moved in uses.items() if len(uses) > 1)]
        name = block.name if block.use is Use.INPUT else f"the state of {block.name}"
        for words, step in STEPS.items():
            for each in some if block.use is Use.STATE or step(0, 1) < 1 else ():
                rules: Rules = {n: Otherwise(n, partial(_of_step, each[n], step)) for n in each}
                yield mistake("other step", words.format(name)), rules


def _constant(seen: Seen, names: Sequence[str], steps: Steps, way: _Way) -> float | None:
    """The factor of a way by which it is off as these blocks are, along that; None where there is none."""
    want = {name: np.asarray(seen.want(name), float) for name in names}
    off = {name: np.asarray(seen.got[name], float) - want[name] for name in names}
    size = sum(float(np.sum(array**2)) for array in off.values())

    def reached(factor: float) -> float:
        """How far it goes towards the answer given: 0 is the truth, 1 that answer."""
        made = _gradient(steps, way.rules(_times(factor)))
        return sum(float(np.sum((made[name] - want[name]) * off[name])) for name in names) / size

    before, now = (1.0, -1.0), (0.0, reached(0.0) - 1)
    for _ in range(CORRECTED):
        if now[1] == before[1] or not np.isfinite(now[1]):
            return None
        if abs(now[1]) < NEAR:
            return now[0]
        factor = now[0] - now[1] * (now[0] - before[0]) / (now[1] - before[1])
        before, now = now, (factor, reached(factor) - 1)
    return None
