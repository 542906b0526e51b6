"""The cells of ``rnn`` by either loops, each in a network with a squared error, claiming everything."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import rnn
from rnn.console.command_line import missing
from rnn.loops import LIBRARIES, installed
from verification.asked.model import Model
from verification.asked.scope import Scope
from verification.doors.problem import ModelGradients, ModelProblem, Whole
from verification.engine import engine_of
from verification.judge import as_rnn, scoped
from verification.models import gru, lstm

# By the name on the command line: the loops' class in ``rnn``.
LOOPS = {"numpy": "NumPyLoops", "compiled": "CompiledLoops"}

# By the model's name: the cell, and the model that it is judged by, whose roles are the cell's functions.
CELLS: dict[str, tuple[str, Model]] = {"lstm": ("LSTM", lstm), "gru": ("GRU", gru)}

# The vanilla cell has problems of its own form.
VANILLA = "vanilla"

# What they claim: all that can be asked, and the same bits however they are called.
OF_CELLS = Scope(exact=True, bits=True, checkpoints=True, workspace=True)


# Of that, what ``python -m rnn train`` asks of a cell. In up to 9 steps a window, a chunk and a tail are
# parts of the whole; units, inputs and outputs are as many as in any run.
OF_TRAINING = Scope(
    dtypes=("float32", "float64"),
    states="zero",
    records=(1, 17),
    steps=(1, 9),
    exact=False,
    bits=False,
    checkpoints=False,
)

# By the name on the command line: what is asked of the cell, None for all that it claims.
SCOPES: dict[str, Scope | None] = {"all": None, "training": OF_TRAINING}


def cell_engine(name: str, loops: str) -> Whole:
    """A cell by its model's name and the loops by theirs; ValueError without the extra that these need."""
    if loops == "compiled" and not installed():
        raise ValueError(f"--loops compiled: {missing(LIBRARIES[0], 'compiled')}")
    if name == VANILLA:
        return as_rnn(engine_of(rnn, LOOPS[loops]))
    return network_of(name, LOOPS[loops])


def network_of(
    name: str, loops: str = "NumPyLoops", scope: Scope = OF_CELLS, package: ModuleType = rnn
) -> Whole:
    """A cell of ``rnn``, or of a copy of it, by the loops of that name, with the scope that it claims."""
    cell, model = CELLS[name]
    return scoped(_gradients(package, cell, loops), scope, model=model)


def _gradients(package: ModuleType, name: str, loops: str) -> Callable[[ModelProblem], ModelGradients]:
    def gradients(problem: ModelProblem) -> ModelGradients:
        units, inputs = problem.state[0].shape[1], problem.xs.shape[2]
        chosen = {role: getattr(package, function) for role, function in problem.functions.items()}
        cell = getattr(package, name)(inputs, units, **chosen)
        net = package.RNN(cell, outputs=len(problem.params["c"]), loops=getattr(package, loops)())
        params = cell.params(**problem.params)
        data = problem.xs, problem.targets, problem.state
        options: dict[str, Any] = {}
        if problem.checkpoints is not None:
            options["checkpoints"] = package.Checkpoints(problem.checkpoints or None)
        if problem.workspace:
            options["workspace"] = net.workspace(*problem.xs.shape[:2], problem.xs.dtype)
            negative = cell.params(*(-block for block in params)), -problem.xs, -problem.targets
            net.loss_and_gradients(*negative, problem.state, **options)
        value, grads = net.loss_and_gradients(params, *data, problem.truncation, **options)
        outputs = net.predict(params, problem.xs, problem.state)
        return ModelGradients(outputs, value, grads.params._asdict(), grads.xs, grads.state)

    return gradients
