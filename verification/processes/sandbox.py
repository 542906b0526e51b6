"""A sandbox for an engine's process, by bubblewrap (``bwrap``), where the system has it.

The process can write no file that there is: the root is read-only. The user's home and temporary folder are
empty there, but for what is imported from them, and it has others of its own. There is no network, and no
other process. It ends with the one that started it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

# What the process has of its own. Devices are the standard ones: no graphics card.
ALONE = ("--unshare-all", "--die-with-parent", "--new-session", "--dev", "/dev", "--proc", "/proc")

# Its home and its temporary folder.
OWN = {"HOME": "/run/home", "TMPDIR": "/run/tmp"}

# Seconds in which an empty sandbox has come and gone.
TRIAL = 10.0


def check_sandbox() -> None:
    """Raises ValueError, in one line, if there can be no sandbox here."""
    if shutil.which("bwrap") is None:
        raise ValueError("sandbox: no bwrap on the path, needed bubblewrap")
    try:
        tried = subprocess.run(
            sandboxed(["true"], []), capture_output=True, text=True, timeout=TRIAL, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ValueError(f"sandbox: {error}, needed a bwrap that starts") from error
    if tried.returncode:
        said = (tried.stderr.strip() or "no message").splitlines()[-1]
        raise ValueError(f"sandbox: {said}, needed a system that lets bwrap make namespaces")


def is_seen(file: Path, path: Iterable[str]) -> bool:
    """Can it be read again, in a sandbox that imports from these folders? A pipe is empty by then."""
    hidden, shown = _folders(path)
    within = file.resolve().is_relative_to
    return file.is_file() and (any(map(within, shown)) or not any(map(within, hidden)))


def sandboxed(command: list[str], path: Iterable[str]) -> list[str]:
    """The command in a sandbox; ``path``: folders that it imports from."""
    hidden, shown = _folders(path)
    hides = [part for each in hidden for part in ("--tmpfs", str(each))]
    shows = [part for each in shown for part in ("--ro-bind", str(each), str(each))]
    own = [part for name in OWN.values() for part in ("--dir", name)]
    named = [part for name, folder in OWN.items() for part in ("--setenv", name, folder)]
    return [
        "bwrap",
        "--ro-bind",
        "/",
        "/",
        *ALONE,
        *hides,
        *own,
        *shows,
        *named,
        "--chdir",
        os.getcwd(),
        *command,
    ]


def _folders(path: Iterable[str]) -> tuple[list[Path], list[Path]]:
    """Those that are empty in a sandbox, and those within them that are there all the same."""
    said = [Path(each).absolute() for each in (sys.prefix, sys.base_prefix, *path, os.getcwd()) if each]
    # By a link as well, which may lie where folders are hidden.
    needed = {*said, *(each.resolve() for each in said)}
    private = {Path(each).resolve() for each in (Path.home(), tempfile.gettempdir(), "/tmp")}
    # A folder that is imported from stays as it is, read-only; so do those within a folder that is hidden.
    hidden = [Path("/run"), *sorted(each for each in private - needed if each.is_dir())]
    within = {each for each in needed if each.exists() and any(map(each.is_relative_to, hidden))}
    # What lies in another of them is there with it.
    return hidden, sorted(each for each in within if within.isdisjoint(each.parents))
