"""Engines that are wrong on purpose: if the suite does not catch one, it is the suite that fails.

A mutant is a line of the real engine with the wrong one beside it, a story, and the property that must catch
it. To add one: write it in ``catalogue/``, and ``run`` does the rest.
"""

from benchmarks.evidence.mutants.catalogue import CATALOGUE, EQUIVALENT
from benchmarks.evidence.mutants.fault import Edit, Fault
from benchmarks.evidence.mutants.patch import engine
from benchmarks.evidence.mutants.run import MutantsResult, explained, run, shrunk
from benchmarks.evidence.mutants.text import as_json, story, summary

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
