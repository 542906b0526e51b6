"""What a campaign is of: an engine's source, a seed, and all that makes a case the same case elsewhere."""

import hashlib
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

# What cases, truths and bounds are made by, beside this project.
LIBRARIES = ("numpy", "autograd", "hypothesis")

# Characters of a digest that are shown: enough to tell two from each other.
SHOWN = 8

# The form of an identity as JSON values.
FORM = {"name": str, "digest": str, "versions": {str: str}}

HERE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Job:
    """An engine as whoever has the file finds it: ``file``, an absolute path; ``name``; the file's digest."""

    file: str
    name: str
    digest: str

    @property
    def target(self) -> str:
        """As the command has it."""
        return f"{self.file}:{self.name}"


@dataclass(frozen=True)
class Identity:
    """The engine, without its place, and the versions by name."""

    name: str
    digest: str
    versions: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def job_of(target: str) -> Job:
    """The engine of ``FILE.py:NAME``; OSError where the file cannot be read."""
    file, _, name = target.rpartition(":")
    path = Path(file).resolve()
    return Job(str(path), name, hashlib.sha256(path.read_bytes()).hexdigest())


def identity_of(job: Job) -> Identity:
    """Of the engine, as it is judged here."""
    return Identity(job.name, job.digest, versions())


def versions() -> dict[str, str]:
    """Of Python, of the libraries, and of this project, which changes under one version between releases."""
    libraries = {name: version(name) for name in LIBRARIES}
    return {"python": platform.python_version(), **libraries, "verified-rnn": f"of source {_source()}"}


def _source() -> str:
    """A digest of the verifier's source."""
    digest = hashlib.sha256()
    for path in sorted(HERE.rglob("*.py")):
        digest.update(f"{path.relative_to(HERE).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:SHOWN]


def difference(found: Identity, needed: Identity) -> str | None:
    """The first thing that is not as needed, in words, or None."""
    for name, wanted in needed.versions.items():
        if found.versions.get(name) != wanted:
            return f"{name} {found.versions.get(name, 'missing')}, needed {wanted}"
    if found.name != needed.name:
        return f"the engine {found.name}, needed {needed.name}"
    if found.digest != needed.digest:
        shown = (digest[:SHOWN] for digest in (found.digest, needed.digest))
        return "another source of the engine, {}, needed {}".format(*shown)
    return None
