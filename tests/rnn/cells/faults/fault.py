"""A fault as data: a line of a cell's text, what stands there instead, and what a diagnosis owes it."""

from dataclasses import dataclass

from verification.evidence.mutants.mutant import Edit, Mutant


@dataclass(frozen=True)
class Fault:
    """A wrong cell and its place.

    ``right`` and ``wrong``: a line of ``rnn/cells/<name>.py``, and its replacement. ``stage``, ``blocks``,
    ``parts`` and ``as_if``: the diagnosis. ``parts`` are the gates that are wrong.
    """

    story: str
    right: str
    wrong: str
    stage: str
    blocks: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    as_if: str | None = None

    def mutant(self, module: str) -> Mutant:
        """As a mutant of ``rnn``."""
        return Mutant(self.story, self.story, "plausible", (Edit(module, self.right, self.wrong),), "lags")
