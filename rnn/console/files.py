"""Files are read whole, and appear whole or not at all: each is written under another name, then renamed.

What is no regular file, as ``/dev/null`` or a named pipe, is written into, and a link is followed. Reading
comes to an end: of a device, which may have none, nothing is read, and of a pipe no more than ``MOST_PIPED``.
"""

import errno
import io
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeAlias

from rnn.common.checks import cut

Save: TypeAlias = Callable[[Path], object]
"""Writes a file at a path."""

# A temporary file keeps the suffix, which says what it is, unless that is a name of its own.
LONGEST_SUFFIX = 8


# Bytes of a pipe or of a terminal: more than any table that a network is trained on here, and less than the
# memory of any machine on which one is.
MOST_PIPED = 2**30


class Undelivered(Exception):
    """What could not be written, a line each, when everything else has been done."""


@contextmanager
def undelivered(path: Path, what: str) -> Iterator[None]:
    """An error of the system while it lasts is ``Undelivered``: about this path, and what became of it."""
    try:
        yield
    except OSError as error:
        raise Undelivered(f"{path}: {error.strerror or error}, {what}") from error


def read_bytes(path: Path) -> bytes:
    """All that is in a file, or comes through a pipe or from a terminal.

    OSError, with the path, where it cannot be read; ValueError for a device and for a pipe of too much, and
    MemoryError for a file that is too large for the memory: all in words for who chose the path.
    """
    try:
        with path.open("rb") as file:
            return _all_of(file)
    except MemoryError:
        raise MemoryError(f"{cut(str(path))}: too large for the memory, needed a smaller file") from None
    except OSError as error:
        raise system_error(error.errno, path) from error
    except ValueError as error:
        raise ValueError(f"{cut(str(path))}: {error}") from None


def _all_of(file: BinaryIO) -> bytes:
    mode = os.fstat(file.fileno()).st_mode
    if stat.S_ISREG(mode):
        return file.read()
    if stat.S_ISBLK(mode) or (stat.S_ISCHR(mode) and not file.isatty()):
        raise ValueError("a device, which may have no end, needed a file or a pipe")
    content = io.BytesIO()
    while some := file.read(io.DEFAULT_BUFFER_SIZE):
        content.write(some)
        if content.tell() > MOST_PIPED:
            raise ValueError(f"more than {MOST_PIPED} bytes of a pipe, needed fewer, or a file")
    return content.getvalue()


def read_text(path: Path, errors: str = "strict", newline: str | None = None) -> io.TextIOWrapper:
    """The text of a file in UTF-8, its mark left out, to be read as of one that was opened so.

    Raises as ``read_bytes``, before anything of it is read.
    """
    return io.TextIOWrapper(io.BytesIO(read_bytes(path)), "utf-8-sig", errors, newline)


def write(path: Path, save: Save) -> None:
    """Let ``save(temporary)`` write a file beside ``path``, then give it that name.

    An error of the system names ``path``: whoever chose that knows of no temporary name.
    """
    try:
        _write(Path(os.path.realpath(path)), save)
    except OSError as error:
        if error.errno is None:
            raise
        raise system_error(error.errno, path) from error


def _write(path: Path, save: Save) -> None:
    if path.exists() and not path.is_file():
        _write_into(path, save)
        return
    temporary = _temporary(path, path.parent)
    try:
        save(temporary)
        # A temporary file is private; the one it becomes is as readable as any other new file.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        _on_disk(temporary)
        temporary.replace(path)
        _on_disk(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _on_disk(path: Path) -> None:
    """Wait until it is there for good: what is renamed sooner may be empty after a power cut."""
    if os.name != "posix":  # pragma: no cover - folders cannot be opened there
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _temporary(path: Path, folder: Path | None) -> Path:
    suffix = path.suffix if len(path.suffix) <= LONGEST_SUFFIX else ""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=suffix)
    os.close(handle)
    return Path(name)


def _write_into(path: Path, save: Save) -> None:
    """Into what is there already, and has to stay what it is."""
    temporary = _temporary(path, None)
    try:
        save(temporary)
        with temporary.open("rb") as whole, path.open("wb") as into:
            shutil.copyfileobj(whole, into)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8; half of a pair of surrogates, which UTF-8 lacks, as an escape."""
    write(path, lambda temporary: temporary.write_text(text, encoding="utf-8", errors="backslashreplace"))


def deliver(files: Mapping[Path, Save]) -> Iterator[Path]:
    """Save every file that can be saved, whatever becomes of the others; yields each that is there.

    Raises at the end what went wrong: ``Undelivered`` where files cannot be written, anything else as it is.
    """
    unwritable, faults = [], []
    for path, save in files.items():
        try:
            save(path)
        except OSError as error:
            unwritable.append(f"{path}: {error.strerror or error}, could not be written")
        except Exception as error:
            faults.append(error)
        else:
            yield path
    if faults:
        faults[0].add_note("\n".join([*unwritable, *(repr(fault) for fault in faults[1:])]))
        raise faults[0]
    if unwritable:
        raise Undelivered(*unwritable)


def refuse_unwritable(path: Path) -> None:
    """OSError, before any work is done, if ``path`` could not be written."""
    there = Path(os.path.realpath(path))
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG
    else:
        if not os.access(path, os.W_OK):
            raise system_error(errno.EACCES, path)
    if stat.S_ISDIR(mode):
        raise system_error(errno.EISDIR, path)
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        return
    if not stat.S_ISREG(mode):
        raise system_error(errno.ENXIO, path)
    try:
        with tempfile.TemporaryFile(dir=there.parent):
            pass
    except OSError as error:
        raise system_error(error.errno, path) from error


def system_error(number: int | None, path: Path) -> OSError:
    """The system's error of this number about this path, of its class (``FileNotFoundError``, …)."""
    number = number or errno.EIO
    return OSError(number, os.strerror(number), str(path))
