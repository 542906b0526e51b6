"""The lag table of any model, from automatic differentiation with untied blocks.

Every step has a copy of the blocks of its own. Then autograd gives G[t, s], the part of ∂ℓ_t/∂θ that enters
through the use at step s, and every truncated gradient is a masked sum of the table. A loss at t contributes
to a block

    STEP, INPUT   at step s where s ≥ first(t)
    STATE         where first(t) = 0
    READOUT       always

Each loss has an entry of its own, or losses that reach back to one step, and so share a mask, form a *group*.
Copies of the network are three leading axes: M draws, the first of which is the truth and the others are
perturbed; L groups; and in a second pass the records, which give Σ |terms| as Σ_n |G_n|.
``verification.models.tolerance`` describes how the bound follows. Perturbed are every block, at every step,
the objective's data, the state after every step, every function's value and slope, and every cotangent on its
way back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import autograd
import autograd.numpy as anp
import numpy as np

from verification.models.arrays import Array
from verification.models.case import WIDER, Case, by_reach, real_of
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import PARAMETERS, NamedArrays, State, Use
from verification.models.tolerance import DRAWS, PERTURBATION, Expected, least_healthy, unit
from verification.truth.backward_rounding import keeps_apart, rounded_backward
from verification.truth.expectation import Draws
from verification.truth.in_chunks import drawn_in_chunks, joined
from verification.truth.observed import FunctionCall, Observed, kinked, rounded, shapes_of_calls, value_of
from verification.truth.output_as_state import as_state, left_out
from verification.truth.reverse import make_vjp
from verification.truth.substitute_types import as_known
from verification.truth.unroll import advance, forward_parts, state_by_name, term


@dataclass(frozen=True, eq=False, kw_only=True)
class LagTable(Draws):
    """The table of a case in M draws, for L groups of losses and T steps, in the next wider type.

    ``grads``, by block: STEP and READOUT (M, L, T, …), INPUT (M, L, T, N, …), STATE (M, L, N, …); ``terms``
    and ``lost`` without M.
    """

    groups: tuple[tuple[int, ...], ...]

    def gradient(self, first: Sequence[int]) -> dict[str, Array]:
        """The gradient, each block masked by the earliest step that each loss may reach."""
        return {name: self._masked(name, array[:1], first)[0] for name, array in self.grads.items()}

    def expected(self) -> dict[str, Expected]:
        """Every block's truth under the case's own truncation, with its Y, A and L."""
        return self._summed.expected()

    def part(self, name: str, index: Any) -> Expected:
        """The truth of a part of a block under the case's own truncation, with Y, A and L of that part."""
        return self._summed.part(name, index)

    @cached_property
    def _summed(self) -> Draws:
        """The gradient under the case's own truncation."""
        first = self.case.reach
        grads = {name: self._masked(name, array, first) for name, array in self.grads.items()}
        terms, lost = (
            {name: self._masked(name, array[None], first)[0] for name, array in each.items()}
            for each in (self.terms, self.lost)
        )
        return Draws(self.case, grads, terms, lost, self.parts, self.kinked)

    def _masked(self, name: str, array: Array, first: Sequence[int]) -> Array:
        """(M, …), summed over groups and, but for inputs, over steps; inputs as (M, N, T, …)."""
        use = self.case.model.block(name).use
        earliest = np.array([self._first_of(group, first) for group in self.groups])
        if use is Use.READOUT:
            summed: Array = array.sum(axis=(1, 2))
        elif use is Use.STATE:
            summed = array[:, earliest == 0].sum(axis=1)
        else:
            reached = np.arange(self.case.steps) >= earliest[:, None]
            kept = np.where(reached.reshape(1, *reached.shape, *[1] * (array.ndim - 3)), array, 0)
            summed = kept.sum(axis=1).swapaxes(1, 2) if use is Use.INPUT else kept.sum(axis=(1, 2))
        return summed

    @staticmethod
    def _first_of(group: Sequence[int], first: Sequence[int]) -> int:
        (earliest,) = {min(first[t], t + 1) if len(group) == 1 else first[t] for t in group}
        return earliest


def lag_table(case: Case) -> LagTable:
    """The table of a case, each loss by itself."""
    return _table(case, tuple((t,) for t in case.losses))


def grouped_table(case: Case) -> LagTable:
    """The table of a case under its own truncation; losses that reach back to one step form a group.

    For the full gradient it takes one copy where ``lag_table`` takes T.
    """
    return _table(case, tuple(losses for _, losses in by_reach(case)))


