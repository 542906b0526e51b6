"""A fault as data: a line of a text, what stands there instead, and what a diagnosis owes it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A wrong line and its place.

    ``right`` and ``wrong``: the line, and its replacement. ``place``: where a diagnosis has to find it, as
    ``Diagnosis.place`` says it. ``as_if``: what the diagnosis says is computed instead.
    """

    story: str
    right: str
    wrong: str
    place: str
    as_if: str | None = None
