"""Certificates: which sources of ``rnn`` the verifier has seen, under which versions, and what it found.

A certificate is one sealed text (``rnn.console.sealed``) in the user's cache, for a cell and the loops that
make its steps. ``python -m verification`` writes it, ``python -m rnn train`` reads it.

Needs the extra ``app`` or ``verification``.
"""

import json
import platform
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from rnn.common.checks import cut, shown
from rnn.console.files import write_text
from rnn.console.sealed import BadSeal, sealed, unsealed

# The format written, and the only one read.
VERSION = 3

# Rooms of the package that compute no gradient.
COMMANDS = ("app", "console")

# What makes numbers, by the loops that are used.
LIBRARIES = {"numpy": ("numpy",), "compiled": ("numpy", "numba")}

# What several layers, and both directions, are judged as, beside their cell.
STACK, BIDIRECTIONAL = "stack", "bidirectional"

# Characters of a digest that are shown: enough to distinguish two.
SHOWN = 8

# The folder of ``rnn``.
PACKAGE = Path(__file__).resolve().parents[1]


class BadCertificate(ValueError):
    """A file that holds no certificate, or one that was cut or changed."""


@dataclass(frozen=True)
class Certificate:
    """What a run of the verifier found.

    ``cell`` and ``loops`` by name; ``engine``: a digest of the sources; ``versions`` of what makes numbers;
    ``profile`` and ``seed`` of the run; ``date``, UTC; ``cases``, of which ``informative`` ones can fail;
    ``scope``: what was claimed, in words; ``verdict``: "verified", "refuted" or "not exercised".
    """

    cell: str
    loops: str
    engine: str
    versions: dict[str, str]
    profile: str
    seed: int
    date: str
    cases: int
    informative: int
    scope: str
    verdict: str


def engine_digest(package: Path = PACKAGE) -> str:
    """SHA-256 of the package's sources, by name and content, without the commands."""
    found = sha256()
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package)
        if place.parts[0] not in COMMANDS:
            found.update(json.dumps([place.as_posix(), sha256(path.read_bytes()).hexdigest()]).encode())
    return found.hexdigest()


def versions_of(loops: str) -> dict[str, str]:
    """Of the interpreter, the system, and what makes numbers by these loops."""
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        **{name: version(name) for name in LIBRARIES[loops]},
    }


def path_of(cell: str, loops: str) -> Path:
    """Where the certificate of a cell is kept, in the user's cache."""
    from platformdirs import user_cache_path

    return user_cache_path("verified-rnn", appauthor=False) / f"{cell}-{loops}.json"


def keep(certificate: Certificate) -> Path:
    """Write it, whole or not at all, in the place of an older one; OSError where that cannot be."""
    path = path_of(certificate.cell, certificate.loops)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, sealed({"version": VERSION, **asdict(certificate)}))
    return path


def kept(cell: str, loops: str) -> Certificate | None:
    """The one that is kept, if there is one. OSError where it cannot be read, else ``BadCertificate``."""
    path = path_of(cell, loops)
    try:
        text = path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    try:
        return _read(text, cell, loops)
    except BadCertificate as error:
        raise BadCertificate(f"{cut(str(path))}: {error}") from None


def _read(text: str, cell: str, loops: str) -> Certificate:
    try:
        values = unsealed(text)
    except BadSeal as error:
        raise BadCertificate(f"{error} by the verifier") from None
    given = values.pop("version", None)
    if given != VERSION:
        raise BadCertificate(f"version {shown(given)}, needed {VERSION}, the one that this program reads")
    try:
        found = Certificate(**values)
    except TypeError:
        raise BadCertificate("other fields, needed a certificate as the verifier writes it") from None
    if (found.cell, found.loops) != (cell, loops):
        raise BadCertificate(f"of {shown(found.cell)} by {shown(found.loops)}, needed {cell} by {loops}")
    return found


def difference(certificate: Certificate) -> str | None:
    """What the code in use has that is not as it was verified, in words, or None."""
    now = engine_digest()
    if certificate.engine != now:
        return f"sources {certificate.engine[:SHOWN]}, and these are {now[:SHOWN]}"
    for name, used in versions_of(certificate.loops).items():
        if certificate.versions.get(name) != used:
            return f"{name} {certificate.versions.get(name, 'unknown')}, and this is {used}"
    return None