def _table(given: Case, groups: tuple[tuple[int, ...], ...]) -> LagTable:
    case = as_state(as_known(given))
    shared = {block.name for block in case.model.of(*PARAMETERS)}
    # ``LagTable.determined`` finds overflow, and the case is then set aside.
    with np.errstate(all="ignore"):
        drawn, apart = _Copies(case, groups, 1 + DRAWS, apart=False), _Copies(case, groups, 1, apart=True)
        # The axis of records that are held apart has one entry in the draws.
        grads = {n: array[:, :, :, 0] if n in shared else array for n, array in drawn.gradients().items()}
        each = {name: np.abs(array[0]) for name, array in apart.gradients().items()}
        sizes = {name: array.sum(axis=2) if name in shared else array for name, array in each.items()}
        lost = _lost(apart, sizes)
        more = drawn_in_chunks(as_known(given)) if len(groups) == 1 else None
    terms = {name: size + least_healthy(real_of(case.dtype)) for name, size in sizes.items()}
    grads, parts = left_out(given, grads), left_out(given, drawn.parts())
    if more:
        inputs = {block.name for block in case.model.of(Use.INPUT)}
        # Of one group, inputs by step.
        by_step = {
            name: (a.swapaxes(1, 2) if name in inputs else a)[:, None] for name, a in more.grads.items()
        }
        grads, parts = joined([grads, by_step]), joined([parts, more.parts])
    return LagTable(
        case=given,
        groups=groups,
        grads=grads,
        terms=left_out(given, terms),
        lost=left_out(given, lost),
        parts=parts,
        kinked=drawn.kinked(),
    )


# Where a leaf is: the name of a block and a step, or what is added to, the step, and its number there.
At: TypeAlias = tuple[Any, ...]

STATES, ARGUMENTS = "states", "arguments"


