"""A fault of a plain layer: what is owed to it, and a case on which it shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType

from tests.faults import Fault
from tests.layers import packed, planted
from verification.models.model import Model
from verification.sampling.scope import Scope


@dataclass(frozen=True, kw_only=True)
class LayerFault(Fault):
    """A wrong layer of ``module``, and its place by the diagnosis, whose sentence has ``told``.

    ``caught_by``: a property that refutes it. ``records``, ``steps``, ``scale``: a case on which it shows;
    its numbers are between −scale and scale, but for the conditions of ``levels``, by factor of the designed
    sample, drawn by ``seed``. ``scope``: what the layer claims. ``of_packing``: the line is one of
    ``tests.layers.packed``, which makes a layer of packed sequences of ``module``.
    """

    family: str
    model: Model
    module: ModuleType
    caught_by: str = "autograd"
    records: int = 3
    steps: int = 3
    scale: float = 1.0
    told: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    scope: Scope | None = None
    of_packing: bool = False

    def planted(self) -> ModuleType:
        """The wrong layer."""
        if self.of_packing:
            made: ModuleType = planted(packed, self.right, self.wrong).of(self.module)
            return made
        return planted(self.module, self.right, self.wrong)
