"""Verified before trained: has the verifier seen the code in use, and what does it find if it has not?

Nothing of it is imported. Its certificate is read; where there is none of this code, it is started as a
process of its own, on what a training asks of the cell, and comes to a verdict in a file.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rnn.app.certificate import BIDIRECTIONAL, PACKAGE, BadCertificate, Certificate, difference, kept
from rnn.console.command_line import HOLDS, MISUSED, REFUTED

VERIFIED, UNVERIFIED, IS_REFUTED = "verified", "not verified", "refuted"

# Seconds that a judgement has to end by itself after Ctrl-C, which reaches it as well.
GRACE = 2.0


@dataclass(frozen=True)
class Assurance:
    """``verdict``: one of the three above. ``said``: why, in lines. ``certificates``: of what is verified."""

    verdict: str
    said: str
    certificates: tuple[Certificate, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What a model keeps of it: no date, so that the same training makes the same file.

        That of the cell, and under ``with`` what is verified of several of them at once.
        """
        seen = [
            {name: value for name, value in asdict(each).items() if name not in LEFT_OUT}
            for each in self.certificates
        ]
        first, others = (seen[0], seen[1:]) if seen else ({}, [])
        return {"verdict": self.verdict, **first, **({"with": others} if others else {})}


LEFT_OUT = ("verdict", "date")


def assured(names: Sequence[str], loops: str, verify: bool) -> Assurance:
    """Whether this code is verified; where it is not, the verdict on it, unless ``verify`` is false.

    ``names`` of what is judged, up to the first that is not verified: the cell, and what several of them at
    once are judged as.
    """
    found: list[Assurance] = []
    for name in names:
        each = _assured(name, loops, verify)
        if each.verdict != VERIFIED:
            return each
        found.append(each)
    certificates = tuple(certificate for each in found for certificate in each.certificates)
    return Assurance(VERIFIED, "\n".join(each.said for each in found), certificates)


def _assured(cell: str, loops: str, verify: bool) -> Assurance:
    found, why = _known(cell, loops)
    if found is not None:
        return _verified(found)
    if not verify:
        return Assurance(UNVERIFIED, f"The gradients are not verified ({why}), as --no-verify asks.")
    print(
        f"Judging the gradients of {cell} first, about half a minute (--no-verify: train without): {why}.",
        flush=True,
    )
    return _judged(cell, loops)


def _verified(found: Certificate) -> Assurance:
    said = f"The gradients of {found.cell} are verified: {found.profile}, {found.cases} cases, {found.date}."
    return Assurance(VERIFIED, said, (found,))


def _known(cell: str, loops: str) -> tuple[Certificate | None, str]:
    """The certificate of this code, or why there is none."""
    try:
        found = kept(cell, loops)
    except BadCertificate as error:
        return None, str(error)
    except OSError as error:
        return None, f"{error.filename}: {error.strerror}"
    if found is None:
        return None, "no certificate of them yet"
    if found.verdict != VERIFIED:
        return None, f"the last verdict on them is {found.verdict}"
    other = difference(found)
    if other is not None:
        return None, f"what was verified has {other}"
    return found, ""


def _judged(cell: str, loops: str) -> Assurance:
    """The verdict of the verifier, which shows its own progress."""
    try:
        code, result = _answer(cell, loops)
    except OSError as error:
        return _unverified(f"the verifier cannot be started: {error.strerror or error}")
    if result.get("verdict") == IS_REFUTED:
        said = result["diagnosis"]["sentence"]
        return Assurance(IS_REFUTED, f"the gradients of {cell} are refuted: {said}")
    if code == HOLDS:
        found = Certificate(**result["certificate"])
        other = difference(found)
        if other is None:
            return _verified(found)
        return _unverified(f"what was judged has {other}")
    if code == MISUSED:
        return _unverified("the verifier cannot start, for the reason above")
    return _unverified(f"the verifier came to no verdict, exit code {code}")


def _answer(cell: str, loops: str) -> tuple[int, dict[str, Any]]:
    """The exit code of the verifier, and what it found, nothing if it came to no verdict."""
    with tempfile.TemporaryDirectory(prefix="verified-rnn-") as folder:
        result = Path(folder) / "result.json"
        # Both directions are judged as a whole function, which has no smaller scope.
        scope = () if cell == BIDIRECTIONAL else ("--scope", "training")
        flags = ("--loops", loops, *scope, "--profile", "brief")
        code = _ended("cell", cell, *flags, "--out", folder, "--json", str(result))
        return code, json.loads(result.read_text("utf-8")) if code in (HOLDS, REFUTED) else {}


def _unverified(why: str) -> Assurance:
    return Assurance(UNVERIFIED, f"The gradients are not verified: {why}.")


def _ended(*flags: str) -> int:
    """The exit code of the verifier beside this package. It ends with this process, whatever ends that."""
    # The name in the caller's folder is somebody else's.
    call = [sys.executable, "-P", "-m", "verification", *flags]
    path = os.pathsep.join(filter(None, (str(PACKAGE.parent), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        call, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as process:
        try:
            return process.wait()
        except BaseException:
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE)
            process.terminate()
            raise


def in_a_line(kept: Mapping[str, Any]) -> str:
    """What a model's file says of it."""
    if kept.get("verdict") != VERIFIED:
        return "Its gradients were not verified before the training."
    others = [f"as {each['cell']}: {_run(each)}" for each in kept.get("with", ())]
    return "; ".join([f"Its gradients were verified: {_run(kept)}", *others]) + "."


def _run(kept: Mapping[str, Any]) -> str:
    return f"{kept['profile']}, {kept['cases']} cases, of {kept['scope']}"