class _Copies:
    """The network in (M, L, R) copies: R is N, one record each, where they are ``apart``, and else 1."""

    def __init__(
        self,
        case: Case,
        groups: tuple[tuple[int, ...], ...],
        draws: int,
        apart: bool,
    ) -> None:
        self.case, self.groups, self.apart = case, groups, apart
        self.copies = (draws, len(groups), case.records if apart else 1)
        self.wide, self.real = WIDER[case.dtype], real_of(case.dtype)
        self.states: list[State] = []
        self._rng = np.random.default_rng(0)
        model, steps = case.model, range(case.steps)
        self._leaves: dict[At, Array] = {}
        for use, times in ((Use.STEP, steps), (Use.READOUT, case.losses)):
            for name, array in case.params(use).items():
                self._leaves |= {(name, s): self._shared(array) for s in times}
        for name, array in case.inputs.items():
            self._leaves |= {(name, s): self._by_record(array[:, s]) for s in steps}
        for name, array in state_by_name(model, case.state).items():
            self._leaves[name, 0] = self._by_record(array)
        self._data = {
            t: {name: self._by_record(array) for name, array in case.objective.data(t, case.steps).items()}
            for t in case.losses
        }
        shapes = shapes_of_calls(case, slice(0, 1) if apart else slice(None))
        self.calls = [[self._call(shape) for shape in shapes] for _ in steps]
        self._rounding = [[self._noise(self._inner(array)) for array in case.state] for _ in steps]
        for s in steps if apart else ():
            for i, array in enumerate(case.state):
                zero = np.zeros((*self.copies, *self._inner(array)), self.wide)
                self._leaves[STATES, s, i] = zero
            self._leaves |= {(ARGUMENTS, s, i): call.added for i, call in enumerate(self.calls[s])}

    def _noise(self, shape: tuple[int, ...]) -> Array:
        """2uξ for every draw, the same for all its groups, and 0 in the truth."""
        xi: Array = self._rng.uniform(-1, 1, (self.copies[0], 1, 1, *shape)).astype(self.wide)
        if np.iscomplexobj(xi):
            xi = xi + 1j * self._rng.uniform(-1, 1, xi.shape)
        xi[0] = 0
        noise: Array = xi * (PERTURBATION * unit(self.real))
        return noise

    def _inner(self, array: Array) -> tuple[int, ...]:
        """The shape of a record array (N, …) within one copy."""
        return (1, *array.shape[1:]) if self.apart else array.shape

    def _shared(self, array: Array) -> Array:
        return self._copied(array.astype(self.wide), array.shape)

    def _by_record(self, array: Array) -> Array:
        wide = array.astype(self.wide)
        return self._copied(wide[:, None] if self.apart else wide, self._inner(array))

    def _copied(self, array: Array, shape: tuple[int, ...]) -> Array:
        noise, least = self._noise(shape), least_healthy(self.real)
        return np.array(np.broadcast_to(array * (1 + noise) + noise * least, (*self.copies, *shape)))

    def _call(self, shape: tuple[int, ...]) -> FunctionCall:
        if self.apart:
            return FunctionCall(shape, added=np.zeros((*self.copies, *shape), self.wide))
        noise, shift = (
            np.broadcast_to(self._noise(shape), (*self.copies, *shape)) for _ in ("value", "slope")
        )
        return FunctionCall(shape, None, noise, shift, least_healthy(self.real))

    @cached_property
    def _grads(self) -> dict[At, Array]:
        """The gradient of every leaf; in draws every backward operation is rounded."""
        back, losses = make_vjp(self._losses, self._leaves)
        each = [np.ones_like(loss) for loss in losses]
        if self.copies[0] == 1:
            return back(each)
        return rounded_backward(back, each, unit(self.real), True, keeps_apart(self.case.model), 0)

    def gradients(self) -> dict[str, Array]:
        """The gradient of every block, steps stacked: STEP (M, L, T, R, …), INPUT (M, L, T, N, …)."""
        made = {}
        for block in self.case.model.blocks:
            each = {s: a for (name, s, *more), a in self._grads.items() if name == block.name and not more}
            if not each:
                continue
            if block.use is Use.STATE:
                array = each[0]
            else:
                # A step without a loss has no part in a READOUT.
                zero = np.zeros_like(next(iter(each.values())))
                array = np.stack([each.get(s, zero) for s in range(self.case.steps)], axis=2)
            if block.use in (Use.INPUT, Use.STATE):
                # Records are one of two axes, and the other one has one entry.
                axis = array.ndim - len(block.axes) - 2
                array = array.reshape(*array.shape[:axis], self.case.records, *array.shape[axis + 2 :])
            # autograd's gradients of complex numbers are the conjugates of ours.
            made[block.name] = np.conj(array)
        return made

    def added(self, what: str, s: int) -> list[Array]:
        """The gradient of what was added to the states after a step, or to the arguments of its functions."""
        return [np.asarray(array) for at, array in self._grads.items() if at[:-1] == (what, s)]

    def _losses(self, leaves: Mapping[At, Any]) -> list[Any]:
        """All losses of all copies, by step. Copies are independent, so the sum has the gradient of each."""
        model, case = self.case.model, self.case
        state: State = tuple(leaves[block.name, 0] for block in model.of(Use.STATE))
        self.states = [state]
        losses = []
        for s in range(case.steps):
            if self.apart:
                for i, call in enumerate(self.calls[s]):
                    call.added = leaves[ARGUMENTS, s, i]
            f = Namespace(case.chosen, Observed(self.calls[s], case.coarse))
            p, inputs = self._blocks(Use.STEP, leaves, s), self._blocks(Use.INPUT, leaves, s)
            state = advance(model, f, p, inputs, state, self.copies)
            state = tuple(self._rounded(s, i, array, leaves) for i, array in enumerate(state))
            self.states.append(state)
            if s in self._data:
                losses.append(self._losses_at(s, leaves, state))
        self.states = [tuple(map(value_of, each)) for each in self.states]
        return losses

    def _blocks(self, use: Use, leaves: Mapping[At, Any], s: int) -> NamedArrays:
        """The blocks of a use at a step."""
        names = (block.name for block in self.case.model.of(use))
        return NamedArrays({name: leaves[name, s] for name in names if (name, s) in leaves})

    def _rounded(self, s: int, i: int, array: Any, leaves: Mapping[At, Any]) -> Any:
        """A state after step s, rounded."""
        if self.apart:
            return array + leaves[STATES, s, i]
        return rounded(array, self._rounding[s][i], least_healthy(self.real))

    def _losses_at(self, t: int, leaves: Mapping[At, Any], state: State) -> Any:
        """The losses at step t of the groups that contain it."""
        held = [g for g, group in enumerate(self.groups) if t in group]
        f = Namespace(self.case.chosen, Arithmetic())
        readout = self._blocks(Use.READOUT, leaves, t)
        p = NamedArrays({name: array[:, held] for name, array in readout.items()})
        data = {name: array[:, held] for name, array in self._data[t].items()}
        copies = (self.copies[0], len(held), self.copies[2])
        return term(
            self.case.model, self.case.objective, f, p, data, tuple(a[:, held] for a in state), copies
        )

    def parts(self) -> dict[str, Array]:
        """What the forward computes, by name, in every draw; it is the same for all groups."""

        def drawn(t: int) -> tuple[NamedArrays, dict[str, Array]]:
            readout = self._blocks(Use.READOUT, self._leaves, t if t in self._data else self.case.losses[0])
            p = NamedArrays({name: array[:, 0, 0] for name, array in readout.items()})
            return p, {name: array[:, 0, 0] for name, array in self._data.get(t, {}).items()}

        states = [tuple(array[:, 0, 0] for array in state) for state in self.states]
        return forward_parts(self.case, states, drawn, self.copies[:1])

    def kinked(self) -> bool:
        """Is an argument of a function too near a kink?"""
        return any(kinked(calls) for calls in self.calls)


