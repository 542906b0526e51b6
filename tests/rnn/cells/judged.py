"""The engine's cells as layers that the project's own verifier can judge."""

from types import ModuleType
from typing import Any

import rnn
from verification import Scope, layer, models
from verification.asked.case import Case
from verification.asked.draws import cases
from verification.asked.fractions import exact_cases
from verification.asked.model import Model
from verification.doors.layer import Layer
from verification.drawing import each_drawn
from verification.judging.findings import findings, truth_of

MODELS: dict[str, Model] = {"Vanilla": models.vanilla, "LSTM": models.lstm, "GRU": models.gru}

# The engine's function of each role of a model, by the name that the model has for it.
ROLES = {
    "Vanilla": ("activation",),
    "LSTM": ("gate", "candidate", "output"),
    "GRU": ("gate", "candidate"),
}
FUNCTIONS = {
    name: getattr(rnn, name) for name in ("tanh", "sigmoid", "relu", "softsign", "identity", "rational_gate")
}


def cell_of(package: ModuleType, name: str, inputs: int, units: int, functions: dict[str, str]) -> Any:
    """A cell of ``rnn`` or of a copy of it, with these functions by role."""
    chosen = {role: getattr(package, function) for role, function in functions.items()}
    return getattr(package, name)(inputs, units, **chosen)


def judged(
    name: str,
    functions: dict[str, str],
    scope: Scope | None = None,
    package: ModuleType = rnn,
    loops: str = "NumPyLoops",
) -> Layer:
    """The cell behind ``verification.layer``, with its full gradient, by either ``loops``."""

    def forward(params: Any, xs: Any, state: Any, lengths: Any = None) -> Any:
        cell = cell_of(package, name, xs.shape[2], state[0].shape[1], functions)
        made = package.Layer(cell, getattr(package, loops)())
        outputs, final, saved = made.forward(cell.weights(**params), xs, state, lengths)
        return outputs, final, (made, saved)

    def backward(kept: Any, d_outputs: Any, d_state: Any) -> Any:
        made, saved = kept
        grads = made.backward(saved, d_outputs, d_state)
        return grads.params._asdict(), grads.xs, grads.state

    return layer(forward, backward, model=MODELS[name], scope=scope)


def looked_at(engine: Any, count: int) -> tuple[list[str], set[str]]:
    """What is wrong on so many drawn cases, of Fractions if they are claimed, and the properties asked."""
    wrong, properties = [], set()

    def look(case: Case) -> None:
        for found in findings(engine, truth_of(case)):
            properties.add(found.property)
            if found.wrong is not None:
                wrong.append(f"{found.property} {found.part}: {found.wrong}")

    strategy = exact_cases if engine.claim.exact else cases
    each_drawn(strategy(engine.model, engine.claim), 0, count, look)
    return wrong, properties
