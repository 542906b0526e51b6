"""Cases that have failed, in a folder: a program each, under the case's place, to be tried first next time.

They outlive their campaign. A place says which case is meant as long as the engine claims the same.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from rnn.console.files import deliver, write_text
from verification.campaign.blocks import Place

FOLDER = "failures"

NAME = re.compile(r"(\d+)-(\d+)-(\d+)\.py")


def check(folder: Path) -> None:
    """ValueError, in one line, where programs cannot be kept, or where a folder has the name of one."""
    there = folder / FOLDER
    if os.path.lexists(there) and not (there.is_dir() and os.access(there, os.R_OK | os.W_OK | os.X_OK)):
        raise ValueError(f"{there}: needed a folder that can be written")
    for place in kept(folder):
        if not (there / f"{place}.py").is_file():
            raise ValueError(f"{there / f'{place}.py'}: needed the program of a case")


def holds(folder: Path, place: Place) -> bool:
    """Is the case there?"""
    return (folder / FOLDER / f"{place}.py").exists()


def keep(folder: Path, place: Place, program: str) -> None:
    """Keep the program of a case that has failed; ``Undelivered`` where it cannot be written."""
    head = f"# Case {place.number} of block {place.block}, seed {place.seed}.\n"
    path = folder / FOLDER / f"{place}.py"

    def save(path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        write_text(path, head + program)

    for _ in deliver({path: save}):
        pass


def kept(folder: Path) -> Iterator[Place]:
    """The places of the cases that have failed, in order."""
    names = (NAME.fullmatch(path.name) for path in (folder / FOLDER).glob("*.py"))
    yield from sorted(Place(*map(int, name.groups())) for name in names if name is not None)
