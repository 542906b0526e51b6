"""The folder of a training: what was asked for, its checkpoint, its model and picture; one at a time in it.

====================  =================================================================
run.json              the recipe and the data, so that going on needs nothing else
checkpoint            the last checkpoint (``course``), in the format of ``rnn.storage``
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

from rnn.checks import cut
from rnn.console.files import write_text

VERSION = 1

NAMES = ("run.json", "checkpoint.safetensors", "model.safetensors", "training.png")


# What a file is called until it is whole (``rnn.console.files``).
LEFT = r"\.[a-z0-9_]{8}(\.json|\.png|)"


@dataclass(frozen=True)
class Folder:
    """The paths in a folder."""

    path: Path

    @property
    def run(self) -> Path:
        """What was asked for."""
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
        """While it lasts no other training can be in the folder; ValueError if one is."""
        with (self.path / ".lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ValueError(
                    f"{cut(str(self.path))}: another training is in it, needed a folder of its own"
                ) from None
            self._clear()
            yield

    def _clear(self) -> None:
        """Take away what trainings have left that were killed while they wrote."""
        for path in self.path.iterdir():
            if fullmatch(LEFT, path.name):
                path.unlink()

    def write_run(self, asked: dict[str, Any]) -> str:
        """Keep what is asked for; returns its digest."""
        text = json.dumps({"version": VERSION, **asked}, allow_nan=False)
        write_text(self.run, text)
        return sha256(text.encode()).hexdigest()

    def read_run(self) -> tuple[dict[str, Any], str]:
        """What was asked for, and its digest. OSError or ValueError where there is no such file."""
        text = self.run.read_text("utf-8", errors="replace")
        try:
            asked = json.loads(text)
        except (ValueError, RecursionError):
            asked = None
        if not isinstance(asked, dict) or asked.get("version") != VERSION:
            raise ValueError(f"{cut(str(self.run))}: needed what train wrote, version {VERSION}")
        return asked, sha256(text.encode()).hexdigest()
