"""A cell of ``rnn``: in a network for a case with a loss, and as a layer for one with cotangents."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np

import rnn
from verification.adapters.adapter import declared
from verification.adapters.layer import as_layer
from verification.adapters.problem import CAPABILITIES, Engine, ProblemAdapter
from verification.adapters.rnn.engine import Kinds, gradients_of, or_none, passes_of, rnn_truncation
from verification.adapters.rnn.of_cells import of_every_cell
from verification.adapters.rnn.scoping import OF_RNN, fixed_of
from verification.models.arrays import Array
from verification.models.case import Case, Cotangents
from verification.models.model import Model, Use
from verification.properties.engine import Begun
from verification.sampling.scope import Scope

# A network is one call, a layer two.
OF_BOTH = replace(CAPABILITIES, in_two=True)

# A cell claims everything that can be checked.
OF_CELLS = replace(OF_RNN, lengths=True, weights=True, classes=True)


@dataclass(frozen=True, eq=False, kw_only=True)
class CellEngine(ProblemAdapter):
    """A cell of ``package``, which is ``rnn`` or a copy of it, by the loops of that name."""

    package: ModuleType
    kind: Kinds
    loops: str

    def answer(self, case: Case) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """What the network or the layer says of a case."""
        if not isinstance(case.objective, Cotangents):
            return super().answer(case)
        forward, blocks = as_layer(self, *self._passes(case)).answer(case)
        return forward, {**self._behind(case), **blocks}

    def begin(self, case: Case) -> Begun:
        """The layer's forward, and its backward."""
        forward, back = as_layer(self, *self._passes(case)).begin(case)
        return forward, lambda objective: {**self._behind(case), **back(objective)}

    def _behind(self, case: Case) -> dict[str, tuple[Array, ...]]:
        """What stands behind a layer has a gradient of 0."""
        return {block.name: (np.zeros_like(case.blocks[block.name]),) for block in self.model.of(Use.READOUT)}

    def _passes(self, case: Case) -> Any:
        """As a layer is called where nothing more is said than has to be."""
        functions = {role: function.name for role, function in case.chosen.items()}
        truncation = rnn_truncation(self.package, case.truncation)
        forward, backward = passes_of(self.package, self.kind, self.loops, functions, truncation)
        return (
            lambda params, xs, state, lengths=None: forward(
                params, xs, state, None if case.lengths is None else lengths
            ),
            lambda saved, d_outputs, d_state: backward(saved, d_outputs, or_none(d_state)),
        )

    def by(self, network: Engine) -> "CellEngine":
        """The same with another function for its network."""
        return replace(self, function=network, source=replace(self.source, given={"gradients": network}))


def as_cell(
    kind: Kinds, model: Model, scope: Scope = OF_CELLS, package: ModuleType = rnn, loops: str = "NumPyLoops"
) -> CellEngine:
    """A cell, or a stack of cells, of these classes, with the cases that are run for every cell."""
    network = gradients_of(package, kind, loops)
    fixed = (*fixed_of(model), *of_every_cell(model))
    known = declared("scoped", {"gradients": network}, model, scope, OF_BOTH)
    return CellEngine(**known, function=network, fixed=fixed, package=package, kind=kind, loops=loops)
