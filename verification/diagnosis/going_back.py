"""The backward pass through a case's steps: as its gradient needs it, or with one change.

Every step is traced onto a tape once, and its backward pass follows the tape. The change may be the rule of
an operation, what is carried from a step to the one before it, the numbers of a block in the backward, or the
order of the steps.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, TypeAlias

import numpy as np
from autograd.core import primitive_vjps
from autograd.extend import defvjp, primitive

from verification.models.arrays import Array
from verification.models.case import WIDER, Case, Cotangents, by_reach
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Use
from verification.properties.trial import CaseTruth
from verification.truth.output_as_state import as_state, left_out
from verification.truth.reverse import Entry, Played, Rule, Trace, arguments, make_vjp
from verification.truth.steps import MOVING, Marked, on_tape
from verification.truth.substitute_types import as_known
from verification.truth.unroll import walk

Gradients: TypeAlias = Mapping[str, Array]
Rules: TypeAlias = dict[int, Rule]

# The rules of a step's tape.
Ruled: TypeAlias = Callable[[Trace[str]], Rules]

# By state: what flows to it.
Flows: TypeAlias = Mapping[str, Any]

# What is carried to the step before, of what flows to the states that a step began with.
Carry: TypeAlias = Callable[["StepBack", Flows], Flows]


def by_autograd(tape: Trace[str]) -> Rules:
    """No rule is changed."""
    return {}


def as_it_flows(at: "StepBack", flows: Flows) -> Flows:
    """Everything that flows back is carried, unchanged."""
    return flows


@primitive  # type: ignore[untyped-decorator]
def named(x: Any, name: str) -> Any:
    """x, under the name that a step gives it."""
    return x


defvjp(named, lambda y, x, name: lambda flow: flow)


class _Named(Marked):
    """Functions that put named values on the tape."""

    def named(self, name: str, x: Any) -> Any:
        return named(x, name)


@dataclass(frozen=True, eq=False)
class StepBack:
    """The backward of one step, by its number, and the cotangents of the states after it."""

    steps: "Steps"
    step: int
    flows: Flows

    @property
    def played(self) -> Played[str]:
        """Its tape with its numbers."""
        return self.steps.played[self.step]

    def entry(self, number: int) -> Entry:
        """What made a number."""
        return self.played.tape.entry(number)

    def value(self, number: int) -> Any:
        """A number of the step's tape."""
        return self.played.values[number]

    def parts(self, number: int, flow: Any, instead: Sequence[Any] | None = None) -> list[Any]:
        """What flows to each number that an operation is made of, by autograd's rule; ``instead``: of these
        arguments.
        """
        if instead is None:
            return [*self.played.vjp(number)(flow)]
        entry = self.entry(number)
        back = primitive_vjps[entry.made_by](entry.argnums, self.value(number), tuple(instead), entry.kwargs)
        return [*back(flow)]

    def back(
        self, ruled: Ruled = by_autograd, instead: Gradients | None = None, flows: Flows | None = None
    ) -> dict[str, Any]:
        """What flows to every leaf; ``instead``: blocks, by name, with other numbers on the way back.

        ``flows``: what has flowed to the states, if another.
        """
        tape, rules = self.played.tape, ruled(self.played.tape)
        if instead:
            now = Played(replace(tape, rules=rules), self._values(instead))
        else:
            now = self.played.ruled(rules)
        flows = self.flows if flows is None else flows
        arrived = now.back(now.begun([flows[name] for name in self.steps.states]), at=self)
        return {
            name: arrived.get(i, np.zeros_like(self.played.values[i])) for i, name in enumerate(tape.names)
        }

    def to_states(
        self, ruled: Ruled = by_autograd, instead: Gradients | None = None, flows: Flows | None = None
    ) -> dict[str, Any]:
        """The cotangents of the states before the step."""
        arrived = self.back(ruled, instead, flows)
        return {name: arrived[name] for name in self.steps.states}

    def put_out(self) -> tuple[Flows, Flows]:
        """The cotangents that the step's outputs send to the states before it, and to those after it."""
        tape, own = self.played.tape, self.steps.own
        flows = {name: 0 * d if name in own else d for name, d in self.flows.items()}
        results = dict(zip(self.steps.states, tape.results, strict=True))
        computed = {results[name]: name for name in own if type(results[name]) is int}
        after = dict.fromkeys(own, 0.0)

        def noted(at: StepBack, number: int, args: Sequence[Any], flow: Any) -> Sequence[Any]:
            after[computed[number]] = flow
            return nothing(at, number, args, flow)

        rules: Rules = {i: Otherwise(i, noted) for i in computed if i >= len(tape.names)}
        return self.to_states(lambda tape: rules, flows=flows), after

    def _values(self, instead: Gradients) -> list[Any]:
        """The numbers of the tape with those of blocks replaced, and what is moved of them."""
        tape, values = self.played.tape, list(self.played.values)
        moved = {i for i, name in enumerate(tape.names) if name in instead}
        for i in moved:
            values[i] = instead[tape.names[i]]
        for number, entry in enumerate(tape.entries, len(tape.names)):
            if entry.made_by in MOVING and moved.intersection(entry.parents):
                values[number] = entry.made_by.fun(*arguments(entry, values), **entry.kwargs)
                moved.add(number)
        return values


