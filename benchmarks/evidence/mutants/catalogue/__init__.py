"""The catalogue: faults that hands have made, as lines of the real engine, and edits that are no fault."""

from benchmarks.evidence.mutants.catalogue.algebra import ALGEBRA
from benchmarks.evidence.mutants.catalogue.equivalent import EQUIVALENT
from benchmarks.evidence.mutants.catalogue.plausible import PLAUSIBLE_FAULTS
from benchmarks.evidence.mutants.catalogue.sizes import SIZES
from benchmarks.evidence.mutants.catalogue.textbook import TEXTBOOK
from benchmarks.evidence.mutants.catalogue.windows import WINDOWS

CATALOGUE = TEXTBOOK + WINDOWS + ALGEBRA + PLAUSIBLE_FAULTS + SIZES

__all__ = ["CATALOGUE", "EQUIVALENT"]
