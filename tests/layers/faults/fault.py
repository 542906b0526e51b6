"""A fault as data: two lines of a plain layer, and what is owed to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType

from tests.layers import planted
from verification.models.model import Model


@dataclass(frozen=True)
class Fault:
    """A wrong layer and its place.

    ``right`` and ``wrong``: a line of the layer, and what stands there instead. ``stage``, ``blocks``,
    ``parts`` and ``as_if``: the diagnosis, whose sentence has ``told``. ``caught_by``: a property that
    refutes it. ``records``, ``steps``, ``scale``: a case on which it shows; its numbers are between −scale
    and scale, but for the conditions of ``levels``, by factor of the designed sample, drawn by ``seed``.
    """

    family: str
    story: str
    model: Model
    module: ModuleType
    right: str
    wrong: str
    stage: str
    blocks: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    as_if: str | None = None
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