def nothing(at: StepBack, number: int, args: Sequence[Any], flow: Any) -> Sequence[Any]:
    """An operation through which nothing flows back."""
    return [None for _ in at.entry(number).parents]


@dataclass(frozen=True, eq=False)
class Otherwise:
    """Another backward rule of an operation, by number; its forward is unchanged."""

    number: int
    parts: Callable[[StepBack, int, Sequence[Any], Any], Sequence[Any]]

    def value(self, at: Any, args: Sequence[Any]) -> Any:
        """Never called, because nothing is played again."""
        raise NotImplementedError

    def back(self, at: StepBack, args: Sequence[Any], flow: Any) -> Sequence[Any]:
        """What flows to each number that it is made of."""
        return self.parts(at, self.number, args, flow)


@dataclass(frozen=True, eq=False)
class Steps:
    """A case's steps on tapes, and one more step from the final state with the last step's inputs.

    ``given``: the case; ``case``: in the next wider type, with its output as a state. ``seeds``: for each
    step, what its loss brings to the state after it and to the readout, without the final state's cotangents,
    which are ``final``.
    """

    given: Case
    case: Case
    played: tuple[Played[str], ...]
    seeds: tuple[Gradients, ...]
    final: Flows

    @classmethod
    def of_truth(cls, truth: CaseTruth) -> "Steps":
        """Those of a truth's case, traced once."""
        return truth.memo.once("steps back", lambda: cls.of(truth.case))

    @classmethod
    def of(cls, given: Case) -> "Steps":
        """Traced."""
        case = as_state(given.astype(WIDER[as_known(given).dtype]))
        model, objective = case.model, case.objective
        names = [block.name for block in model.of(Use.STATE)]
        ends = tuple(np.zeros_like(array) for array in case.state)
        final = ends
        if isinstance(objective, Cotangents):
            # What flows to a complex number is, as autograd has it, the conjugate of the gradient.
            final = tuple(map(np.conj, objective.state))
            objective = replace(objective, state=ends)
        read, played, seeds = replace(case, objective=objective), [], []
        for s, state in enumerate(walk(case)):
            leaves = case.params(Use.STEP) | dict(zip(names, state, strict=True))
            leaves |= {name: array[:, min(s, case.steps - 1)] for name, array in case.inputs.items()}
            played.append(on_tape(model, case.chosen, leaves, (), _Named)[0])
            if s and s - 1 in read.losses:
                after = dict(zip(names, state, strict=True))
                back, losses = make_vjp(partial(_term, read, s - 1), {**case.params(Use.READOUT), **after})
                seeds.append(back([np.ones_like(each) for each in losses]))
            elif s:
                seeds.append({})
        return cls(given, case, tuple(played), tuple(seeds), dict(zip(names, final, strict=True)))

    @property
    def states(self) -> tuple[str, ...]:
        """By name, in the model's order, with an output that is none first."""
        return tuple(self.final)

    @property
    def tape(self) -> Trace[str]:
        """That of step 0, and where all are ``alike`` that of all steps."""
        return self.played[0].tape

    @property
    def alike(self) -> bool:
        """Are all tapes alike? They differ where numbers decide a branch."""
        forms = {tuple((e.made_by, e.parents) for e in each.tape.entries) for each in self.played}
        return len(forms) == 1

    @cached_property
    def made_of(self) -> list[frozenset[str]]:
        """The blocks that each number on the tape is made of."""
        found = [frozenset((name,)) for name in self.tape.names]
        for entry in self.tape.entries:
            found.append(frozenset[str]().union(*(found[parent] for parent in entry.parents)))
        return found

    def in_order(self, names: Container[str]) -> tuple[str, ...]:
        """The case's blocks of these names, in the model's order."""
        return tuple(block.name for block in self.given.model.blocks if block.name in names)

    @property
    def own(self) -> tuple[str, ...]:
        """Those of the case."""
        return tuple(block.name for block in self.given.model.of(Use.STATE))

    # What overflows, or is no number, explains nothing.
    @np.errstate(all="ignore")
    def gradient(
        self,
        ruled: Ruled = by_autograd,
        carry: Carry = as_it_flows,
        order: Iterable[int] | None = None,
    ) -> Gradients:
        """Every block's, under the case's truncation; ``order``: of the steps, if not from last to first."""
        case = self.case
        made = {name: np.zeros_like(array) for name, array in case.blocks.items()}
        for first, losses in by_reach(case):
            flows = self._begun(losses)
            for s in range(max(losses), first - 1, -1) if order is None else order:
                at = self._at(s, losses, flows)
                arrived = at.back(ruled)
                for name in case.params(Use.STEP):
                    made[name] = made[name] + arrived[name]
                for name in case.inputs:
                    made[name][:, s] += arrived[name]
                flows = carry(at, {name: arrived[name] for name in self.states})
            made |= flows if first == 0 else {}
        for name in case.params(Use.READOUT):
            made[name] = np.sum([seeds[name] for seeds in self.seeds if seeds], axis=0)
        return {name: np.conj(array) for name, array in left_out(self.given, made).items()}

    @np.errstate(all="ignore")
    def to_last_inputs(self, ruled: Ruled) -> tuple[int, Gradients]:
        """The last step with a loss, and the gradients of its inputs, each (N, …), if losses reach all steps.

        One step back is enough for these.
        """
        (_, losses), *_ = by_reach(self.case)
        last = max(losses)
        arrived = self._at(last, losses, self._begun(losses)).back(ruled)
        return last, {name: np.conj(arrived[name]) for name in self.case.inputs}

    def _begun(self, losses: Sequence[int]) -> Flows:
        """The cotangents of the final states, if one of these losses is at the last step."""
        last = self.case.steps - 1 in losses
        return {name: d if last else 0 * d for name, d in self.final.items()}

    def _at(self, s: int, losses: Sequence[int], flows: Flows) -> StepBack:
        """The backward of a step, with what its own loss adds to what flows from the step after it."""
        seeds = self.seeds[s] if s in losses else {}
        return StepBack(self, s, {name: d + seeds.get(name, 0.0) for name, d in flows.items()})


def _term(case: Case, t: int, leaves: Mapping[str, Any]) -> tuple[Any]:
    """The loss at a step, as a function of the state after it and of the readout."""
    model, f = case.model, Namespace(case.chosen, Arithmetic())
    state = tuple(leaves[block.name] for block in model.of(Use.STATE))
    data = case.objective.data(t, case.steps)
    return (case.objective.term(model, f, model.named(leaves, Use.READOUT), data, state),)
