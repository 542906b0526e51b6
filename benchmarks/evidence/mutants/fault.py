"""A fault: a line or two of the real engine with the wrong ones beside them, as data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """In the module ``rnn.<module>`` the text ``right``, which stands there once, becomes ``wrong``.

    ``right`` starts at the first character of its line that is not a blank; further lines of ``wrong`` are
    indented as they will stand.
    """

    module: str
    right: str
    wrong: str


@dataclass(frozen=True)
class Fault:
    """A name, what happened and where in a line, the source, the edits, and the property that must see it.

    ``caught_by`` is None for an engine that is equal to the right one: ``story`` then says why, and no
    property may accuse it. ``place``: where a diagnosis has to find it, as ``Diagnosis.place`` says it.
    ``cell``: the one in whose gradients it shows.
    """

    name: str
    story: str
    source: str
    edits: tuple[Edit, ...]
    caught_by: str | None
    place: str = ""
    cell: str = "vanilla"

    def beside(self) -> str:
        """The wrong lines beside the right ones, as in a diff."""
        lines = []
        for edit in self.edits:
            lines.append(f"rnn/{edit.module.replace('.', '/')}.py")
            lines += [f"- {line.strip()}" for line in edit.right.splitlines()]
            lines += [f"+ {line.strip()}" for line in edit.wrong.splitlines()]
        return "\n".join(lines)
