"""Faults of the compiled text of ``rnn``: each is compiled anew, caught for its own reason, and placed."""

from benchmarks.evidence.mutants.compiled.catalogue import COMPILED, COMPILED_EQUIVALENT
from benchmarks.evidence.mutants.compiled.judging import run

__all__ = ["COMPILED", "COMPILED_EQUIVALENT", "run"]
