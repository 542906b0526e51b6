"""A fault of a plain layer: what is owed to it, and a case on which it shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType

from tests.faults import Fault
from tests.layers import planted
from verification.models.model import Model


@dataclass(frozen=True, kw_only=True)
class LayerFault(Fault):
    """A wrong layer of ``module``, and its place by the diagnosis, whose sentence has ``told``.

    ``caught_by``: a property that refutes it. ``records``, ``steps``, ``scale``: a case on which it shows;
    its numbers are between −scale and scale, but for the conditions of ``levels``, by factor of the designed
    sample, drawn by ``seed``.
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

    def planted(self) -> ModuleType:
        """The wrong layer."""
        return planted(self.module, self.right, self.wrong)
