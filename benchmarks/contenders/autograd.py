"""HIPS autograd: the textbook's loop, differentiated.

``prepare`` differentiates the loop as it stands in the textbook, x Uᵀ + b and h Wᵀ at every step, which is
what somebody writes who leaves the gradient to autograd. ``prepare_hoisted`` is for who knows the tool: with
x Uᵀ + b of all steps computed before the loop there is less for autograd to record.

Every truncation can be expressed, a window too: each loss sees the state that is replayed from where it may
reach, held constant (see ``verification.truth.replay``). Where one stop serves all losses nothing is
replayed. A replay is recorded whole, so beyond ``LONGEST`` steps or ``LARGEST`` numbers it is left out.
"""

from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as np

from benchmarks.contenders import Ready
from benchmarks.contenders.steps import STEPS, State
from benchmarks.segments import DetachedSegment, segments
from benchmarks.task import Task
from verification.models.functions import Arithmetic
from verification.models.model import squared_error

# From t and the state before step t to the state after it.
Step = Callable[[int, State], State]

# x, as a constant.
stop = Arithmetic().stop

# Steps that a replay may record, at 0.2 ms and more each, and numbers that their states may hold: autograd
# keeps several arrays a step.
LONGEST = 20_000
LARGEST = 20_000_000


def prepare(task: Task) -> Ready | None:
    """The loop that computes everything of a step in the step."""

    def make_step(leaves: dict[str, Any]) -> Step:
        UT, b, xs = leaves["U"].T, leaves["b"], leaves["xs"]
        step = STEPS[task.cell](np, _sigmoid, leaves)
        return lambda t, state: step(np.dot(xs[:, t], UT) + b, state)

    return _prepare(task, make_step)


def prepare_hoisted(task: Task) -> Ready | None:
    """The loop with the inputs' product moved out of it."""

    def make_step(leaves: dict[str, Any]) -> Step:
        projected = np.dot(leaves["xs"], leaves["U"].T) + leaves["b"]
        step = STEPS[task.cell](np, _sigmoid, leaves)
        return lambda t, state: step(projected[:, t], state)

    return _prepare(task, make_step)


def _sigmoid(a: Any) -> Any:
    """As autograd's own examples write it: no overflow, and fewer calls than with exp."""
    return 0.5 * (np.tanh(0.5 * a) + 1)


def _stopped(state: State) -> State:
    return tuple(map(stop, state))


def _prepare(task: Task, make_step: Callable[[dict[str, Any]], Step]) -> Ready | None:
    shared = segments(task.truncation, task.shape.T, task.first_loss)
    if shared is None and _too_long(task):
        return None
    targets = task.targets.swapaxes(0, 1) if task.loss == "every" else task.targets[None]
    states = _replayed(task) if shared is None else _on_one_graph(task, shared)
    initial = tuple(task.initial())

    def loss(leaves: dict[str, Any]) -> Any:
        state = tuple(leaves[name] for name in initial)
        hs = np.stack([h for h, *_ in states(make_step(leaves), state)])
        return np.sum(squared_error(None, np.dot(hs, leaves["V"].T) + leaves["c"], targets))

    gradient, leaves = autograd.grad(loss), task.arrays()
    return Ready(lambda: gradient(leaves), lambda grads: grads)


def _on_one_graph(task: Task, shared: tuple[DetachedSegment, ...]) -> Callable[[Step, State], list[State]]:
    """The states that have a loss, from one run in which the state is stopped between segments."""

    def states(step: Step, state: State) -> list[State]:
        after = []
        for start, end, learns in shared:
            state = _stopped(state) if start > 0 else state
            for t in range(start, end):
                state = step(t, state) if learns else _stopped(step(t, state))
                after.append(state)
        return after[task.first_loss :]

    return states


def _too_long(task: Task) -> bool:
    """Is a replay of every loss's own steps too long for autograd to record?"""
    T, N, H = task.shape.T, task.shape.N, task.shape.H
    steps = sum(t + 1 - task.truncation.first(t, T) for t in range(task.first_loss, T))
    return steps > LONGEST or steps * N * H > LARGEST


def _replayed(task: Task) -> Callable[[Step, State], list[State]]:
    """The states that have a loss, each replayed from the step that its own loss may reach."""
    steps = task.shape.T

    def states(step: Step, initial: State) -> list[State]:
        before = [initial]
        for t in range(steps):
            before.append(_stopped(step(t, _stopped(before[-1]))))
        after = []
        for t in range(task.first_loss, steps):
            first = min(task.truncation.first(t, steps), t + 1)
            state = before[first]
            for s in range(first, t + 1):
                state = step(s, state)
            after.append(state)
        return after

    return states
