"""The mutants of sizes."""

from tests.verification.evidence.mutants.catalogue.fitting import fits
from verification.evidence.mutants.catalogue.sizes import SIZES

test_each_fits_the_engine = fits(SIZES)
