"""The engine's cells as layers that the project's own verifier can judge."""

from functools import cache
from typing import Any

from verification import models
from verification.adapters.layer import LayerAdapter
from verification.adapters.problem import ProblemAdapter
from verification.adapters.rnn.cells import LOOPS, compile_loops, layer_of, network_of
from verification.models.model import Model
from verification.properties.findings import findings, truth_of
from verification.sampling.drawing import one_drawn
from verification.sampling.draws import cases, exact_cases
from verification.sampling.scope import Scope

MODELS: dict[str, Model] = {"Vanilla": models.vanilla, "LSTM": models.lstm, "GRU": models.gru}


def judged(
    name: str, functions: dict[str, str], *given: Any, loops: str = LOOPS["numpy"], **options: Any
) -> LayerAdapter:
    """The cell behind ``verification.layer``, with its full gradient."""
    _make(name.lower(), loops)
    return layer_of(name.lower(), functions, *given, loops=loops, **options)


def judged_network(name: str, loops: str, scope: Scope) -> ProblemAdapter:
    """The cell in a network, by the loops of that name."""
    _make(name.lower(), loops)
    return network_of(name.lower(), loops, scope)


@cache
def _make(name: str, loops: str) -> None:
    """Compile what is to be compiled: under coverage that takes longer than an answer may."""
    if loops == LOOPS["compiled"]:
        compile_loops(name)


def looked_at(engine: Any, count: int) -> tuple[list[str], set[str]]:
    """What is wrong on so many drawn cases, of Fractions if they are claimed, and the properties checked."""
    wrong, properties = [], set()
    strategy = (exact_cases if engine.claim.exact else cases)(engine.model, engine.claim)
    # The same cases whatever modules a process has loaded.
    for case in (one_drawn(strategy, number) for number in range(count)):
        for found in findings(engine, truth_of(case)):
            properties.add(found.property)
            if found.wrong is not None:
                wrong.append(f"{found.property} {found.part}: {found.wrong}")
    return wrong, properties
