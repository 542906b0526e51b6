"""The engine, by the public call that a user makes: every check of its arguments included."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from benchmarks.contenders import Ready
from benchmarks.task import Task
from rnn import RNN, Checkpoints, Gradients, NumPyLoops
from rnn.common.arrays import Array, checked


def prepare(task: Task) -> Ready:
    """``RNN.loss_and_gradients`` in a workspace, as in repeated calls, with the usual loops."""
    return _in_workspace(task.net, task)


def prepare_numpy(task: Task) -> Ready:
    """The same with every step made by NumPy's calls."""
    return _in_workspace(replace(task.net, loops=NumPyLoops()), task)


def prepare_once(task: Task) -> Ready:
    """The same without a workspace: a call that lays everything out for itself."""
    return _ready(task.net, task)


def prepare_recomputing(task: Task) -> Ready:
    """The same with states computed twice, from checkpoints, instead of kept."""
    return _ready(task.net, task, checkpoints=Checkpoints())


def forward(task: Task) -> Callable[[], Any]:
    """A call for the loss alone: what a gradient costs beyond it is the backward."""
    net, params, xs, targets, state = task.net, task.params, task.xs, task.targets, task.state
    return lambda: net.loss_value(params, xs, targets, state)


def checks(task: Task) -> Callable[[], None]:
    """A call that checks the arrays of one ``loss_and_gradients``, and does nothing else."""
    arrays = {**task.arrays(), "targets": task.targets}
    named = [(name, array, array.shape, array.dtype) for name, array in arrays.items()]

    def run() -> None:
        for each in named:
            checked(*each)

    return run


def _in_workspace(net: RNN, task: Task) -> Ready:
    return _ready(net, task, workspace=net.workspace(task.shape.N, task.shape.T, task.xs.dtype))


def _ready(net: RNN, task: Task, **options: Any) -> Ready:
    params, xs, targets, truncation = task.params, task.xs, task.targets, task.truncation
    # A state of one array is given as that array, as a user does.
    state = task.state if len(task.state) > 1 else task.h0
    initial = tuple(task.initial())

    def run() -> Gradients:
        _, grads = net.loss_and_gradients(params, xs, targets, state, truncation, **options)
        return grads

    def by_name(grads: Gradients) -> dict[str, Array]:
        return {**grads.params._asdict(), "xs": grads.xs, **dict(zip(initial, grads.state, strict=True))}

    return Ready(run, by_name, {"loops": repr(net.loops)})
