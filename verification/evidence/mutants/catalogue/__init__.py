"""The catalogue: faults that hands have made, as lines of the real engine, and edits that are no fault."""

from verification.evidence.mutants.catalogue.algebra import ALGEBRA
from verification.evidence.mutants.catalogue.equivalent import EQUIVALENT
from verification.evidence.mutants.catalogue.plausible import PLAUSIBLE_FAULTS
from verification.evidence.mutants.catalogue.sizes import SIZES
from verification.evidence.mutants.catalogue.textbook import TEXTBOOK
from verification.evidence.mutants.catalogue.windows import WINDOWS

CATALOGUE = TEXTBOOK + WINDOWS + ALGEBRA + PLAUSIBLE_FAULTS + SIZES

__all__ = ["CATALOGUE", "EQUIVALENT"]
