"""The engine, by the public call that a user makes: every check of its arguments included."""

from collections.abc import Callable
from typing import Any

from benchmarks.contenders import Ready
from benchmarks.task import Task
from rnn import Checkpoints, Gradients
from rnn.arrays import Array, checked


def prepare(task: Task) -> Ready:
    """``RNN.loss_and_gradients`` in a workspace, as for who asks more than once."""
    return _ready(task, workspace=task.net.workspace(task.shape.N, task.shape.T, task.xs.dtype))


def prepare_once(task: Task) -> Ready:
    """The same without one: a call that lays everything out for itself."""
    return _ready(task)


def prepare_recomputing(task: Task) -> Ready:
    """The same with states computed twice, from checkpoints, instead of kept."""
    return _ready(task, checkpoints=Checkpoints())


def forward(task: Task) -> Callable[[], Any]:
    """A call for the loss alone: what a gradient costs beyond it is the backward."""
    net, params, xs, targets, h0 = task.net, task.params, task.xs, task.targets, task.h0
    return lambda: net.loss_value(params, xs, targets, h0)


def checks(task: Task) -> Callable[[], None]:
    """A call that checks the arrays of one ``loss_and_gradients``, and does nothing else."""
    arrays = {**task.arrays(), "targets": task.targets}
    named = [(name, array, array.shape, array.dtype) for name, array in arrays.items()]

    def run() -> None:
        for each in named:
            checked(*each)

    return run


def _ready(task: Task, **options: Any) -> Ready:
    net, params, xs, targets, h0, truncation = (
        *(task.net, task.params, task.xs, task.targets, task.h0, task.truncation),
    )

    def run() -> Gradients:
        _, grads = net.loss_and_gradients(params, xs, targets, h0, truncation, **options)
        return grads

    return Ready(run, _by_name)


def _by_name(grads: Gradients) -> dict[str, Array]:
    return {**grads.params._asdict(), "xs": grads.xs, "h0": grads.h0}
