"""A cell of ``rnn``: in a network for a case with a loss, and as a layer for one with cotangents."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from verification.adapters.adapter import declared
from verification.adapters.layer import as_layer
from verification.adapters.problem import CAPABILITIES, Engine, ProblemAdapter
from verification.adapters.rnn.engine import (
    JudgedCell,
    gradients_of,
    layer_of_cell,
    network_instead,
    network_of_cell,
)
from verification.adapters.rnn.of_cells import of_every_cell
from verification.adapters.rnn.scoping import OF_RNN, fixed_of
from verification.models.arrays import Array
from verification.models.case import Case, Cotangents
from verification.models.model import Model, Use
from verification.processes.place import Passes
from verification.properties.engine import Begun
from verification.sampling.scope import Scope

# A network is one call, a layer two.
OF_BOTH = replace(CAPABILITIES, in_two=True)

# A cell claims everything that can be checked.
OF_CELLS = replace(OF_RNN, lengths=True, weights=True, classes=True)


class CellEngine(ProblemAdapter):
    """A cell; its first function is the ``JudgedCell``."""

    def answer(self, case: Case) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """What the network or the layer says of a case."""
        if not isinstance(case.objective, Cotangents):
            return super().answer(case)
        forward, blocks = as_layer(self, self._layer(case)).answer(case)
        return forward, {**self._behind(case), **blocks}

    def begin(self, case: Case) -> Begun:
        """The layer's forward, and its backward."""
        forward, back = as_layer(self, self._layer(case)).begin(case)
        return forward, lambda objective: {**self._behind(case), **back(objective)}

    def _behind(self, case: Case) -> dict[str, tuple[Array, ...]]:
        """What stands behind a layer has a gradient of 0."""
        return {block.name: (np.zeros_like(case.blocks[block.name]),) for block in self.model.of(Use.READOUT)}

    def _layer(self, case: Case) -> Passes:
        functions = {role: function.name for role, function in case.chosen.items()}
        given = functions, case.truncation, case.lengths is not None
        return Passes(layer_of_cell, self.functions[:1], given)

    def by(self, network: Engine) -> "CellEngine":
        """The same with another function for its network."""
        passes = Passes(network_instead, (*self.functions[:1], network), keeps=(None,))
        return replace(self, passes=passes, source=replace(self.source, given={"gradients": network}))


def as_cell(cell: JudgedCell, model: Model, scope: Scope = OF_CELLS) -> CellEngine:
    """A cell, or a stack of cells, with the cases that are run for every cell."""
    fixed = (*fixed_of(model), *of_every_cell(model))
    network = gradients_of(cell.package, cell.kind, cell.loops)
    known = declared("scoped", {"gradients": network}, model, scope, OF_BOTH)
    return CellEngine(**known, passes=Passes(network_of_cell, (cell,), keeps=(None,)), fixed=fixed)
