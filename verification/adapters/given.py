"""What a function of a whole problem is given, and what it returns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.truncation import FULL, TruncationRule
from verification.processes.invalid import InvalidAnswer


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything that a gradient of a model's own loss depends on.

    ``functions``: for each role, the name of the function that plays it. ``params``: the model's STEP and
    READOUT blocks by name, as U (H, D), W (H, H), b (H,), V (K, H) and c (K,). ``xs`` (N, T, D), or a dict of
    such arrays if a model has several INPUT blocks; ``state``, a tuple of arrays (N, …); ``targets`` (N, K)
    for a loss on the last step, (N, T, K) for one on every step. All arrays share one dtype: float32,
    float64, longdouble, or object for Fractions. The loss is the model's own, ½ ‖o − target‖² for the
    included models, summed over records and steps. ``truncation``: has ``first(t, steps)``, the earliest step
    that the loss at step t reaches; a standard one also has its ``kind``, as "Window", and its ``numbers``.

    ``checkpoints``: an engine that can keeps the state of every so many steps only, and computes the others
    again; 0 leaves the number to the engine. ``workspace``: one that can computes in arrays that other calls
    use before and after. Other engines ignore both.

    For an engine that claims them: ``lengths`` (N,), integers: where records end. What follows is padding,
    the last step is then each record's own, gradients after an end are 0, and outputs there are not read.
    ``weights`` (N,) or (N, T): the factor of each loss. ``classes``: targets are one-hot, and the loss is the
    cross-entropy of softmax(o).
    """

    functions: Mapping[str, str]
    params: Mapping[str, Array]
    xs: Any
    state: tuple[Array, ...]
    targets: Array
    truncation: TruncationRule = FULL
    checkpoints: int | None = None
    workspace: bool = False
    lengths: Array | None = None
    weights: Array | None = None
    classes: bool = False

    @property
    def activation(self) -> str:
        """The name of the function, for a model with one role."""
        (name,) = self.functions.values()
        return name

    @property
    def h0(self) -> Array:
        """The first of the state's arrays."""
        return self.state[0]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The number type of every array."""
        return self.state[0].dtype

    @property
    def steps(self) -> int:
        """T."""
        xs = next(iter(self.xs.values())) if isinstance(self.xs, Mapping) else self.xs
        return int(xs.shape[1])

    @property
    def first_loss(self) -> int:
        """The first step that has a loss."""
        return 0 if self.targets.ndim == 3 else self.steps - 1

    @property
    def targets_by_step(self) -> Array:
        """The targets of the steps that have a loss, (losses, N, K)."""
        return self.targets.swapaxes(0, 1) if self.targets.ndim == 3 else self.targets[None]


@dataclass(frozen=True, eq=False)
class Gradients:
    """What an engine returns: ``outputs`` (N, T, K), the loss's ``value``, and the gradients.

    ``value``: a number, or an array of shape (). ``params`` by name, ``xs`` and ``state`` in the form of the
    problem's, None for what a scope says is not returned. Each is a plain ``numpy.ndarray`` in the problem's
    dtype.
    """

    outputs: Array
    value: Any
    params: Mapping[str, Array]
    xs: Any
    state: tuple[Array, ...]


def check_gradients(answer: Any) -> None:
    """Raises InvalidAnswer for anything but a Gradients."""
    # By the classes' own names, because an object's __class__ may say anything, and an engine's process may
    # have this module a second time.
    home, name = Gradients.__module__, Gradients.__qualname__
    if not any((kind.__module__, kind.__qualname__) == (home, name) for kind in type(answer).__mro__):
        raise InvalidAnswer(f"returned a {type(answer).__name__}, needed a Gradients")


def returned_fields(answer: Any) -> tuple[Any, ...]:
    """The fields of a Gradients, in order; raises InvalidAnswer for anything else."""
    check_gradients(answer)
    return tuple(getattr(answer, field.name) for field in fields(Gradients))


def as_function(engine: Callable[[Problem], Gradients]) -> tuple[Callable[..., tuple[Any, ...]]]:
    """The engine as a function of a problem's fields, by name, that returns those of its Gradients."""
    return (lambda **given: returned_fields(engine(Problem(**given))),)


def unchanged(*functions: Callable[..., Any]) -> tuple[Callable[..., Any], ...]:
    """The functions as they are."""
    return functions
