"""What is judged of the vanilla model: a problem, its gradients, and an engine, a function between the two.

They are views of ``ModelProblem`` and ``ModelGradients`` that name the model's blocks one by one. To have a
backward pass of your own judged, write it as a function ``engine(problem) -> Gradients`` and call
``verification.verify(engine)``. The problem's arrays are the engine's to read and not to change. What it does
not do at all, such as numbers that are Fractions, it says by raising ``verification.Unsupported``: that
proves nothing against it, and nothing for it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

import numpy as np

from rnn import ACTIVATIONS, Full, Truncation
from rnn.common.arrays import FLOATS, FRACTIONS, Array
from verification.adapters.problem import ModelGradients, ModelProblem
from verification.models.code import code_of, imports_of
from verification.models.truncation import Standard, Tabled, truncation_of
from verification.text import in_a_line, shown, type_name

PARAMETERS = ("U", "W", "b", "V", "c")
BLOCKS = (*PARAMETERS, "xs", "h0")

# By name, of models (``verification.models``).
CELLS = ("vanilla",)


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything that a gradient depends on.

    ``cell`` and ``activation`` are names (vanilla; tanh, sigmoid, relu, softsign, identity). ``params``
    holds U (H, D), W (H, H), b (H,), V (K, H), c (K,). xs (N, T, D); h0 (N, H); ``targets`` (N, K) for a
    loss on the last step, (N, T, K) for one on every step. All arrays are plain and share one dtype: float32,
    float64, longdouble, or object for Fractions. Raises TypeError or ValueError for others. The forward is

        a_t = U x_t + W h_t + b      h_t+1 = f(a_t)      o_t = V h_t+1 + c

    the loss ½ ‖o − target‖², summed over records and steps, and ``truncation`` as in ``rnn.truncation``.
    ``checkpoints``: an engine that can is asked to keep the state of every so many steps alone, and to
    compute the others again; 0 leaves the number to the engine. ``workspace``: one that can is asked to
    compute in arrays that other calls use before and after. Who cannot ignores either. ``source``: an
    expression that makes the problem, where its numbers are too many to be printed.

    Of an engine that claims them: ``lengths`` (N,), integers, where records end; what follows is padding, the
    last step is then each record's own, and outputs and gradients behind an end are 0. ``weights``, (N,) or
    (N, T), what each loss is multiplied by. ``classes``: targets are one-hot, and the loss is the
    cross-entropy of softmax(o).
    """

    activation: str
    params: Mapping[str, Array]
    xs: Array
    targets: Array
    h0: Array
    truncation: Truncation = Full()
    cell: str = "vanilla"
    checkpoints: int | None = None
    workspace: bool = False
    source: str = ""
    lengths: Array | None = None
    weights: Array | None = None
    classes: bool = False

    def __post_init__(self) -> None:
        _check(self)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The number type of every array."""
        return self.xs.dtype

    @property
    def steps(self) -> int:
        """T."""
        return int(self.xs.shape[1])

    @property
    def sizes(self) -> dict[str, int]:
        """T, N, D, H and K, by name."""
        records, steps, inputs = self.xs.shape
        outputs, units = self.params["V"].shape
        return {"T": steps, "N": records, "D": inputs, "H": units, "K": outputs}

    @property
    def first_loss(self) -> int:
        """The first step that has a loss."""
        return 0 if self.targets.ndim == 3 else self.steps - 1

    @property
    def targets_by_step(self) -> Array:
        """The targets of the steps that have a loss, (losses, N, K)."""
        return self.targets.swapaxes(0, 1) if self.targets.ndim == 3 else self.targets[None]

    @property
    def truncation_as_data(self) -> Truncation:
        """The truncation as an oracle takes it: of an engine's own, the earliest step of each loss."""
        truncation, steps = truncation_of(self.truncation), self.steps
        if isinstance(truncation, Standard):
            return truncation
        return Tabled(tuple(self.truncation.first(t, steps) for t in range(steps)))

    def arrays(self) -> dict[str, Array]:
        """Every array by its name."""
        weights = {} if self.weights is None else {"weights": self.weights}
        return {**self.params, "xs": self.xs, "targets": self.targets, "h0": self.h0, **weights}

    def replaced(self, **arrays: Any) -> "Problem":
        """The same problem with other arrays, by name, or another truncation."""
        params = {name: arrays.pop(name, array) for name, array in self.params.items()}
        return replace(self, params=params, source="", **arrays)

    def general(self) -> ModelProblem:
        """The same as a problem of any model."""
        return ModelProblem(
            functions={"activation": self.activation},
            params=self.params,
            xs=self.xs,
            state=(self.h0,),
            targets=self.targets,
            truncation=self.truncation,
            checkpoints=self.checkpoints,
            workspace=self.workspace,
            lengths=self.lengths,
            weights=self.weights,
            classes=self.classes,
        )

    def code(self) -> str:
        """This problem as a Python program that makes it again."""
        imports, expression = self.code_parts()
        return f"{imports}\nproblem = {expression}\n"

    def code_parts(self) -> tuple[str, str]:
        """What such a program imports, and the expression that makes the problem."""
        if self.source:
            module, _, _ = re.split(r"[\[(]", self.source)[0].rpartition(".")
            return f"import {module}\n", self.source
        arrays = {name: code_of(array) for name, array in self.arrays().items()}
        params = "".join(f"        {name!r}: {arrays.pop(name)},\n" for name in self.params)
        named = "".join(f"    {name}={text},\n" for name, text in arrays.items())
        asked = "" if self.checkpoints is None else f"    checkpoints={self.checkpoints},\n"
        asked += "    workspace=True,\n" if self.workspace else ""
        asked += "" if self.lengths is None else f"    lengths=np.array({self.lengths.tolist()}),\n"
        asked += "    classes=True,\n" if self.classes else ""
        return (
            f"{imports_of(self.dtype)}from rnn import Chunked, Full, Tail, Window\n"
            "from verification import Problem\n",
            "Problem(\n"
            f"    cell={self.cell!r},\n"
            f"    activation={self.activation!r},\n"
            f"    params={{\n{params}    }},\n"
            f"{named}"
            f"    truncation={self.truncation!r},\n"
            f"{asked})",
        )


