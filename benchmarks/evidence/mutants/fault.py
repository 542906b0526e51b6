"""A fault as data: a line or two of a right text with the wrong ones beside them, and what is owed to it.

Faults are written as in a diff, one block each, and blank lines between them (``read``):

## About the file: a line of this kind is for who reads it.
# where='cells.vanilla', caught_by='lags'        what is said of all that follow, up to the next such line

carry through W, not its transpose               its name
> The error goes back the way the state came.    what happened: the name, if there is no such line
@ cells.vanilla                                  the module of the edits that follow, if it is another
- product(da, W, dh)
+ product(da, W.T, dh)
= recursion: h0, as if W were transposed         its place, and what is computed instead
& source='a page', records=7                     more of its own
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Edit:
    """In a module the text ``right``, which stands there once, becomes ``wrong``.

    ``module``: a part of ``rnn`` by its dotted name below it, or one of the plain layers of the tests.
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
    property may accuse it. ``place``: where a diagnosis has to find it, as ``Diagnosis.place`` says it, and
    ``as_if`` what it has to say is computed instead; ``says``: words of its sentence. ``cell``: the one in
    whose gradients it shows, by the name of its model. ``family``: the kind that it is of. ``case``: what a
    case needs on which it shows, where not every one does.
    """

    name: str
    story: str
    source: str
    edits: tuple[Edit, ...]
    caught_by: str | None
    place: str = ""
    cell: str = "vanilla"
    as_if: str | None = None
    says: str = ""
    family: str = ""
    case: Mapping[str, Any] = field(default_factory=dict)

    def beside(self) -> str:
        """The wrong lines beside the right ones, as in a diff."""
        lines = []
        for edit in self.edits:
            lines.append(f"rnn/{edit.module.replace('.', '/')}.py")
            lines += [f"- {line.strip()}" for line in edit.right.splitlines()]
            lines += [f"+ {line.strip()}" for line in edit.wrong.splitlines()]
        return "\n".join(lines)


OWN = {each.name for each in fields(Fault)}


def read(path: Path) -> tuple[Fault, ...]:
    """The faults of a file; ValueError, with the block, for one that is not written so."""
    return tuple(_read(path))


def _read(path: Path) -> Iterator[Fault]:
    common: Mapping[str, Any] = {}
    for block in path.read_text("utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("##")]
        if lines and lines[0].startswith("# "):
            common = _keywords(lines.pop(0)[2:])
        if lines:
            yield _fault(lines, common)


def _fault(lines: Sequence[str], common: Mapping[str, Any]) -> Fault:
    """One block's."""
    name, *rest = lines
    given, edits = {"story": name, "source": "plausible", **common}, list[tuple[str, list[str], list[str]]]()
    where = given.pop("where")
    for line in rest:
        match line[:2].rstrip(), line[2:]:
            case ">", text:
                given["story"] = text
            case "@", where:
                pass
            case "-", text:
                if not edits or edits[-1][2]:
                    edits.append((where, [], []))
                edits[-1][1].append(text)
            case "+", text if edits:
                edits[-1][2].append(text)
            case "=", text:
                given["place"], _, as_if = text.partition(", as if ")
                given["as_if"] = as_if or None
            case "&", text:
                given |= _keywords(text)
            case _:
                raise ValueError(f"{line!r}: no line of a fault, in:\n" + "\n".join(lines))
    made = tuple(Edit(module, "\n".join(right), "\n".join(wrong)) for module, right, wrong in edits)
    case = {key: given.pop(key) for key in [*given] if key not in OWN}
    return Fault(name=name, edits=made, case=case, **given)


def _keywords(text: str) -> dict[str, Any]:
    """``a=1, b='c'`` as a mapping."""
    call = ast.parse(f"_({text})", mode="eval").body
    assert isinstance(call, ast.Call)
    return {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
