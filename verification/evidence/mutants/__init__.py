"""Engines that are wrong on purpose: if the suite does not catch one, it is the suite that fails.

A mutant is a line of the real engine with the wrong one beside it, a story, and the property that must catch
it. To add one: write it in ``catalogue/``, and ``run`` does the rest.
"""

from verification.evidence.mutants.catalogue import CATALOGUE, EQUIVALENT
from verification.evidence.mutants.fault import Edit, Fault
from verification.evidence.mutants.patch import engine
from verification.evidence.mutants.run import MutantsResult, explained, run, shrunk
from verification.evidence.mutants.text import as_json, story, summary

__all__ = [
    "CATALOGUE",
    "EQUIVALENT",
    "Edit",
    "Fault",
    "MutantsResult",
    "as_json",
    "engine",
    "explained",
    "run",
    "shrunk",
    "story",
    "summary",
]
