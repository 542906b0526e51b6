"""Files appear whole or not at all: each is written under another name, then renamed."""

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def write(path: Path, save: Callable[[Path], object]) -> None:
    """Let ``save(temporary)`` write a file beside ``path``, then give it that name."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        save(temporary)
        # A temporary file is private; the one it becomes is as readable as any other new file.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8."""
    write(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def refuse_unwritable(path: Path) -> None:
    """OSError, before any work is done, if ``path`` could not be written."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
