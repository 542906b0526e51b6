"""The mutants of windows."""

from tests.verification.evidence.mutants.catalogue.fitting import fits
from verification.evidence.mutants.catalogue.windows import WINDOWS

test_each_fits_the_engine = fits(WINDOWS)
