"""The identity of a campaign: the engine's source, the seed, and everything that cases depend on."""

import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

# Libraries that cases, truths and bounds depend on.
LIBRARIES = ("numpy", "autograd", "hypothesis")

# Characters of a digest: enough to distinguish two sources.
DIGITS = 16

HERE = Path(__file__).resolve().parents[2]


def identity_of(target: str) -> dict[str, str]:
    """For the engine of ``FILE.py:NAME``: its name, the file's digest, and versions.

    This project's version is a digest of its source, which changes between releases. Raises OSError if the
    file cannot be read.
    """
    file, _, name = target.rpartition(":")
    return {
        "python": platform.python_version(),
        **{library: version(library) for library in LIBRARIES},
        "verified-rnn of source": _digest(*sorted(HERE.rglob("*.py"))),
        "engine": name,
        "engine of source": _digest(Path(file)),
    }


def difference(found: Mapping[str, str], needed: Mapping[str, str]) -> str | None:
    """The first difference from what is needed, in words, or None."""
    for name, wanted in needed.items():
        if found.get(name) != wanted:
            return f"{name} {found.get(name, 'missing')}, needed {wanted}"
    return None


def _digest(*files: Path) -> str:
    """Of the contents of the files, and of the names of our own."""
    digest = hashlib.sha256()
    for file in files:
        name = file.relative_to(HERE).as_posix() if file.is_relative_to(HERE) else ""
        digest.update(f"{name}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:DIGITS]