def _check(problem: Problem) -> None:
    """Raises for the first argument that does not fit."""
    if problem.activation not in tuple(ACTIVATIONS):
        raise ValueError(f"activation: {shown(problem.activation)}, needed one of {', '.join(ACTIVATIONS)}")
    if problem.cell not in CELLS:
        raise ValueError(f"cell: {shown(problem.cell)}, needed {' or '.join(CELLS)}")
    if not callable(getattr(problem.truncation, "first", None)):
        raise TypeError(
            f"truncation: {shown(problem.truncation)}, needed a truncation of rnn, such as Full()"
        )
    params = problem.params
    if not isinstance(params, Mapping) or set(params) != set(PARAMETERS):
        given = f"names {', '.join(map(str, params))}" if isinstance(params, Mapping) else shown(params)
        raise ValueError(f"params: {in_a_line(given)}, needed arrays by the names {', '.join(PARAMETERS)}")
    arrays = {name: getattr(problem, name) for name in ("xs", "targets", "h0")}
    arrays |= {} if problem.weights is None else {"weights": problem.weights}
    arrays |= {f"params.{name}": array for name, array in params.items()}
    for name, array in arrays.items():
        if type(array) is not np.ndarray:
            raise TypeError(f"{name}: type {type_name(type(array))}, needed numpy.ndarray")
        if array.dtype not in (*FLOATS, FRACTIONS):
            raise TypeError(f"{name}: dtype {array.dtype}, needed float32, float64, longdouble or object")
        if array.dtype != problem.xs.dtype:
            raise TypeError(f"{name}: dtype {array.dtype}, needed {problem.xs.dtype} as xs has")
    for name, axes in (("xs", "N, T, D"), ("params.V", "K, H")):
        if arrays[name].ndim != len(axes.split(", ")):
            raise ValueError(f"{name}: shape {arrays[name].shape}, needed ({axes})")
        if 0 in arrays[name].shape:
            raise ValueError(f"{name}: shape {arrays[name].shape}, needed ({axes}), each at least 1")
    (N, T, D), (K, H) = problem.xs.shape, params["V"].shape
    needed = {"U": (H, D), "W": (H, H), "b": (H,), "c": (K,)}
    shapes: dict[str, tuple[tuple[int, ...], ...]] = {f"params.{n}": (shape,) for n, shape in needed.items()}
    shapes |= {"h0": ((N, H),), "targets": ((N, K), (N, T, K))}
    shapes |= {} if problem.weights is None else {"weights": ((N,), (N, T))}
    for name, allowed in shapes.items():
        if arrays[name].shape not in allowed:
            wanted = " or ".join(map(str, allowed))
            raise ValueError(f"{name}: shape {arrays[name].shape}, needed {wanted} beside xs and V")


@dataclass(frozen=True, eq=False)
class Gradients:
    """What an engine answers: the forward's values, and ∂L/∂ each block.

    ``outputs`` (N, T, K); ``value``, the loss, a number or an array of shape (); U, W, b, V, c, xs and h0 in
    the shapes of what they are gradients of. All in the problem's dtype, and each a plain ``numpy.ndarray``.
    """

    outputs: Array
    value: Any
    U: Array
    W: Array
    b: Array
    V: Array
    c: Array
    xs: Array
    h0: Array

    @classmethod
    def of(cls, answer: ModelGradients) -> "Gradients":
        """The answer of a cell of ``rnn``, block by block."""
        return cls(answer.outputs, answer.value, **answer.params, xs=answer.xs, h0=answer.state[0])

    def blocks(self) -> dict[str, Array]:
        """The seven blocks of the gradient, by name."""
        return {name: getattr(self, name) for name in BLOCKS}

    def named(self) -> dict[str, Any]:
        """Every part of the answer, by name, the forward's first."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


Engine: TypeAlias = Callable[[Problem], Gradients]
