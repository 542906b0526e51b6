"""The catalogue: faults that hands have made, as lines of the real engine, and edits that are no fault."""

from verification.mutants.catalogue.algebra import ALGEBRA
from verification.mutants.catalogue.equivalent import EQUIVALENT
from verification.mutants.catalogue.plausible import PLAUSIBLE_FAULTS
from verification.mutants.catalogue.sizes import SIZES
from verification.mutants.catalogue.textbook import TEXTBOOK
from verification.mutants.catalogue.windows import WINDOWS

CATALOGUE = TEXTBOOK + WINDOWS + ALGEBRA + PLAUSIBLE_FAULTS + SIZES

__all__ = ["CATALOGUE", "EQUIVALENT"]
