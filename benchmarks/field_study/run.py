"""Run the field study again, over checkouts of the sources and an environment for each package.

    python -m benchmarks.field_study.run --sources DIR [--environments DIR] [--seconds S] [NAME ...]

Judges each adapter by ``python -m verification judge``, one after the other, keeps what is said in
results.json after each, and writes the tables of docs/field-study/README.md anew. DIR holds a checkout of
each repository, called OWNER+NAME; environments are made where they are missing. What cannot be had is left
out, by name. Exit code 2: misused.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

from benchmarks.field_study.places import ROOT, adapters, keep, pin_of
from benchmarks.field_study.tables import write_tables
from rnn.console.progress import duration

# After so many a judgement says what it has met; what is longer than the other hangs.
SECONDS, LIMIT_SECONDS = 1800.0, 3600


class Missing(Exception):
    """What cannot be had, and why, in a line."""


def checked(pin: dict[str, Any], sources: Path) -> None:
    """Raises Missing unless the pinned files of its repository are there, as they were."""
    if "repository" not in pin:
        return
    checkout = sources / pin["repository"].replace("/", "+")
    if not checkout.is_dir():
        raise Missing(f"no checkout of {pin['repository']} in {sources}")
    for name, digest in pin["files"].items():
        file = checkout / name
        if not file.is_file():
            raise Missing(f"{pin['repository']} has no {name}, needed commit {pin['commit'][:12]}")
        if not hashlib.sha256(file.read_bytes()).hexdigest().startswith(digest):
            raise Missing(f"{name} is not that of commit {pin['commit'][:12]} of {pin['repository']}")


def interpreter(pin: dict[str, Any], environments: Path | None) -> Path:
    """The Python of the environment that the pin names, made where missing; ours where it names none."""
    if "environment" not in pin:
        return Path(sys.executable)
    needed = (*([pin["package"]] if "package" in pin else []), *pin.get("with", ()))
    if environments is None:
        raise Missing(f"needs an environment with {', '.join(needed)}: give --environments")
    folder = environments / pin["environment"]
    python: Path = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        made = [sys.executable, "-m", "venv", str(folder)]
        install = [str(python), "-m", "pip", "install", "--quiet", "-e", f"{ROOT}[verification]", *needed]
        for command in (made, install):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise Missing(f"the environment {folder} cannot be made: {last_line(done.stderr)}")
    for requirement in needed:
        name, _, version = requirement.partition("==")
        asked = f"import importlib.metadata as m; print(m.version({name!r}))"
        done = subprocess.run([str(python), "-c", asked], capture_output=True, text=True)
        found = done.stdout.strip().partition("+")[0]
        if done.returncode or version not in ("", found):
            raise Missing(f"{folder} has {name} {found or 'not at all'}, needed {requirement}")
    return python


def last_line(text: str) -> str:
    """The last line that is not empty, cut."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "no message"


def judged(file: Path, python: Path, sources: Path, seed: int, seconds: float) -> dict[str, Any]:
    """What the command says of an adapter by so many seconds, with those of processor time."""
    environment = os.environ | {
        "FIELD_SOURCES": str(sources),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    environment["PYTHONPATH"] = str(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out.json")
        command = [str(python), "-m", "verification", "judge", f"{file}:engine", "--seed", str(seed)]
        command += ["--out", folder, "--json", str(out), "--seconds", str(seconds)]
        before = os.times()
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LIMIT_SECONDS
            )
        except subprocess.TimeoutExpired:
            return {"verdict": "not runnable", "why": f"no verdict within {LIMIT_SECONDS} s"}
        after = os.times()
        if done.returncode > 1:
            return {"verdict": "not runnable", "why": last_line(done.stderr)}
        said: dict[str, Any] = json.loads(out.read_text("utf-8"))
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {**said, "cpu_seconds": round(cpu, 1)}


def studied(
    names: list[str], sources: Path, environments: Path | None, seed: int, seconds: float
) -> list[str]:
    """Judges the adapters of these names; the names of those that were left out."""
    started, judged_so_far, left_out = time.monotonic(), 0, []
    for number, name in enumerate(names, 1):
        print(f"{number} of {len(names)}: {name}", end=" ", flush=True)
        file = adapters()[name]
        pin = pin_of(file)
        try:
            checked(pin, sources)
            python = interpreter(pin, environments)
        except Missing as missing:
            print(f"left out: {missing}")
            left_out.append(name)
            continue
        result = {"pin": pin, **judged(file, python, sources, seed, seconds)}
        keep("results.json", name, result)
        judged_so_far += 1
        left = (len(names) - number) * (time.monotonic() - started) / judged_so_far
        print(f"{result['verdict']}; about {duration(left)} left", flush=True)
    write_tables()
    return left_out


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """The arguments; exits with 2, in one line, for what does not fit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="adapters, all by default")
    parser.add_argument("--sources", type=Path, required=True, help="folder of checkouts, OWNER+NAME each")
    parser.add_argument("--environments", type=Path, help="folder of environments, made where missing")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="end each judgement after so many")
    parser.error = refused  # type: ignore[method-assign]
    given = parser.parse_args(arguments)
    unknown = [name for name in given.names if name not in adapters()]
    if unknown:
        refused(f"NAME: {unknown[0]!r}, needed some of {', '.join(adapters())}")
    if not given.sources.is_dir():
        refused(f"--sources: {given.sources}: no such folder")
    return given


def refused(message: str) -> NoReturn:
    """Ends the program by one line."""
    print(f"run.py: {message}", file=sys.stderr)
    raise SystemExit(2)


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    given = parsed(arguments)
    environments = given.environments.resolve() if given.environments else None
    names, sources = given.names or list(adapters()), given.sources.resolve()
    left_out = studied(names, sources, environments, given.seed, given.seconds)
    if left_out:
        print(f"Left out: {', '.join(left_out)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
