"""Exactness: in Fractions, with rational functions, an engine's answer equals that of dual numbers.

Nothing is rounded, so there is no tolerance: an error is seen however small its share.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case
from verification.properties.asking import ask
from verification.properties.engine import Engine, InvalidAnswer
from verification.properties.properties import FORM, Finding
from verification.text import type_name
from verification.truth import exact
from verification.truth.comparison import unequal

EXACT = "exact"


@dataclass(frozen=True, eq=False)
class ExactTruth:
    """What is true of a case of Fractions, computed when it is first asked for."""

    case: Case

    @cached_property
    def forward(self) -> dict[str, Array]:
        """What the forward computes, by name."""
        return exact.forward(self.case)

    @cached_property
    def blocks(self) -> dict[str, Array]:
        """Every block's gradient."""
        return exact.gradient(self.case)

    def want(self, part: str) -> tuple[Array, float]:
        """What a part has to be, and the error that is accepted: none."""
        return (self.forward[part] if part in self.forward else self.blocks[part]), 0.0

    def live(self, names: tuple[str, ...]) -> bool:
        """Is the gradient of one of these blocks not zero?"""
        return any(bool((self.blocks[name] != 0).any()) for name in names)


def exact_findings(engine: Engine, truth: ExactTruth) -> Iterator[Finding]:
    """Whether each part of the engine's answer to a case of Fractions equals the truth."""
    try:
        answer = ask(engine, truth.case)
    except InvalidAnswer as invalid:
        yield Finding(FORM, "", f"of Fractions: {invalid}", lost=invalid.lost)
        return
    parts = [(name, got, truth.forward[name], name) for name, got in answer.forward.items()]
    parts += [(name, got, truth.blocks[name], f"d_{name}") for name, got in answer.gradients()]
    for name, got, want, shown in parts:
        wrong = _no_fraction(shown, got) or unequal(shown, got, want)
        yield Finding(EXACT, name, None if wrong is None else str(wrong), bool((want != 0).any()))


def _no_fraction(name: str, got: Array) -> str | None:
    """The first entry that is equal to a Fraction at best: with it all that follows is rounded."""
    for index, entry in np.ndenumerate(got):
        if type(entry) is not Fraction:
            return f"{name} holds a {type_name(type(entry))} at {index}, needed a Fraction"
    return None
