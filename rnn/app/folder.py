"""The folder of a training: what was asked for, its checkpoint, its model and picture; one at a time in it.

====================  =================================================================
run.json              the recipe and the data, so that going on needs nothing else
checkpoint            the last checkpoint (``rnn.app.checkpoint``), in the format of ``rnn.storage``
model.safetensors     the model, when the training has ended
training.png          its picture
.lock                 held by the training that is going on; the system lets go of it
====================  =================================================================
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from re import fullmatch
from typing import Any

from rnn.common.checks import cut, shown
from rnn.console.files import read_text, undelivered, write_text
from rnn.console.sealed import BadSeal, sealed, unsealed

# The format written. Version 1 had no SHA-256 and no loops.
VERSION, UNSEALED = 2, 1

NAMES = ("run.json", "checkpoint.safetensors", "model.safetensors", "training.png")


# The suffix of a file that is not complete yet (``rnn.console.files``).
LEFT = r"\.[a-z0-9_]{8}(\.json|\.png|)"


@dataclass(frozen=True)
class Folder:
    """The paths in a folder."""

    path: Path

    @property
    def run(self) -> Path:
        """The request: data, recipe, loops."""
        return self.path / NAMES[0]

    @property
    def checkpoint(self) -> Path:
        """The last checkpoint."""
        return self.path / NAMES[1]

    @property
    def model(self) -> Path:
        """The model."""
        return self.path / NAMES[2]

    @property
    def picture(self) -> Path:
        """The picture."""
        return self.path / NAMES[3]

    def refuse_used(self) -> None:
        """ValueError if a training has left anything there."""
        for name in NAMES:
            if (self.path / name).exists():
                raise ValueError(
                    f"{cut(str(self.path))}: holds {name}, needed a new folder, or --resume to go on with it"
                )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Within the block no other training can use the folder; ValueError if one does.

        ``Undelivered`` if the lock file cannot be made.
        """
        lock = self.path / ".lock"
        with undelivered(lock, "could not be made"):
            file = lock.open("a")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ValueError(
                    f"{cut(str(self.path))}: another training is in it, needed a folder of its own"
                ) from None
            self._clear()
            yield

    def _clear(self) -> None:
        """Removes files that trainings have left which were killed while they wrote."""
        for path in self.path.iterdir():
            if fullmatch(LEFT, path.name):
                path.unlink()

    def write_run(self, request: dict[str, Any]) -> str:
        """Store the request; returns its digest. ``Undelivered`` if it cannot be written."""
        text = sealed({"version": VERSION, **request})
        with undelivered(self.run, "could not be written"):
            write_text(self.run, text)
        return _digest(text)

    def read_run(self) -> tuple[dict[str, Any], str]:
        """What was asked for, and its digest, by which a checkpoint knows it.

        OSError where there is no such file, ValueError where it is not as it was written. A run of version 1
        is known by its checkpoint alone: ValueError where there is none.
        """
        text = read_text(self.run, errors="replace").read()
        try:
            request = _unsealed(text)
        except ValueError as error:
            raise ValueError(f"{cut(str(self.run))}: {error}") from None
        if request["version"] == UNSEALED and not self.checkpoint.exists():
            raise ValueError(
                f"{cut(str(self.run))}: version {UNSEALED}, which has no sha256, and no checkpoint that "
                "knows it, needed a new training in another folder"
            )
        return request, _digest(text)


def _unsealed(text: str) -> dict[str, Any]:
    """The contents of a run's text, including its version, or a ValueError."""
    try:
        request = unsealed(text)
    except BadSeal as error:
        before = _of_version_1(text)
        if before is None:
            raise ValueError(f"{error} by train") from None
        return before
    if request.get("version") != VERSION:
        version = shown(request.get("version"))
        raise ValueError(f"version {version}, needed what train wrote, version {VERSION}")
    return request


def _of_version_1(text: str) -> dict[str, Any] | None:
    """The contents of a text of version 1; None for any other, as a sealed one with a changed version."""
    try:
        request = json.loads(text)
    except (ValueError, RecursionError):
        return None
    of_version = isinstance(request, dict) and request.get("version") == UNSEALED and "sha256" not in request
    return request if of_version else None


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
