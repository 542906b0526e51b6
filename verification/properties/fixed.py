"""Fixed cases that an engine brings along: what everyone who is judged as it is has to meet.

A designed sample covers levels by what a model knows. What a family of engines does in its own way, at sizes
or by truncations of its own, is met by cases that are made for it. They are made of whole numbers that
nothing rounds, so an answer has to *equal* autograd's, whatever the order of its sums; or they are asked as
any other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case
from verification.properties.asking import ask
from verification.properties.engine import Engine, InvalidAnswer
from verification.properties.properties import FORM, Finding
from verification.truth import replay
from verification.truth.comparison import unequal


@dataclass(frozen=True, eq=False)
class WholeTruth:
    """What is true of a case of whole numbers that nothing rounds, and the property that asks for it."""

    case: Case
    asked_by: str

    @cached_property
    def _both(self) -> tuple[dict[str, Array], dict[str, Array]]:
        return _whole(self.case)

    @property
    def forward(self) -> dict[str, Array]:
        """What the forward computes, by name."""
        return self._both[0]

    @property
    def blocks(self) -> dict[str, Array]:
        """Every block's gradient."""
        return self._both[1]

    @property
    def large(self) -> bool:
        """Is the case asked what one call tells, and no more?"""
        return True

    @property
    def determined(self) -> bool:
        """Is there a truth at this precision?"""
        return True

    def want(self, part: str) -> tuple[Array, float]:
        """What a part has to be, and the error that is accepted: none."""
        return (self.forward[part] if part in self.forward else self.blocks[part]), 0.0

    def live(self, names: tuple[str, ...]) -> bool:
        """Is the gradient of one of these blocks not zero?"""
        return any(bool(self.blocks[name].any()) for name in names)


@lru_cache(maxsize=256)
def _whole(case: Case) -> tuple[dict[str, Array], dict[str, Array]]:
    with np.errstate(all="ignore"):
        return replay.forward(case), replay.gradient(case, case.dtype)


def whole_findings(engine: Engine, truth: WholeTruth) -> Iterator[Finding]:
    """Whether each part of the engine's answer equals the truth."""
    try:
        answer = ask(engine, truth.case)
    except InvalidAnswer as invalid:
        yield Finding(FORM, "", str(invalid), lost=invalid.lost)
        return
    parts = [(name, got, truth.forward[name], name) for name, got in answer.forward.items()]
    parts += [(name, got, truth.blocks[name], f"d_{name}") for name, got in answer.gradients()]
    for name, got, want, shown in parts:
        wrong = unequal(shown, got, want)
        yield Finding(truth.asked_by, name, None if wrong is None else str(wrong), bool(want.any()))
