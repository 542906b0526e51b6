"""Backward passes that were wrong in public, each beside its right twin.

    from benchmarks.happened import BUGS, bug

    wrong = bug("fla-875").planted()   # a module with forward and backward
    right = bug("fla-875").module

``python -m benchmarks.happened`` checks each with the verifier and other checkers; bugs.json describes them.
"""

from pathlib import Path
from typing import Any

from benchmarks.evidence.mutants.fault import Fault, read
from benchmarks.happened.bug import Bug

FILES = ("cells", "scans", "attention", "others")


def _bug(fault: Fault) -> Bug:
    case: dict[str, Any] = {**fault.case}
    return Bug(fault=fault, claims=case.pop("scope", {}), **case)


BUGS = tuple(
    _bug(fault) for name in FILES for fault in read(Path(__file__).parent / "records" / f"{name}.faults")
)


def bug(name: str) -> Bug:
    """The one of that name; raises KeyError."""
    return {each.name: each for each in BUGS}[name]


__all__ = ["BUGS", "Bug", "bug"]
