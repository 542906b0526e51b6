"""Truths, and rows of samples, that are kept in the user's cache: they depend on no engine, and take longest.

A truth is a file, whose name is a digest of all that makes it: the case to the bit, the model's code, the
sources that compute, the versions and the machine. It holds a checksum, its own digest and what was made.
What is cut or damaged, and what another version has made, is not there. Files appear whole, by a rename, so
that any number of processes may keep the same; nothing that goes wrong with one is an error.
"""

import io
import pickle
import platform
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b, sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from verification.models.case import Case
from verification.models.identity import Unidentified, identity_of
from verification.models.model import Model
from verification.models.tolerance import Expected
from verification.properties.truth import Expectations
from verification.sampling.claim import Claim
from verification.sampling.design import Design
from verification.sampling.numbering import Row
from verification.truth.memo import Memo, digest_of

# The most bytes of all stored truths: those of the designed cases of a model take some 200 MB.
MOST = 2**30

# Changes with the stored form.
FORM = b"verified-rnn truth 1\n"

# Bytes of a checksum.
CHECKSUM = 16

# The rooms whose sources compute the stored truths, and those that make rows.
ROOMS, DESIGN = ("models", "properties", "truth"), ("sampling",)

HERE = Path(__file__).resolve().parents[1]


def _sources(rooms: tuple[str, ...]) -> str:
    digest = sha256()
    for path in sorted(path for room in rooms for path in (HERE / room).rglob("*.py")):
        digest.update(f"{path.relative_to(HERE).as_posix()}\n".encode())
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


# Digests of the sources as they are loaded now, not as somebody may edit them before truths are computed.
SOURCES, OF_DESIGN = _sources(ROOMS), _sources(DESIGN)


def folder_of_user() -> Path:
    """The folder of the user's truths."""
    from platformdirs import user_cache_path

    return user_cache_path("verified-rnn", appauthor=False) / "truths"


@dataclass(frozen=True)
class Shelf:
    """The store of one model's truths; ``maker``: everything beside the cases that determines them."""

    folder: Path
    maker: str

    def opened(self) -> "Opened":
        """A memory that stores what is computed."""
        return Opened(self)

    def known(self, case: Case) -> Memo:
        """The stored truth of a case. What is added to it later is not stored."""
        return Memo(self.read(digest_of(case, self.maker)))

    def rows(self, claim: Claim, design: Design, strength: int) -> tuple[Row, ...]:
        """The rows of a claim's design."""
        about = (self.maker, OF_DESIGN, repr(claim), design.of, str(strength))
        name = sha256("\n".join(about).encode()).digest()
        levels = {each: (*some, *design.conditions.get(each, ())) for each, some in design.factors.items()}
        kept = self.read(name).get("rows")
        if kept is None:
            rows = design.rows(strength)
            # Numbers of levels, because a level may be any object.
            kept = [
                ([of.index(row.levels[each]) for each, of in levels.items()], {**row.sizes}) for row in rows
            ]
            self.write(name, {"rows": kept})
        return tuple(
            Row({each: of[i] for (each, of), i in zip(levels.items(), numbers, strict=True)}, sizes)
            for numbers, sizes in kept
        )

    def path(self, name: bytes) -> Path:
        """The file of a truth."""
        return self.folder / f"{name.hex()}.truth"

    def read(self, name: bytes) -> dict[str, Any]:
        """The stored values of that name; empty if they are damaged."""
        path = self.path(name)
        # A damaged file may raise anything; then the truth is not known.
        with suppress(Exception):
            values: dict[str, Any] = unsealed(path.read_bytes(), name)
            # Marks the file as used, because those unused for longest are removed first.
            with suppress(OSError):
                path.touch()
            return values
        return {}

    def write(self, name: bytes, values: dict[str, Any]) -> None:
        """Stores it, whole or not at all."""
        data = sealed(name, values)
        # With a full disk, or a folder without write access, the next run is only slower.
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
                temporary = Path(file.name)
                try:
                    file.write(data)
                    file.close()
                    temporary.replace(self.path(name))
                except OSError:
                    temporary.unlink(missing_ok=True)


class Opened:
    """A memory for cases, one after another: the truths of a block may be more than a process can hold."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._made: list[tuple[bytes, Memo, frozenset[str]]] = []

    def __call__(self, case: Case) -> Memo:
        name = digest_of(case, self._shelf.maker)
        made = Memo(self._shelf.read(name))
        self._made.append((name, made, frozenset(made.values)))
        return made

    def keep(self) -> None:
        """Stores what has been computed since, and releases it."""
        while self._made:
            name, made, before = self._made.pop()
            if made.values.keys() != before and not flushes():
                self._shelf.write(name, made.values)


def shelf_of(model: Model, folder: Path) -> Shelf | None:
    """The store of a model's truths; None for a model whose code does not determine what it computes."""
    try:
        identity = identity_of(model)
    except Unidentified:
        return None
    return Shelf(folder, "\n".join([*makers(), identity]))


def makers() -> list[str]:
    """Everything that determines a truth beside the case and its model, the same on machines of a kind."""
    libraries = [f"{name} {version(name)}" for name in ("numpy", "autograd")]
    long = np.finfo(np.longdouble)
    machine = f"{platform.system()} {platform.machine()} {long.nmant} {long.maxexp}"
    return [SOURCES, platform.python_version(), *libraries, machine]


def key() -> str:
    """A digest of that, for whoever copies a folder of truths from machine to machine."""
    return sha256("\n".join(makers()).encode()).hexdigest()[:16]


def trim(folder: Path, most: int = MOST) -> None:
    """Removes the files that were unused for longest, until at most so many bytes are left."""
    found = []
    with suppress(OSError):
        for path in folder.iterdir():
            # Another process may be removing it.
            with suppress(OSError):
                stat = path.stat()
                found.append((stat.st_mtime, stat.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= most:
            return
        with suppress(OSError):
            path.unlink()
        total -= size


def flushes() -> bool:
    """Are denormal numbers zero here? Some libraries set the processor so, and truths differ then."""
    return bool(np.float64(np.finfo(np.float64).tiny) / 2 == 0)


def sealed(name: bytes, values: dict[str, Any]) -> bytes:
    """The file of a truth."""
    body = pickle.dumps((name, values), protocol=5)
    return FORM + blake2b(body, digest_size=CHECKSUM).digest() + body


def unsealed(data: bytes, name: bytes) -> dict[str, Any]:
    """The values of such a file; raises ValueError if it is not that truth as it was written."""
    start = len(FORM) + CHECKSUM
    head, body = data[:start], data[start:]
    if head != FORM + blake2b(body, digest_size=CHECKSUM).digest():
        raise ValueError("damaged")
    found, values = _Values(io.BytesIO(body)).load()
    if found != name:
        raise ValueError("another truth")
    kept: dict[str, Any] = values
    return kept


# The types in a truth, none of which runs code when it is loaded.
CLASSES = {(each.__module__, each.__qualname__): each for each in (Expected, Expectations)}
OF_NUMPY = {"_reconstruct", "_frombuffer", "ndarray", "dtype", "scalar"}


class _Values(pickle.Unpickler):
    """Unpickles only the types of a truth: another file could call anything."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in CLASSES:
            return CLASSES[module, name]
        if module.partition(".")[0] == "numpy" and name in OF_NUMPY:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name}, needed a part of a truth")
