"""Cases that have failed, in a folder: a program each, under the case's place, to be tried first next time.

They outlive their campaign. A place says which case is meant as long as the engine claims the same.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from rnn.console.files import write_text
from verification.campaign.blocks import Place

FOLDER = "failures"

NAME = re.compile(r"(\d+)-(\d+)-(\d+)\.py")


def holds(folder: Path, place: Place) -> bool:
    """Is the case there?"""
    return (folder / FOLDER / f"{place}.py").exists()


def keep(folder: Path, place: Place, program: str) -> None:
    """Keep the program of a case that has failed."""
    (folder / FOLDER).mkdir(exist_ok=True)
    head = f"# Case {place.number} of block {place.block}, seed {place.seed}.\n"
    write_text(folder / FOLDER / f"{place}.py", head + program)


def kept(folder: Path) -> Iterator[Place]:
    """The places of the cases that have failed, in order."""
    names = (NAME.fullmatch(path.name) for path in (folder / FOLDER).glob("*.py"))
    yield from sorted(Place(*map(int, name.groups())) for name in names if name is not None)
