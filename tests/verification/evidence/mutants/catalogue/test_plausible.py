"""The mutants of plausible."""

from tests.verification.evidence.mutants.catalogue.fitting import fits
from verification.evidence.mutants.catalogue.plausible import PLAUSIBLE_FAULTS

test_each_fits_the_engine = fits(PLAUSIBLE_FAULTS)