def _lost(apart: _Copies, sizes: Mapping[str, Array]) -> dict[str, Array]:
    """By how much each part may be off if the type loses every cotangent below ``least_healthy``.

    What is lost at one step is missing at all steps before it, times the absolute Jacobian of each step
    between. ``sizes``: Σ |terms| of each block (L, …), over the records if they share it.
    """
    case, least = apart.case, least_healthy(real_of(apart.case.dtype))
    lost = {name: 0 * size for name, size in sizes.items()}
    groups, records, steps = len(apart.groups), case.records, case.steps

    def by_entry(step: list[Array]) -> Array:
        """(L, N, E) of arrays (1, L, N, …)."""
        parts = [np.abs(array[0]).reshape(groups, records, -1) for array in step]
        whole: Array = np.concatenate(parts, axis=2) if parts else np.zeros((groups, records, 0))
        return np.where(whole < least, whole, 0)

    missing = [
        np.concatenate([by_entry(apart.added(what, s)) for what in (STATES, ARGUMENTS)], axis=2)
        for s in range(steps)
    ]
    if any(each.any() for each in missing):
        carried = 0 * by_entry(apart.added(STATES, 0))
        for s in range(steps - 1, -1, -1):
            here = missing[s]
            here[:, :, : carried.shape[2]] += carried
            jacobian = _absolute_jacobian(case, s, apart.states[s])
            for block in case.model.of(Use.STEP):
                lost[block.name][:, s] = np.einsum("lne,en...->l...", here, jacobian[block.name])
            for block in case.model.of(Use.INPUT):
                lost[block.name][:, s] = np.einsum("lne,en...->ln...", here, jacobian[block.name][:, :, 0])
            arrived = [
                np.einsum("lne,en...->ln...", here, jacobian[block.name][:, :, 0])
                for block in case.model.of(Use.STATE)
            ]
            carried = np.concatenate([each.reshape(groups, records, -1) for each in arrived], axis=2)
        for block, each in zip(case.model.of(Use.STATE), arrived, strict=True):
            lost[block.name] = lost[block.name] + each
    for block in case.model.of(Use.STATE):
        arrived_at = sizes[block.name]
        lost[block.name] = lost[block.name] + np.where(arrived_at < least, arrived_at, 0)
    return lost


def _absolute_jacobian(case: Case, s: int, state: State) -> dict[str, Array]:
    """|∂(state after, function arguments) / ∂ block| of step s, by block: (E, N, …), each of one record."""
    model, wide = case.model, WIDER[case.dtype]
    calls = [FunctionCall(shape) for shape in shapes_of_calls(case, slice(0, 1))]
    values = {name: array[0, 0] for name, array in state_by_name(model, state).items()}
    values |= {name: array[:, s].astype(wide)[:, None] for name, array in case.inputs.items()}
    shared = {block.name: case.blocks[block.name].astype(wide) for block in model.of(Use.STEP)}
    count = sum(array[0, 0, 0].size for array in state) + sum(int(np.prod(call.shape)) for call in calls)
    copies = (count, case.records)
    leaves = {name: np.array(np.broadcast_to(a, (count, *a.shape))) for name, a in values.items()}
    leaves |= {name: np.array(np.broadcast_to(a, (*copies, *a.shape))) for name, a in shared.items()}

    def entries(leaves: Any) -> Any:
        """Entry e of the step's results, taken from copy e."""
        f = Namespace(case.chosen, Observed(calls, case.coarse))
        named = {name: leaves[name] for name in (*values, *shared)}
        p, inputs, before = (model.named(named, use) for use in (Use.STEP, Use.INPUT, Use.STATE))
        after = advance(model, f, p, inputs, tuple(before.values()), copies)
        results = [*after, *(call.argument() for call in calls)]
        flat = anp.concatenate([anp.reshape(each, (*copies, -1)) for each in results], axis=2)
        chosen = flat[np.arange(count), :, np.arange(count)]
        return anp.sum(anp.real(chosen) if np.iscomplexobj(value_of(chosen)) else chosen)

    return {name: np.abs(array) for name, array in autograd.grad(entries)(leaves).items()}
