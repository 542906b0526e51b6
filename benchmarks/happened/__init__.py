"""Backward passes that were wrong in public, each beside its right twin.

    from benchmarks.happened import BUGS, bug

    wrong = bug("fla-875").planted()   # a module with forward and backward
    right = bug("fla-875").module

``python -m benchmarks.happened`` asks the verifier and other checkers of each; bugs.json describes them.
"""

from benchmarks.happened.bug import Bug
from benchmarks.happened.records.attention import ATTENTION
from benchmarks.happened.records.cells import CELLS
from benchmarks.happened.records.others import OTHERS
from benchmarks.happened.records.scans import SCANS

BUGS: tuple[Bug, ...] = (*CELLS, *SCANS, *ATTENTION, *OTHERS)


def bug(name: str) -> Bug:
    """The one of that name; raises KeyError."""
    return {each.name: each for each in BUGS}[name]


__all__ = ["BUGS", "Bug", "bug"]
