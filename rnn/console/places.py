"""Where results go: looked at before any work, so that an hour of it does not end in nowhere to write to.

Looking makes nothing. The folder is made when the command has been found to be right in everything else.
"""

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rnn.console.files import refuse_unwritable, system_error, undelivered

STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True)
class Places:
    """A folder for files of these names, and a path for JSON, which may be standard output; or neither."""

    folder: Path | None = None
    names: Sequence[str] = ()
    json: Path | None = None

    @property
    def json_to_standard_output(self) -> bool:
        """Is the JSON all that standard output is for?"""
        return self.json == STANDARD_OUTPUT

    def check(self) -> None:
        """OSError or ValueError, in words for who chose the places, if one of them will not do."""
        if self.json_to_standard_output and sys.__stdout__ is None:
            raise ValueError(f"{self.json}: standard output is closed, needed one that is open, or a path")
        if self.folder is not None:
            _check_folder(self.folder)
            for name in self.names:
                refuse_unwritable_below(self.folder, self.folder / name)
        if self.json is not None and not self.json_to_standard_output:
            self._check_json(self.json)

    def _check_json(self, path: Path) -> None:
        if self.folder is None:
            refuse_unwritable(path)
        else:
            refuse_unwritable_below(self.folder, path)
            for name in self.names:
                if same_place(path, self.folder / name):
                    raise ValueError(f"{path}: {name} goes there, needed another file")
        if _is_standard_output(path):
            raise ValueError(f"{path}: standard output goes there, needed another file, or - for it alone")

    def make(self) -> None:
        """Make the folder, if there is to be one; ``Undelivered`` where the system does not."""
        if self.folder is not None:
            with undelivered(self.folder, "could not be made"):
                self.folder.mkdir(parents=True, exist_ok=True)


def _check_folder(folder: Path) -> None:
    """OSError if it is not there and could not be made."""
    ground, missing = folder, []
    while not os.path.lexists(ground) and ground != ground.parent:
        missing.append(ground.name)
        ground = ground.parent
    if not ground.is_dir():
        raise system_error(errno.ENOTDIR if missing else errno.EEXIST, folder)
    try:
        for name in missing:
            # A name that is too long for the file system is refused by it, there or not.
            with suppress(FileNotFoundError):
                os.lstat(ground / name)
        with tempfile.TemporaryFile(dir=ground):
            pass
    except OSError as error:
        raise system_error(error.errno, folder) from error


def refuse_unwritable_below(folder: Path, path: Path) -> None:
    """As ``refuse_unwritable``, for a file that may be in a folder which is still to be made."""
    real = Path(os.path.realpath(folder))
    to_be = {real, *real.parents}
    there = Path(os.path.realpath(path))
    if there in to_be:
        raise system_error(errno.EISDIR, path)
    if there.parent.exists() or there.parent not in to_be:
        refuse_unwritable(path)


def same_place(one: Path, other: Path) -> bool:
    """Would a file at one path be the file at the other?

    Links are followed, and case is nothing, since there are file systems to which it is not.
    """
    one, other = Path(os.path.realpath(one)), Path(os.path.realpath(other))
    if one.exists() and other.exists():
        return os.path.samefile(one, other)
    folders = one.parent, other.parent
    if all(folder.exists() for folder in folders):
        together = os.path.samefile(*folders)
    else:
        together = str(folders[0]).casefold() == str(folders[1]).casefold()
    return together and one.name.casefold() == other.name.casefold()


def _is_standard_output(path: Path) -> bool:
    """Is it the file or the pipe that standard output is, which one write to both would spoil?"""
    try:
        there, output = os.stat(path), os.fstat(sys.stdout.fileno())
    except (OSError, ValueError):
        return False
    return os.path.samestat(there, output) and not stat.S_ISCHR(output.st_mode)
